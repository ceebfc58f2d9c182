import {
  type AssetKey,
  existingPartitions,
  type FreshBy,
  type FreshnessState,
  type FreshWithin,
  keyIndexOf,
  partitionSpace,
  sets,
  timeOf,
  timeWindow,
} from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { hoursText } from './hours-text.ts'

const HOUR = 3_600_000

/** How an asset stands to its freshness policy at the state's "now". */
export interface FreshnessReport {
  readonly state: FreshnessState
  /** The moment to which its data reach, ISO 8601 in UTC; null when nothing was made. */
  readonly reaches: string | null
  readonly detail: string
}

/** Undefined for an asset without a policy. */
export function freshnessOf(state: GraphState, key: AssetKey): FreshnessReport | undefined {
  const { freshness } = state.graph.asset(key)
  if (!freshness) return undefined
  const reaches = reachOf(state, key)
  if (!reaches) return { state: 'unknown', reaches: null, detail: 'nothing was made yet' }
  const verdict = freshness.kind === 'within' ? within(state, freshness, reaches) : by(state, key, freshness, reaches)
  return { ...verdict, reaches: reaches.toISOString() }
}

type Verdict = Pick<FreshnessReport, 'state' | 'detail'>

function within({ now }: GraphState, { failHours, warnHours }: FreshWithin, reaches: Date): Verdict {
  const age = (now.getTime() - reaches.getTime()) / HOUR
  const state = age > failHours ? 'fail' : warnHours !== undefined && age > warnHours ? 'warn' : 'pass'
  const limit = state === 'warn' ? warnHours! : failHours
  return { state, detail: `data reach to ${hoursText(age)} ago; the limit is ${hoursText(limit)}` }
}

function by(state: GraphState, key: AssetKey, policy: FreshBy, reaches: Date): Verdict {
  const deadline = lastDeadline(policy, state.now)
  if (!deadline) return { state: 'unknown', detail: 'there was no deadline yet' }
  const { space } = state.asset(key)
  const when = `the deadline of ${deadline.toISOString()}`
  if (!space.time) {
    const since = deadline.getTime() - policy.lookbackHours * HOUR
    if (reaches.getTime() >= since) return { state: 'pass', detail: `made for ${when}` }
    return { state: 'fail', detail: `not made within ${hoursText(policy.lookbackHours)} before ${when}, or since` }
  }
  const due = sets.last(existingPartitions(space, deadline))
  if (due === undefined) return { state: 'unknown', detail: `no partition existed at ${when}` }
  const window = timeWindow(space.time, timeOf(space, due))
  if (reaches >= window.to) return { state: 'pass', detail: `what was due at ${when} is made` }
  return { state: 'fail', detail: `the partition that was due at ${when} is not made` }
}

/** The newest deadline that has come. */
function lastDeadline({ deadlines }: FreshBy, now: Date): Date | undefined {
  const space = partitionSpace(deadlines)
  const last = sets.last(existingPartitions(space, now))
  return last === undefined ? undefined : timeWindow(deadlines, timeOf(space, last)).to
}

/**
 * The moment to which an asset's data reach: the end of the newest window that is made for every key of another dimension;
 * without time, the "now" of the newest materialization.
 */
function reachOf(state: GraphState, key: AssetKey): Date | undefined {
  const asset = state.asset(key)
  const { space } = asset
  if (!space.time) {
    let newest: Date | undefined
    for (const ordinal of sets.ordinals(asset.existing)) {
      const asOf = asset.record(ordinal)?.current?.asOf
      if (asOf && (!newest || asOf > newest)) newest = asOf
    }
    return newest
  }
  const unseen = new Set(space.keys.keys())
  let reach = Number.POSITIVE_INFINITY
  // Backwards from the newest: the first of each key is that key's newest.
  for (const [from, to] of asset.existing.toReversed()) {
    for (let ordinal = to - 1; ordinal >= from && unseen.size > 0; ordinal--) {
      if (asset.seq(ordinal) === undefined || !unseen.delete(keyIndexOf(space, ordinal))) continue
      reach = Math.min(reach, timeOf(space, ordinal))
    }
  }
  return unseen.size > 0 ? undefined : timeWindow(space.time, reach).to
}
