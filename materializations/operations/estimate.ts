import { type AssetKey, sets } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type Plan, plannedPartitions } from '../planner/plan.ts'

/** How long a plan may take, from what its assets took before. */
export interface Estimate {
  /** With the steps that may run at once; possible partitions counted as if they were made. */
  readonly durationMs: number
  /** Assets that have never been made, and are not in the figure. */
  readonly unknown: readonly AssetKey[]
}

/** Sums the usual time a partition of each asset takes; one query. */
export async function estimatePlan(lineage: Lineage, plan: Plan, concurrency: number): Promise<Estimate> {
  if (plan.entries.length === 0) return { durationMs: 0, unknown: [] }
  const rows = await lineage.query<{ asset_key: string; ms: number }>(
    `SELECT asset_key, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms / cardinality(partitions)) AS ms
     FROM steps WHERE status = 'succeeded' AND asset_key = ANY($1) GROUP BY asset_key`,
    [plan.entries.map((entry) => entry.key)],
  )
  const usual = new Map(rows.map((row) => [row.asset_key, row.ms]))
  let work = 0
  for (const entry of plan.entries) work += (usual.get(entry.key) ?? 0) * sets.size(plannedPartitions(entry))
  return {
    durationMs: Math.round(work / concurrency),
    unknown: plan.entries
      .filter((entry) => plannedPartitions(entry).length > 0 && !usual.has(entry.key))
      .map((entry) => entry.key),
  }
}
