import type { CheckResult } from '../stores/staging.ts'
import type { Lineage } from './lineage.ts'

/** Metadata of a result that the maker itself reported, of a check that is declared nowhere. */
export const REPORTED = Object.freeze({ reported: true })

/** Writes results down; `runId` is null for checks of what is stored, outside of any run. */
export async function insertCheckResults(
  lineage: Lineage,
  runId: string | null,
  assetKey: string,
  results: readonly CheckResult[],
): Promise<void> {
  if (results.length === 0) return
  await lineage.query(
    `INSERT INTO check_results (run_id, asset_key, partition, check_name, passed, severity, blocking, detail, metadata)
     SELECT $1, $2, c.partition, c."check", c.passed, c.severity, c.blocking, c.detail, c.metadata
     FROM jsonb_to_recordset($3::jsonb) AS c(partition text, "check" text, passed boolean, severity text,
       blocking boolean, detail text, metadata jsonb)`,
    [runId, assetKey, JSON.stringify(results)],
  )
}

/** The newest result of one check on one partition. */
export interface LastCheckResult extends CheckResult {
  readonly key: string
  readonly runId: string | null
  readonly checkedAt: Date
}

/** The newest result of every check on every partition of some assets: one query. */
export function lastCheckResults(lineage: Lineage, assetKeys: readonly string[]): Promise<LastCheckResult[]> {
  return lineage.query<LastCheckResult>(
    `SELECT DISTINCT ON (asset_key, partition, check_name) asset_key AS key, partition, check_name AS "check", passed,
       severity, blocking, detail, metadata, run_id AS "runId", checked_at AS "checkedAt"
     FROM check_results WHERE asset_key = ANY($1) ORDER BY asset_key, partition, check_name, seq DESC`,
    [assetKeys],
  )
}
