import type { PoolClient } from 'pg'
import type { Lineage } from './lineage.ts'

export type LogLevel = 'info' | 'warn' | 'error'

/** One thing that a step said. */
export interface LogEntry {
  /** Counts up within a run, in the order in which things were said. */
  readonly entryNo: number
  readonly stepNo: number
  readonly attempt: number
  readonly assetKey: string
  readonly partitions: readonly string[]
  /** By the clock of the machine that ran the step. */
  readonly at: Date
  readonly level: LogLevel
  readonly message: string
  readonly fields: unknown
}

/** Writes entries; again for entries whose writing may have been cut off is harmless. */
export async function insertLogs(client: PoolClient, runId: string, entries: readonly LogEntry[]): Promise<void> {
  await client.query(
    `INSERT INTO step_logs (run_id, entry_no, step_no, attempt, asset_key, partitions, at, level, message, fields)
     SELECT $1, "entryNo", "stepNo", attempt, "assetKey", partitions, at, level, message, fields
     FROM jsonb_to_recordset($2::jsonb) AS l("entryNo" int, "stepNo" int, attempt int, "assetKey" text,
       partitions text[], at timestamptz, level text, message text, fields jsonb)
     ON CONFLICT DO NOTHING`,
    [runId, JSON.stringify(entries)],
  )
}

/** Which entries of a run are asked for. */
export interface LogQuestion {
  readonly runId: string
  readonly assetKey?: string | undefined
  readonly partition?: string | undefined
  readonly levels: readonly LogLevel[]
  /** Entries after this number. */
  readonly after: number
  readonly limit: number
}

export async function readLogs(lineage: Lineage, question: LogQuestion): Promise<readonly LogEntry[]> {
  return lineage.query<LogEntry>(
    `SELECT entry_no AS "entryNo", step_no AS "stepNo", attempt, asset_key AS "assetKey", partitions, at, level,
       message, fields
     FROM step_logs
     WHERE run_id = $1 AND entry_no > $2 AND level = ANY($3)
       AND ($4::text IS NULL OR asset_key = $4) AND ($5::text IS NULL OR $5 = ANY(partitions))
     ORDER BY entry_no LIMIT $6`,
    [
      question.runId,
      question.after,
      question.levels,
      question.assetKey ?? null,
      question.partition ?? null,
      question.limit,
    ],
  )
}

/** Forgets what was said longer ago; of lineage, nothing. */
export async function dropOldLogs(lineage: Lineage, keepDays: number): Promise<void> {
  await lineage.query(`DELETE FROM step_logs WHERE at < now() - make_interval(secs => $1)`, [keepDays * 86_400])
}
