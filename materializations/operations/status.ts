import { type AssetKey, type IntervalSet, partitionKey, sets } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { versionDetails } from '../lineage/version-details.ts'
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
    const tracked = trackedPartitions(state, key)
    const counts = { fresh: 0, stale: 0, missing: 0, failed: 0, possible: 0 }
    const proven = state.proven(key)
    const causes: [number, readonly Cause[]][] = []
    for (const [ordinal, found] of proven) {
      if (!sets.has(tracked, ordinal)) continue
      counts[statusOf(state, key, ordinal, found)]++
      causes.push([ordinal, found])
    }
    for (const [ordinal] of state.asset(key).failures())
      if (!proven.has(ordinal) && sets.has(tracked, ordinal)) counts.failed++
    counts.fresh = sets.size(tracked) - counts.stale - counts.missing - counts.failed
    counts.possible = sets.size(sets.intersect(possible.get(key) ?? sets.EMPTY, tracked))
    return {
      key,
      partitions: counts,
      causes: groupCauses(state.asset(key).space, causes),
      lastMadeAt: lastMadeAt(state, key, tracked)?.toISOString() ?? null,
    }
  })
}

function lastMadeAt(state: GraphState, key: AssetKey, tracked: IntervalSet): Date | undefined {
  const asset = state.asset(key)
  let last = 0
  for (const [from, to] of tracked) {
    for (let ordinal = from; ordinal < to; ordinal++) last = Math.max(last, asset.madeAt(ordinal) ?? 0)
  }
  return last > 0 ? new Date(last) : undefined
}

/** State of each partition of the selected assets; nothing is observed. One query, for the data versions. */
export async function partitionStates(
  lineage: Lineage,
  state: GraphState,
  keys: readonly AssetKey[],
): Promise<PartitionState[]> {
  const possible = possiblePartitions(state)
  const tracked = keys.map((key) => ({ key, ordinals: [...sets.ordinals(trackedPartitions(state, key))] }))
  const details = await versionDetails(
    lineage,
    tracked.flatMap(({ key, ordinals }) => ordinals.flatMap((ordinal) => state.asset(key).seq(ordinal) ?? [])),
  )
  return tracked.flatMap(({ key, ordinals }) => {
    const { space } = state.asset(key)
    return ordinals.map((ordinal) => {
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
        dataVersion: (current && details.get(current.seq)?.dataVersion) ?? null,
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
function trackedPartitions(state: GraphState, key: AssetKey): IntervalSet {
  const { existing } = state.asset(key)
  if (state.graph.asset(key).kind !== 'effect') return existing
  const recorded = sets.fromOrdinals([...state.asset(key).entries()].map(([ordinal]) => ordinal))
  return sets.intersect(existing, sets.union(latest(state, key), recorded))
}

/** Partitions that a run of everything would look at again, without their being stale for certain. */
function possiblePartitions(state: GraphState): ReadonlyMap<AssetKey, IntervalSet> {
  // Where nothing is stale for certain, nothing may become so: most looks end here.
  if (state.graph.order.every((key) => !makesOthers(state, key) || state.proven(key).size === 0)) return new Map()
  const plan = planRun(state, { selected: state.graph.order, request: { kind: 'all' } })
  return new Map(plan.entries.map((entry) => [entry.key, entry.possible]))
}

/** Whether a remake of an asset can reach another one. */
function makesOthers(state: GraphState, key: AssetKey): boolean {
  return state.graph.asset(key).kind !== 'external' && state.graph.downstream.get(key)!.length > 0
}
