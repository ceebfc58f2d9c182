import type { CheckResult } from '../stores/staging.ts'
import type { Lineage } from './lineage.ts'

export async function insertCheckResults(
  lineage: Lineage,
  runId: string,
  assetKey: string,
  results: readonly CheckResult[],
): Promise<void> {
  if (results.length === 0) return
  await lineage.query(
    `INSERT INTO check_results (run_id, asset_key, partition, check_name, passed, blocking, detail)
     SELECT $1, $2, c.partition, c."check", c.passed, c.blocking, c.detail
     FROM jsonb_to_recordset($3::jsonb) AS c(partition text, "check" text, passed boolean, blocking boolean, detail text)`,
    [runId, assetKey, JSON.stringify(results)],
  )
}
