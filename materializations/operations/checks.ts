import { type AssetKey, type CheckSeverity, type IntervalSet, partitionKey, sets } from '../../lib/graph/index.ts'
import { type LastCheckResult, lastCheckResults } from '../lineage/check-results.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type PartitionRequest, requestedPartitions } from '../planner/request.ts'
import type { Session } from '../session.ts'
import { freshnessOf } from './freshness.ts'

/** The newest result of one check. */
export interface CheckReport {
  readonly key: AssetKey
  /** Empty for a check of the whole asset, and where there is one partition. */
  readonly partition: string
  readonly check: string
  /** Null when it cannot be told yet. */
  readonly passed: boolean | null
  readonly severity: CheckSeverity
  readonly blocking: boolean
  readonly detail: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Run in which it was made; null for one of what is stored, and for freshness, which is told as of now. */
  readonly runId: string | null
  readonly checkedAt: string
}

/** Last results of the checks that are declared today, on the requested partitions, and freshness as of now. */
export async function checkReports(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
  request: PartitionRequest,
): Promise<CheckReport[]> {
  const requested = requestedPartitions(state, keys, request)
  const results = await lastCheckResults(session.lineage, keys)
  return keys.flatMap((key) => {
    const asset = session.graph.asset(key)
    const declared = new Set('checks' in asset ? asset.checks.map(({ name }) => name) : [])
    const wanted = partitionNames(state, key, requested.get(key) ?? sets.EMPTY)
    const found = results.filter((one) => one.key === key && wanted.has(one.partition))
    const ofAsset = found.filter((one) => declared.has(one.check) || isReported(one, found))
    return [
      ...ofAsset.map((one): CheckReport => ({ ...one, checkedAt: one.checkedAt.toISOString() })),
      ...freshnessReports(state, key),
    ]
  })
}

/** Whether a program reported it when it last ran; what it has ceased to check is not shown. */
function isReported(one: LastCheckResult, found: readonly LastCheckResult[]): boolean {
  if (one.metadata.reported !== true) return false
  const later = found.find((other) => {
    const isSamePlace = other.partition === one.partition && other.metadata.reported === true
    return isSamePlace && other.runId !== one.runId && other.checkedAt > one.checkedAt
  })
  return later === undefined
}

function partitionNames(state: GraphState, key: AssetKey, set: IntervalSet): ReadonlySet<string> {
  const { space } = state.asset(key)
  return new Set([...sets.ordinals(set)].map((ordinal) => partitionKey(space, ordinal)))
}

function freshnessReports(state: GraphState, key: AssetKey): readonly CheckReport[] {
  const found = freshnessOf(state, key)
  if (!found) return []
  const { state: verdict, reaches, detail } = found
  return [
    {
      key,
      partition: '',
      check: 'freshness',
      passed: verdict === 'unknown' ? null : verdict === 'pass',
      severity: verdict === 'warn' ? 'warn' : 'error',
      blocking: false,
      detail,
      metadata: { state: verdict, reaches },
      runId: null,
      checkedAt: state.now.toISOString(),
    },
  ]
}
