import { type AssetKey, partitionKey, sets } from '../../lib/graph/index.ts'
import type { Cause } from '../planner/causes.ts'
import { provenCauses } from '../planner/causes.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { planRun } from '../planner/plan.ts'
import { latest } from '../planner/request.ts'
import { type CauseGroup, groupCauses } from './cause-groups.ts'

export type PartitionStatus = 'fresh' | 'stale' | 'missing' | 'failed'

export interface AssetStatus {
  readonly key: AssetKey
  readonly partitions: {
    readonly fresh: number
    readonly stale: number
    readonly missing: number
    readonly failed: number
    /** Of the fresh ones: those that an upstream's remake may change. */
    readonly possible: number
  }
  readonly causes: readonly CauseGroup[]
  /** ISO 8601, UTC; null when nothing was made. */
  readonly lastMadeAt: string | null
}

export interface PartitionState {
  readonly key: AssetKey
  readonly partition: string
  readonly status: PartitionStatus
  readonly possible: boolean
  readonly causes: readonly Cause[]
  readonly runId: string | null
  readonly madeAt: string | null
  readonly dataVersion: string | null
}

/** State of each selected asset. Pure: nothing is observed, no data store is opened. */
export function assetStatuses(state: GraphState, keys: readonly AssetKey[]): AssetStatus[] {
  const possible = possiblePartitions(state)
  return keys.map((key) => {
    const counts = { fresh: 0, stale: 0, missing: 0, failed: 0, possible: 0 }
    const causes: [number, Cause[]][] = []
    let last: Date | undefined
    for (const ordinal of trackedPartitions(state, key)) {
      const found = provenCauses(state, key, ordinal)
      const status = statusOf(state, key, ordinal, found)
      counts[status]++
      if (status === 'fresh' && sets.has(possible.get(key) ?? sets.EMPTY, ordinal)) counts.possible++
      if (found.length > 0) causes.push([ordinal, found])
      const madeAt = state.asset(key).record(ordinal)?.current?.madeAt
      if (madeAt && (!last || madeAt > last)) last = madeAt
    }
    return {
      key,
      partitions: counts,
      causes: groupCauses(state.asset(key).space, causes),
      lastMadeAt: last?.toISOString() ?? null,
    }
  })
}

/** State of each partition of the selected assets. Pure, as `assetStatuses`. */
export function partitionStates(state: GraphState, keys: readonly AssetKey[]): PartitionState[] {
  const possible = possiblePartitions(state)
  return keys.flatMap((key) => {
    const { space } = state.asset(key)
    return trackedPartitions(state, key).map((ordinal) => {
      const causes = provenCauses(state, key, ordinal)
      const current = state.asset(key).record(ordinal)?.current
      return {
        key,
        partition: partitionKey(space, ordinal),
        status: statusOf(state, key, ordinal, causes),
        possible: causes.length === 0 && sets.has(possible.get(key) ?? sets.EMPTY, ordinal),
        causes,
        runId: current?.runId ?? null,
        madeAt: current?.madeAt.toISOString() ?? null,
        dataVersion: current?.dataVersion ?? null,
      }
    })
  })
}

function statusOf(state: GraphState, key: AssetKey, ordinal: number, causes: readonly Cause[]): PartitionStatus {
  const record = state.asset(key).record(ordinal)
  if (record?.failure) return 'failed'
  if (causes.length === 0) return 'fresh'
  return record?.current || record?.unfinished ? 'stale' : 'missing'
}

/** Partitions that exist now. Of an effect, those that happened and the newest: older ones will never happen. */
function trackedPartitions(state: GraphState, key: AssetKey): number[] {
  const { existing } = state.asset(key)
  const ordinals = [...sets.ordinals(existing)]
  if (state.graph.asset(key).kind !== 'effect') return ordinals
  const newest = latest(state, key)
  return ordinals.filter((ordinal) => sets.has(newest, ordinal) || state.asset(key).record(ordinal) !== undefined)
}

/** Partitions that a run of everything would look at again, without their being stale for certain. */
function possiblePartitions(state: GraphState) {
  const plan = planRun(state, { selected: state.graph.order, request: { kind: 'all' } })
  return new Map(plan.entries.map((entry) => [entry.key, entry.possible]))
}
