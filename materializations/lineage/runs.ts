import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import { insertCodeSet } from './code-sets.ts'
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
  readonly cancel_requested_at: Date | null
  readonly code_digest: string | null
  /** Its process has missed many heartbeats. */
  readonly silent: boolean
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

/** A run's process writes a heartbeat every few seconds; after so long without one it is taken for dead. */
const SILENT_SECONDS = 90

const COLUMNS = `run_id, command, request, status, as_of, holder, started_at, ended_at, error, cancel_requested_at,
  code_digest, heartbeat_at < now() - make_interval(secs => ${SILENT_SECONDS}) AS silent`

export async function createRun(
  lineage: Lineage,
  run: {
    readonly command: string
    readonly request: object
    readonly asOf: Date
    /** Code versions of the assets that the request selects. */
    readonly code: ReadonlyMap<string, string>
  },
): Promise<string> {
  const runId = randomUUID()
  const { command, request, asOf } = run
  await lineage.transaction(async (client) => {
    const digest = await insertCodeSet(client, run.code)
    await client.query(
      `INSERT INTO runs (run_id, command, request, status, as_of, holder, code_digest)
       VALUES ($1, $2, $3, 'running', $4, $5, $6)`,
      [runId, command, JSON.stringify(request), asOf, JSON.stringify(thisProcess()), digest],
    )
  })
  return runId
}

export async function finishRun(lineage: Lineage, runId: string, status: RunStatus, error?: string): Promise<void> {
  await lineage.query('UPDATE runs SET status = $2, error = $3, ended_at = now() WHERE run_id = $1', [
    runId,
    status,
    error ?? null,
  ])
}

export async function insertSteps(client: PoolClient, runId: string, steps: readonly StepRow[]): Promise<void> {
  await client.query(
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
  const rows = await lineage.query<RunRow>(`SELECT ${COLUMNS} FROM runs WHERE status = 'running'`)
  return rows.filter(isGone)
}

/** Whether the process of a run that says it is running is gone: known to be dead, or silent for long. */
export function isGone(row: Pick<RunRow, 'holder' | 'silent'>): boolean {
  return row.silent || isDead(row.holder)
}

/** Says that the run's process lives, and gives whether somebody has asked it to stop. */
export async function beat(lineage: Lineage, runId: string): Promise<{ readonly cancelRequested: boolean }> {
  const [row] = await lineage.query<{ asked: boolean }>(
    'UPDATE runs SET heartbeat_at = now() WHERE run_id = $1 RETURNING cancel_requested_at IS NOT NULL AS asked',
    [runId],
  )
  return { cancelRequested: row?.asked === true }
}

/** Asks the process of a running run to stop; false when it is not running any more. */
export async function requestCancel(lineage: Lineage, runId: string): Promise<boolean> {
  const rows = await lineage.query(
    `UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, now())
     WHERE run_id = $1 AND status = 'running' RETURNING run_id`,
    [runId],
  )
  return rows.length === 1
}

export function listRuns(lineage: Lineage, limit: number): Promise<RunRow[]> {
  return lineage.query<RunRow>(`SELECT ${COLUMNS} FROM runs ORDER BY started_at DESC LIMIT $1`, [limit])
}

/** Runs whose id begins with the text; a short id is enough where it is unique. */
export function findRuns(lineage: Lineage, prefix: string): Promise<RunRow[]> {
  return lineage.query<RunRow>(
    `SELECT ${COLUMNS} FROM runs WHERE run_id::text LIKE $1 || '%' ORDER BY started_at DESC LIMIT 5`,
    [prefix],
  )
}

export function runSteps(lineage: Lineage, runId: string): Promise<StepRow[]> {
  return lineage.query<StepRow>('SELECT * FROM steps WHERE run_id = $1 ORDER BY step_no', [runId])
}

/** What a run has recorded. */
export function recordedBy(
  lineage: Lineage,
  runId: string,
): Promise<{ readonly key: string; readonly partition: string; readonly dataVersion: string }[]> {
  return lineage.query(
    'SELECT asset_key AS key, partition, data_version AS "dataVersion" FROM materializations WHERE run_id = $1',
    [runId],
  )
}
