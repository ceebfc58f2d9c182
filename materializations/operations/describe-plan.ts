import { type AssetKey, sets } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Blocked, type Plan, plannedPartitions, type Warning } from '../planner/plan.ts'
import { type CauseGroup, groupCauses } from './cause-groups.ts'
import type { Estimate } from './estimate.ts'
import { partitionKeys, rangesText } from './partition-ranges.ts'

/** A plan for people and programs: one step per asset, in the order of the run. */
export interface PlanReport {
  readonly steps: readonly PlanStep[]
  readonly blocked: readonly BlockedAsset[]
  readonly warnings: readonly Warning[]
  readonly counts: { readonly proven: number; readonly possible: number; readonly blocked: number }
  readonly estimate: Estimate
  /** ISO 8601, UTC: the "now" of the plan. */
  readonly asOf: string
}

export interface PlanStep {
  readonly key: AssetKey
  /** Everything that will be made or looked at again. */
  readonly partitions: readonly string[]
  /** Stale for certain, in few words. */
  readonly proven: { readonly count: number; readonly ranges: string }
  /** Looked at again when the upstreams are remade; made only if those come out different. */
  readonly possible: { readonly count: number; readonly ranges: string }
  readonly causes: readonly CauseGroup[]
}

export interface BlockedAsset {
  readonly key: AssetKey
  readonly count: number
  /** Reasons, each with one partition as an example. */
  readonly reasons: readonly (Blocked & { readonly count: number })[]
}

const REASONS = 3

/** Pure. */
export function describePlan(state: GraphState, plan: Plan, estimate: Estimate): PlanReport {
  const steps: PlanStep[] = []
  const blocked: BlockedAsset[] = []
  const counts = { proven: 0, possible: 0, blocked: 0 }
  for (const entry of plan.entries) {
    const { space } = state.asset(entry.key)
    const planned = plannedPartitions(entry)
    const part = (set: typeof planned) => ({ count: sets.size(set), ranges: rangesText(space, set) })
    counts.proven += sets.size(entry.proven)
    counts.possible += sets.size(entry.possible)
    counts.blocked += entry.blocked.length
    if (planned.length > 0) {
      steps.push({
        key: entry.key,
        partitions: partitionKeys(space, planned),
        proven: part(entry.proven),
        possible: part(entry.possible),
        causes: groupCauses(space, entry.causes),
      })
    }
    if (entry.blocked.length > 0) blocked.push(blockedAsset(entry.key, entry.blocked))
  }
  return { steps, blocked, warnings: plan.warnings, counts, estimate, asOf: state.now.toISOString() }
}

function blockedAsset(key: AssetKey, list: readonly Blocked[]): BlockedAsset {
  const reasons = new Map<string, Blocked & { count: number }>()
  for (const one of list) {
    const known = reasons.get(one.reason)
    reasons.set(one.reason, known ? { ...known, count: known.count + 1 } : { ...one, count: 1 })
  }
  return {
    key,
    count: list.length,
    reasons: [...reasons.values()].sort((a, b) => b.count - a.count).slice(0, REASONS),
  }
}
