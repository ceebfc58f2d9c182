import type { CoverageDay, DriftDay, SourceDay } from '../../lib/drift/alerts/index.ts'
import type { DayQuality } from '../../lib/drift/quality/index.ts'
import type { QueryEngine } from '../../lib/graph/index.ts'

type Engine = Pick<QueryEngine, 'rows'>

/** Drift of features and scores, in the order of days. */
export async function readDrift(engine: Engine, table: string, signal: AbortSignal): Promise<DriftRow[]> {
  return engine.rows<DriftRow>(
    `SELECT toString(snapshot_day) AS day, segment, subject, name, psi, noise, alert = 1 AS alert, missing_share AS missingShare
     FROM ${table} ORDER BY snapshot_day, segment, subject, name`,
    { signal },
  )
}

/** Drift of a day as it is stored. */
export interface DriftRow extends DriftDay {
  readonly noise: number
  readonly missingShare: number
}

/** Accounts by status, in the order of days. */
export async function readCoverage(engine: Engine, table: string, signal: AbortSignal): Promise<CoverageDay[]> {
  const rows = await engine.rows<{ day: string; status: string; accounts: number }>(
    `SELECT toString(snapshot_day) AS day, score_status AS status, toFloat64(sum(accounts)) AS accounts
     FROM ${table} GROUP BY snapshot_day, score_status ORDER BY snapshot_day, score_status`,
    { signal },
  )
  return [...new Set(rows.map(({ day }) => day))].map((day) => ({
    day,
    accounts: Object.fromEntries(rows.filter((row) => row.day === day).map((row) => [row.status, row.accounts])),
  }))
}

/** Rows by source, in the order of days. */
export async function readSources(engine: Engine, table: string, signal: AbortSignal): Promise<SourceDay[]> {
  return engine.rows<SourceDay>(
    `SELECT toString(day) AS day, source, toFloat64(landed) AS landed, toFloat64(duplicates) AS duplicates,
       toFloat64(quarantined) AS quarantined
     FROM ${table} ORDER BY day, source`,
    { signal },
  )
}

/** What a day's scores promise. */
export interface Estimate {
  readonly day: string
  readonly segment: string
  readonly rows: number
  readonly meanScore: number | null
  readonly expectedPositives: number
  readonly rocAuc: number | null
  readonly liftAt10: number | null
}

export async function readEstimates(engine: Engine, table: string, signal: AbortSignal): Promise<Estimate[]> {
  return engine.rows<Estimate>(
    `SELECT toString(snapshot_day) AS day, segment, toFloat64(rows) AS rows, mean_score AS meanScore,
       expected_positives AS expectedPositives, roc_auc AS rocAuc, lift_at_10 AS liftAt10
     FROM ${table} ORDER BY snapshot_day, segment`,
    { signal },
  )
}

/** Measured days of live scores, in the order of days. */
export function readLive(partitions: readonly { readonly value: () => unknown }[]): DayQuality[] {
  return partitions.flatMap((partition) => partition.value() as readonly DayQuality[])
}
