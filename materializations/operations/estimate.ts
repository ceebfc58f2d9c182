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

/** An estimate with what it is made of. */
export interface CostEstimate extends Estimate {
  /** Without the possible partitions. */
  readonly provenMs: number
  /** Steps that run at once. */
  readonly concurrency: number
  readonly assets: readonly AssetCost[]
}

export interface AssetCost {
  readonly key: AssetKey
  readonly proven: number
  readonly possible: number
  /** Median time that a partition took; null when none was ever made. */
  readonly usualMs: number | null
  /** Recorded steps that the median is of. */
  readonly samples: number
}

/** Multiplies partitions by the median time that one of their asset took; one query. */
export async function estimatePlan(lineage: Lineage, plan: Plan, concurrency: number): Promise<CostEstimate> {
  const entries = plan.entries.filter((entry) => plannedPartitions(entry).length > 0)
  if (entries.length === 0) return { durationMs: 0, provenMs: 0, unknown: [], concurrency, assets: [] }
  const rows = await lineage.query<{ asset_key: string; ms: number; samples: number }>(
    `SELECT asset_key, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms / cardinality(partitions)) AS ms,
       count(*)::int AS samples
     FROM steps WHERE status = 'succeeded' AND asset_key = ANY($1) GROUP BY asset_key`,
    [entries.map((entry) => entry.key)],
  )
  const usual = new Map(rows.map((row) => [row.asset_key, row]))
  const assets = entries.map(({ key, proven, possible }): AssetCost => {
    const known = usual.get(key)
    return {
      key,
      proven: sets.size(proven),
      possible: sets.size(possible),
      usualMs: known?.ms ?? null,
      samples: known?.samples ?? 0,
    }
  })
  const sum = (of: (asset: AssetCost) => number) =>
    Math.round(assets.reduce((ms, asset) => ms + (asset.usualMs ?? 0) * of(asset), 0) / concurrency)
  return {
    durationMs: sum((asset) => asset.proven + asset.possible),
    provenMs: sum((asset) => asset.proven),
    unknown: assets.filter((asset) => asset.usualMs === null).map((asset) => asset.key),
    concurrency,
    assets,
  }
}
