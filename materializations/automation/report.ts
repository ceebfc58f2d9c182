import { type AssetKey, sets } from '../../lib/graph/index.ts'
import type { PartitionResult } from '../executor/run-step.ts'
import { type BlockedAsset, describePlan } from '../operations/describe-plan.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Evaluation } from './evaluate.ts'
import { type KeyRange, keyRanges } from './explain.ts'
import type { SourceFailure } from './look.ts'
import type { Tick } from './tick.ts'

/** What a tick did, or would do, as it is printed. */
export interface TickReport {
  readonly dryRun: boolean
  /** Null for a dry run. */
  readonly tickId: number | null
  readonly status: Tick['status'] | 'evaluated'
  readonly automated: number
  readonly requested: readonly RequestedAsset[]
  readonly runId: string | null
  readonly steps: readonly PartitionResult[]
  readonly blocked: readonly BlockedAsset[]
  readonly sourceFailures: readonly SourceFailure[]
  readonly elapsedMs: number
}

export interface RequestedAsset {
  readonly key: AssetKey
  readonly count: number
  readonly partitions: readonly KeyRange[]
}

export function reportTick(tick: Tick, elapsedMs: number): TickReport {
  const { state, evaluation, plan, run } = tick
  return {
    dryRun: false,
    tickId: tick.tickId,
    status: tick.status,
    automated: evaluation.decisions.length,
    requested: requestedAssets(state, evaluation),
    runId: run?.runId ?? null,
    steps: run?.results ?? [],
    blocked: plan ? describePlan(state, plan, { durationMs: 0, unknown: [] }).blocked : [],
    sourceFailures: tick.sourceFailures,
    elapsedMs,
  }
}

export function reportDryRun(
  found: {
    readonly state: GraphState
    readonly evaluation: Evaluation
    readonly sourceFailures: readonly SourceFailure[]
  },
  elapsedMs: number,
): TickReport {
  return {
    dryRun: true,
    tickId: null,
    status: 'evaluated',
    automated: found.evaluation.decisions.length,
    requested: requestedAssets(found.state, found.evaluation),
    runId: null,
    steps: [],
    blocked: [],
    sourceFailures: found.sourceFailures,
    elapsedMs,
  }
}

export function requestedAssets(state: GraphState, evaluation: Evaluation): readonly RequestedAsset[] {
  return [...evaluation.requested].map(([key, set]) => ({
    key,
    count: sets.size(set),
    partitions: keyRanges(state.asset(key).space, set),
  }))
}
