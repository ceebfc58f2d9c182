import { type AssetKey, type IntervalSet, overAllKeys, sets, timeOf, timeWindow } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { latest } from '../planner/request.ts'

const DAY = 86_400_000

/** The newest partitions in time: those whose window ends less than so many days before the newest one's, and it. */
export function latestWindow(state: GraphState, key: AssetKey, lookbackDays: number): IntervalSet {
  const { existing, space } = state.asset(key)
  const newest = sets.last(existing)
  if (newest === undefined || !space.time || lookbackDays === Number.POSITIVE_INFINITY) return existing
  if (lookbackDays === 0) return latest(state, key)
  const { time } = space
  const last = timeOf(space, newest)
  const bound = timeWindow(time, last).to.getTime() - lookbackDays * DAY
  let low = timeOf(space, existing[0]![0])
  let high = last
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (timeWindow(time, middle).to.getTime() > bound) high = middle
    else low = middle + 1
  }
  return sets.intersect(overAllKeys(sets.interval(low, last + 1), space.keys.length), existing)
}
