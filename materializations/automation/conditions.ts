import {
  type AssetKey,
  type Condition,
  conditionWords,
  type DepsFilter,
  type Edge,
  type IntervalSet,
  type Retries,
  sets,
} from '../../lib/graph/index.ts'
import { provenCauses } from '../planner/causes.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { supplyOf } from '../planner/supply.ts'
import { sameCode } from '../versions/comparable.ts'
import type { TickFacts, Updates } from './evaluate.ts'
import { type InputFilter, readersOf } from './inputs.ts'
import { latestWindow } from './latest-window.ts'
import { type AssetMemory, type Attempt, type AutomationMemory, CANCELLED } from './memory.ts'

/** What one node of a condition came to, and the nodes within it. */
export interface Explained {
  readonly words: string
  /** The asset whose partitions `holds` names. */
  readonly key: AssetKey
  readonly holds: IntervalSet
  /** An example of what was found. */
  readonly note?: string
  readonly of: readonly Explained[]
}

interface Found {
  readonly holds: IntervalSet
  readonly explained: Explained
}

/** Partitions of an asset that a node is asked about, and its place in the root's condition. */
interface Place {
  readonly key: AssetKey
  readonly within: IntervalSet
  readonly path: string
}

/** What a condition is evaluated against. */
export interface Surroundings {
  readonly state: GraphState
  readonly facts: TickFacts
  readonly before: AutomationMemory
  /** What this tick requests of the assets before this one. */
  readonly requested: ReadonlyMap<AssetKey, IntervalSet>
  /** Absent at the first evaluation of this condition. */
  readonly old: AssetMemory | undefined
  readonly inputs: InputFilter
  /** The newest tick of a schedule at or before now. */
  readonly cronTick: (cron: string, timezone: string) => Date | undefined
}

const NO_UPDATES: Updates = { all: sets.EMPTY, byOthers: sets.EMPTY }
const MINUTE = 60_000

