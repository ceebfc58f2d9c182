import { type AssetKey, sets } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type Plan, plannedPartitions } from '../planner/plan.ts'

/** How long a plan may take, from what its assets took before. */
export interface Estimate {
  /** At the pace of past runs; possible partitions counted as if they were made. */
  readonly durationMs: number
  /** Assets that have never been made, and are not in the figure. */
  readonly unknown: readonly AssetKey[]
}

/** An estimate with what it is made of. */
export interface CostEstimate extends Estimate {
  /** Without the possible partitions. */
  readonly provenMs: number
  /** Steps at work at once, on average, in past runs; what the settings allow where there are none. */
  readonly parallelism: number
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

/** Runs whose pace counts. */
const RECENT_RUNS = 20

/** Multiplies partitions by the median time that one of their asset took, at the pace of past runs; two queries. */
export async function estimatePlan(lineage: Lineage, plan: Plan, concurrency: number): Promise<CostEstimate> {
  const entries = plan.entries.filter((entry) => plannedPartitions(entry).length > 0)
  if (entries.length === 0) return { durationMs: 0, provenMs: 0, unknown: [], parallelism: concurrency, assets: [] }
  const keys = entries.map((entry) => entry.key)
  const rows = await lineage.query<{ asset_key: string; ms: number; samples: number }>(
    `SELECT asset_key, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms / cardinality(partitions)) AS ms,
       count(*)::int AS samples
     FROM steps WHERE status = 'succeeded' AND asset_key = ANY($1) GROUP BY asset_key`,
    [keys],
  )
  const usual = new Map(rows.map((row) => [row.asset_key, row]))
  const parallelism = (await pastParallelism(lineage, keys)) ?? concurrency
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
    Math.round(assets.reduce((ms, asset) => ms + (asset.usualMs ?? 0) * of(asset), 0) / parallelism)
  return {
    durationMs: sum((asset) => asset.proven + asset.possible),
    provenMs: sum((asset) => asset.proven),
    unknown: assets.filter((asset) => asset.usualMs === null).map((asset) => asset.key),
    parallelism,
    assets,
  }
}

/**
 * Step time in an hour of the clock, in recent runs of these assets: short steps wait for each other's records, many at
 * once, and steps that need each other run one by one, whatever the number of steps that may run at once.
 */
async function pastParallelism(lineage: Lineage, keys: readonly AssetKey[]): Promise<number | undefined> {
  const [row] = await lineage.query<{ parallelism: number | null }>(
    `WITH recent AS (
       SELECT run_id, 1000 * extract(epoch FROM ended_at - started_at)::float8 AS wall_ms FROM runs
       WHERE ended_at > started_at AND run_id IN (SELECT run_id FROM steps WHERE status = 'succeeded' AND asset_key = ANY($1))
       ORDER BY started_at DESC LIMIT ${RECENT_RUNS}
     )
     SELECT (SELECT sum(duration_ms) FROM steps WHERE run_id IN (SELECT run_id FROM recent)) / sum(wall_ms) AS parallelism
     FROM recent`,
    [keys],
  )
  const parallelism = row?.parallelism ?? 0
  return parallelism > 0 ? parallelism : undefined
}
