import { randomUUID } from 'node:crypto'
import type { Lineage } from './lineage.ts'
import { type Holder, isDead, thisProcess } from './process-identity.ts'

export type RunStatus = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted'

export interface RunRow {
  readonly run_id: string
  readonly command: string
  readonly request: Record<string, unknown>
  readonly status: RunStatus
  readonly as_of: Date
  readonly holder: Holder
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly error: string | null
}

export interface StepRow {
  readonly step_no: number
  readonly asset_key: string
  readonly partitions: string[]
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'cancelled'
  readonly attempts: number
  readonly started_at: Date | null
  readonly duration_ms: number
  readonly skipped_because: string | null
  readonly error: string | null
}

export async function createRun(
  lineage: Lineage,
  run: { command: string; request: object; asOf: Date },
): Promise<string> {
  const runId = randomUUID()
  await lineage.query(
    'INSERT INTO runs (run_id, command, request, status, as_of, holder) VALUES ($1, $2, $3, $4, $5, $6)',
    [runId, run.command, JSON.stringify(run.request), 'running', run.asOf, JSON.stringify(thisProcess())],
  )
  return runId
}

export async function finishRun(lineage: Lineage, runId: string, status: RunStatus, error?: string): Promise<void> {
  await lineage.query('UPDATE runs SET status = $2, error = $3, ended_at = now() WHERE run_id = $1', [
    runId,
    status,
    error ?? null,
  ])
}

export async function insertSteps(lineage: Lineage, runId: string, steps: readonly StepRow[]): Promise<void> {
  if (steps.length === 0) return
  await lineage.query(
    `INSERT INTO steps (run_id, step_no, asset_key, partitions, status, attempts, started_at, duration_ms,
                        skipped_because, error)
     SELECT $1, step_no, asset_key, partitions, status, attempts, started_at, duration_ms, skipped_because, error
     FROM jsonb_to_recordset($2::jsonb) AS s(step_no int, asset_key text, partitions text[], status text, attempts int,
       started_at timestamptz, duration_ms double precision, skipped_because text, error text)
     ON CONFLICT (run_id, step_no) DO NOTHING`,
    [runId, JSON.stringify(steps)],
  )
}

/** Runs that say they are running but whose process is gone. */
export async function deadRuns(lineage: Lineage): Promise<readonly RunRow[]> {
  const rows = await lineage.query<RunRow>(`SELECT * FROM runs WHERE status = 'running'`)
  return rows.filter((row) => isDead(row.holder))
}

export function listRuns(lineage: Lineage, limit: number): Promise<RunRow[]> {
  return lineage.query<RunRow>('SELECT * FROM runs ORDER BY started_at DESC LIMIT $1', [limit])
}

/** Runs whose id begins with the text; a short id is enough where it is unique. */
export function findRuns(lineage: Lineage, prefix: string): Promise<RunRow[]> {
  return lineage.query<RunRow>(
    `SELECT * FROM runs WHERE run_id::text LIKE $1 || '%' ORDER BY started_at DESC LIMIT 5`,
    [prefix],
  )
}

export function runSteps(lineage: Lineage, runId: string): Promise<StepRow[]> {
  return lineage.query<StepRow>('SELECT * FROM steps WHERE run_id = $1 ORDER BY step_no', [runId])
}