/** Evaluates one asset's condition, and gathers what the next tick must know of it. */
export class ConditionEvaluator {
  readonly nodes: Record<string, IntervalSet> = {}
  readonly attempts: Record<string, readonly Attempt[]> = {}
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** Partitions among `place.within` for which the condition holds. */
  evaluate(condition: Condition, place: Place): Found {
    switch (condition.kind) {
      case 'and':
        return this.#and(condition, place)
      case 'or': {
        const parts = condition.of.map((part, i) => this.evaluate(part, inner(place, i)))
        return found(condition, place, parts.map(({ holds }) => holds).reduce(sets.union, sets.EMPTY), parts)
      }
      case 'not': {
        const part = this.evaluate(condition.of, inner(place, 0))
        return found(condition, place, sets.subtract(place.within, part.holds), [part])
      }
      case 'newly': {
        const part = this.evaluate(condition.of, this.#everywhere(inner(place, 0)))
        this.nodes[place.path] = part.holds
        const isNew = sets.subtract(part.holds, this.#around.old?.nodes[place.path] ?? sets.EMPTY)
        return found(condition, place, sets.intersect(isNew, place.within), [part])
      }
      case 'since':
        return this.#since(condition, place)
      case 'anyDepsMatch':
      case 'allDepsMatch':
        return this.#depsMatch(condition, place)
      case 'anyDepsMissing':
        return this.#depsMissing(condition, place)
      case 'tried':
        return this.#tried(condition, place)
      default:
        return found(condition, place, this.#leaf(condition, place), [])
    }
  }

  /** Parts that name a stretch of time narrow what the others are asked about; the others are all asked, to be shown. */
  #and(condition: Extract<Condition, { kind: 'and' | 'or' }>, place: Place): Found {
    let { within } = place
    let holds = within
    const parts = condition.of.map((part, i) => {
      const result = this.evaluate(part, { ...inner(place, i), within })
      holds = sets.intersect(holds, result.holds)
      if (part.kind === 'inLatestTimeWindow') within = sets.intersect(within, result.holds)
      return result
    })
    return found(condition, place, holds, parts)
  }

  #since(condition: Extract<Condition, { kind: 'since' }>, place: Place): Found {
    // Over all partitions: one that is not asked about now must not miss its moment.
    const trigger = this.evaluate(condition.trigger, this.#everywhere(inner(place, 0)))
    const reset = this.evaluate(condition.reset, this.#everywhere(inner(place, 1)))
    const kept = sets.subtract(this.#around.old?.nodes[place.path] ?? sets.EMPTY, reset.holds)
    const holds = sets.union(kept, trigger.holds)
    this.nodes[place.path] = holds
    return found(condition, place, sets.intersect(holds, place.within), [trigger, reset])
  }

  #depsMatch(condition: Extract<Condition, { kind: 'anyDepsMatch' | 'allDepsMatch' }>, place: Place): Found {
    const { state } = this.#around
    const isAny = condition.kind === 'anyDepsMatch'
    let holds = isAny ? sets.EMPTY : place.within
    const shown: Found[] = []
    for (const edge of this.#around.inputs.edges(place.key, condition)) {
      const read = sets.intersect(state.mapping(edge).upstreamOf(place.within), state.asset(edge.upstream).existing)
      const path = `${place.path}>${edge.name}`
      const part = this.evaluate(condition.of, { key: edge.upstream, within: read, path })
      const readers = readersOf(state, edge, part.holds, place.within)
      holds = isAny ? sets.union(holds, readers) : sets.intersect(holds, readers)
      // The inputs that decide: one that fulfils it of any, one that does not of all.
      const decides = isAny ? readers.length > 0 : sets.subtract(place.within, readers).length > 0
      if (decides) shown.push({ holds: readers, explained: dependency(place.key, edge.upstream, readers, part) })
    }
    return found(condition, place, holds, shown)
  }

  #depsMissing(condition: Extract<Condition, { kind: 'anyDepsMissing' | 'stale' }>, place: Place): Found {
    const { state, requested } = this.#around
    const supplies = this.#around.inputs
      .edges(place.key, condition)
      .map((edge) => supplyOf(state, edge, requested.get(edge.upstream) ?? sets.EMPTY))
    const lacking: number[] = []
    let note: string | undefined
    for (const ordinal of sets.ordinals(place.within)) {
      for (const supply of supplies) {
        const lack = supply.lack(ordinal)
        if (lack === undefined) continue
        note ??= lack
        lacking.push(ordinal)
        break
      }
    }
    return found(condition, place, sets.fromOrdinals(lacking), [], note)
  }

  #tried(condition: Extract<Condition, { kind: 'tried' }>, place: Place): Found {
    const { state, old } = this.#around
    const everywhere = this.#everywhere(place)
    const until = condition.until && this.evaluate(condition.until, { ...everywhere, path: `${place.path}.0` })
    const renewed = [
      this.#updates(place.key).all,
      until?.holds ?? sets.EMPTY,
      ...state.graph.upstream.get(place.key)!.map((edge) => this.#movedReaders(edge, everywhere.within)),
    ].reduce(sets.union, sets.EMPTY)
    const isSameCode = old !== undefined && old.code === (state.code.get(place.key) ?? '')
    const kept = (isSameCode ? (old.attempts[place.path] ?? []) : [])
      .map((attempt) => ({ ...attempt, set: sets.subtract(attempt.set, renewed), at: this.#triedAt(attempt) }))
      .filter(({ set }) => set.length > 0)
    this.attempts[place.path] = kept
    const waiting = kept.filter((attempt) => !isDue(condition, attempt, state.now))
    const holds = sets.intersect(waiting.map(({ set }) => set).reduce(sets.union, sets.EMPTY), place.within)
    const [first] = waiting.filter(({ set }) => sets.intersects(set, place.within))
    return found(condition, place, holds, until ? [until] : [], first && attemptText(condition, first))
  }

  /** What was asked for by a tick that died is due at once, and stays so while other ticks pass. */
  #triedAt({ at }: Attempt): number {
    const { last } = this.#around.before
    return last?.died && at === last.at.getTime() ? 0 : at
  }

  /**
   * Partitions with an input that was updated since they were tried, or that comes with this tick. What came by the run
   * in which they were tried is what they were tried with.
   */
  #movedReaders(edge: Edge, within: IntervalSet): IntervalSet {
    const { state, requested } = this.#around
    return sets.union(
      readersOf(state, edge, this.#updates(edge.upstream).byOthers, within),
      readersOf(state, edge, requested.get(edge.upstream) ?? sets.EMPTY, within),
    )
  }

  #leaf(condition: Condition, { key, within }: Place): IntervalSet {
    const { state, facts, before, requested, old, inputs, cronTick } = this.#around
    const asset = state.asset(key)
    switch (condition.kind) {
      case 'missing':
        return sets.subtract(within, asset.readable())
      case 'stale':
        return staleAmong(state, key, within, (upstream) => inputs.counts(upstream, condition), condition)
      case 'failed':
        return sets.intersect(sets.fromOrdinals([...asset.failures()].map(([ordinal]) => ordinal)), within)
      case 'inProgress':
        return facts.inProgress.has(key) ? within : sets.EMPTY
      case 'codeVersionChanged':
        return sets.fromOrdinals(
          [...sets.ordinals(within)].filter((ordinal) => {
            const current = asset.record(ordinal)?.current
            return current !== undefined && !sameCode(current.codeVersion, state.code.get(key) ?? '')
          }),
        )
      case 'newlyUpdated': {
        const { all, byOthers } = this.#updates(key)
        const isOwnRun = condition.byOthers && old !== undefined && old.requested.length > 0
        return sets.intersect(isOwnRun ? byOthers : all, within)
      }
      case 'newlyRequested':
        return sets.intersect(before.assets.get(key)?.requested ?? sets.EMPTY, within)
      case 'willBeRequested':
        return sets.intersect(requested.get(key) ?? sets.EMPTY, within)
      case 'handled':
        return sets.intersect(sets.union(this.#updates(key).all, before.assets.get(key)?.settled ?? sets.EMPTY), within)
      case 'inLatestTimeWindow':
        return sets.intersect(latestWindow(state, key, condition.lookbackDays), within)
      case 'cronTickPassed': {
        const tick = cronTick(condition.cron, condition.timezone)
        if (!tick) return sets.EMPTY
        return old === undefined || !before.last || tick > before.last.at ? within : sets.EMPTY
      }
      default:
        throw new Error(`unreachable: ${condition.kind} is no leaf`)
    }
  }

  #updates(key: AssetKey): Updates {
    return this.#around.facts.updates.get(key) ?? NO_UPDATES
  }

  #everywhere(place: Place): Place {
    return { ...place, within: this.#around.state.asset(place.key).existing }
  }
}

function isDue(policy: Retries, attempt: Attempt, now: Date): boolean {
  return attempt.times <= policy.retries && now.getTime() >= dueAt(policy, attempt)
}

function dueAt({ afterMinutes }: Retries, { times, at }: Attempt): number {
  return at + afterMinutes * MINUTE * 2 ** (times - 1)
}

function attemptText(policy: Retries, attempt: Attempt): string {
  const { times } = attempt
  if (times === CANCELLED) return 'its run was cancelled'
  if (times > policy.retries) return `given up after ${times} ${times === 1 ? 'attempt' : 'attempts'}`
  return `attempt ${times + 1} from ${new Date(dueAt(policy, attempt)).toISOString()} on`
}

/** Partitions that are stale by now, for reasons that count. */
export function staleAmong(
  state: GraphState,
  key: AssetKey,
  within: IntervalSet,
  counts?: (upstream: AssetKey) => boolean,
  filter: DepsFilter = {},
): IntervalSet {
  const isFiltered = counts !== undefined && (filter.only !== undefined || filter.ignore !== undefined)
  const stale: number[] = []
  for (const ordinal of sets.ordinals(within)) {
    const causes = provenCauses(state, key, ordinal)
    if (causes.length === 0) continue
    if (!isFiltered || causes.some((cause) => !('upstream' in cause) || counts(cause.upstream))) stale.push(ordinal)
  }
  return sets.fromOrdinals(stale)
}

function inner(place: Place, i: number): Place {
  return { ...place, path: place.path === '' ? String(i) : `${place.path}.${i}` }
}

function found(
  condition: Condition,
  { key }: Place,
  holds: IntervalSet,
  parts: readonly Found[],
  note?: string,
): Found {
  const of = parts.map(({ explained }) => explained)
  return { holds, explained: { words: conditionWords(condition), key, holds, of, ...(note !== undefined && { note }) } }
}

function dependency(key: AssetKey, upstream: AssetKey, readers: IntervalSet, part: Found): Explained {
  return { words: upstream, key, holds: readers, of: [part.explained] }
}
