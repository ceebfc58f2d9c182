import { type AssetKey, type IntervalSet, sets } from '../../lib/graph/index.ts'

/** Partitions that automation asked for together and that were not made. */
export interface Attempt {
  readonly set: IntervalSet
  /** How often they were asked for. */
  readonly times: number
  /** "Now" of the last time, in ms. */
  readonly at: number
}

/** What one asset's condition has to know of the tick before. */
export interface AssetMemory {
  /** The condition and the partitions that it was evaluated for, as text: another one begins anew. */
  readonly subject: string
  readonly code: string
  /** Sets of `since` and `newly`, by their place in the condition. */
  readonly nodes: Readonly<Record<string, IntervalSet>>
  /** Attempts of `tried`, by its place in the condition. */
  readonly attempts: Readonly<Record<string, readonly Attempt[]>>
  readonly requested: IntervalSet
  /** The condition held, and there was nothing to do. */
  readonly settled: IntervalSet
}

/** What a tick leaves to the next one. */
export interface AutomationMemory {
  /** The last tick; undefined before the first. */
  readonly last: LastTick | undefined
  readonly assets: ReadonlyMap<AssetKey, AssetMemory>
}

export interface LastTick {
  /** Its "now". */
  readonly at: Date
  /** Sequence number up to which it knew what was recorded. */
  readonly seq: number
  readonly runId: string | undefined
  /** Its process ended before its run did: what it asked for is due again at once. */
  readonly died: boolean
}

export const NO_MEMORY: AutomationMemory = { last: undefined, assets: new Map() }

/** Counts one more attempt at the requested partitions. */
export function withAttempt(attempts: readonly Attempt[], requested: IntervalSet, at: number): Attempt[] {
  if (requested.length === 0) return [...attempts]
  let first = requested
  const next: Attempt[] = []
  for (const attempt of attempts) {
    const again = sets.intersect(attempt.set, requested)
    first = sets.subtract(first, attempt.set)
    if (again.length > 0) next.push({ set: again, times: Math.min(attempt.times + 1, CANCELLED), at })
    const rest = sets.subtract(attempt.set, requested)
    if (rest.length > 0) next.push({ ...attempt, set: rest })
  }
  if (first.length > 0) next.push({ set: first, times: 1, at })
  return next
}

/** Attempts at what somebody cancelled: more than any policy allows. */
export const CANCELLED = Number.MAX_SAFE_INTEGER

/** As if every retry of these partitions had been used up. */
export function givenUp(attempts: readonly Attempt[], partitions: IntervalSet): Attempt[] {
  return attempts.flatMap((attempt) => {
    const [ended, others] = [sets.intersect(attempt.set, partitions), sets.subtract(attempt.set, partitions)]
    const parts = [
      { ...attempt, set: ended, times: CANCELLED },
      { ...attempt, set: others },
    ]
    return parts.filter(({ set }) => set.length > 0)
  })
}
