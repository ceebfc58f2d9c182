import { type ReadySteps, readySteps } from './ready-steps.ts'
import type { Step } from './schedule.ts'

/** What bounds how many steps run together. */
export interface Limits {
  readonly concurrency: number
  /** Steps of a pool that run together; a pool that is not here has no limit of its own. */
  readonly pools: ReadonlyMap<string, number>
  readonly poolOf: (step: Step) => string | undefined
}

/** The place that a running step takes up. */
export interface Slot {
  /** Lets another step start while this one does no more than wait for its record. A second call does nothing. */
  free(): void
}

/** Steps that have freed their place and wait for their record, at most: their results are held in memory. */
const MOST_IN_FLIGHT = 400

/**
 * Runs steps as soon as the steps before them have ended and their pool has room; steps of a full pool hold up no others.
 * Of those that may start, the lowest number starts first. When one rejects, no other is started, and its error is thrown
 * once those that run have ended.
 */
export function runInOrder(
  steps: readonly Step[],
  limits: Limits,
  run: (step: Step, slot: Slot) => Promise<void>,
): Promise<void> {
  const left = new Map(steps.map((step) => [step.no, step.after.length]))
  const followers = followersOf(steps)
  const ready = new Map<string | undefined, ReadySteps>()
  const inPool = new Map<string | undefined, number>()
  let running = 0
  let inFlight = 0
  let failed: { readonly error: unknown } | undefined

  const makeReady = (step: Step) => {
    const pool = limits.poolOf(step)
    let queue = ready.get(pool)
    if (!queue) {
      queue = readySteps()
      ready.set(pool, queue)
    }
    queue.add(step)
  }
  for (const step of steps) if (step.after.length === 0) makeReady(step)

  const hasRoom = (pool: string | undefined) => {
    const limit = pool === undefined ? undefined : limits.pools.get(pool)
    return limit === undefined || (inPool.get(pool) ?? 0) < limit
  }
  const next = (): { queue: ReadySteps; pool: string | undefined } | undefined => {
    let best: { queue: ReadySteps; pool: string | undefined; no: number } | undefined
    for (const [pool, queue] of ready) {
      const first = queue.first()
      if (first && hasRoom(pool) && (!best || first.no < best.no)) best = { queue, pool, no: first.no }
    }
    return best
  }

  return new Promise((resolve, reject) => {
    const start = (step: Step, pool: string | undefined) => {
      running++
      inFlight++
      inPool.set(pool, (inPool.get(pool) ?? 0) + 1)
      let isFree = false
      const free = () => {
        if (isFree) return
        isFree = true
        running--
        inPool.set(pool, inPool.get(pool)! - 1)
      }
      const slot: Slot = {
        free: () => {
          free()
          startAll()
        },
      }
      run(step, slot)
        .then(
          () => {
            for (const follower of followers.get(step.no) ?? []) {
              const count = left.get(follower.no)! - 1
              left.set(follower.no, count)
              if (count === 0) makeReady(follower)
            }
          },
          (error: unknown) => {
            failed ??= { error }
          },
        )
        .then(() => {
          free()
          inFlight--
          startAll()
        })
    }
    const startAll = () => {
      while (!failed && running < limits.concurrency && inFlight < MOST_IN_FLIGHT) {
        const found = next()
        if (!found) break
        start(found.queue.takeFirst(), found.pool)
      }
      if (inFlight > 0) return
      if (failed) reject(failed.error)
      else resolve()
    }
    startAll()
  })
}

function followersOf(steps: readonly Step[]): ReadonlyMap<number, readonly Step[]> {
  const followers = new Map<number, Step[]>()
  for (const step of steps) {
    for (const before of step.after) {
      const known = followers.get(before)
      if (known) known.push(step)
      else followers.set(before, [step])
    }
  }
  return followers
}
