import { randomUUID } from 'node:crypto'
import type { PoolClient } from 'pg'
import type { Lineage } from './lineage.ts'
import { type Holder, isDead, thisProcess } from './process-identity.ts'

export type BackfillStatus = 'requested' | 'running' | 'cancelling' | 'cancelled' | 'failed' | 'completed'

/** How long a backfill stays its driver's without a heartbeat, by PostgreSQL's clock. */
const LEASE_SECONDS = 30

export interface BackfillRow {
  readonly backfill_id: string
  readonly command: string
  readonly selection: string
  readonly request: Readonly<Record<string, unknown>>
  readonly status: BackfillStatus
  readonly as_of: Date
  readonly since_seq: string
  readonly created_at: Date
  readonly started_at: Date | null
  readonly ended_at: Date | null
  readonly error: string | null
  readonly token: string | null
  readonly holder: Holder | null
  /** The driver has missed its heartbeats. */
  readonly expired: boolean
}

export interface BackfillAssetRow {
  readonly asset_key: string
  readonly code_version: string
  readonly partitions_signature: string
  readonly deps_signature: string
  /** `[first key, last key, count]` of each stretch. */
  readonly wanted: readonly (readonly [string, string, number])[]
  readonly wanted_count: number
  readonly blocked_count: number
  readonly blocked_because: string | null
}

const COLUMNS = `backfill_id, command, selection, request, status, as_of, since_seq, created_at, started_at, ended_at, error,
  token, holder, coalesce(expires_at < now(), true) AS expired`

/** Whether a process drives the backfill now. */
export function isDriven(row: Pick<BackfillRow, 'status' | 'holder' | 'expired'>): boolean {
  const isActive = row.status === 'running' || row.status === 'cancelling'
  return isActive && row.holder !== null && !row.expired && !isDead(row.holder)
}

export interface NewBackfill {
  readonly command: string
  readonly selection: string
  readonly request: object
  readonly asOf: Date
  readonly sinceSeq: number
  readonly assets: readonly BackfillAssetRow[]
}

/** Writes a backfill down as requested; gives its id. */
export function insertBackfill(lineage: Lineage, backfill: NewBackfill): Promise<string> {
  const id = randomUUID()
  return lineage.transaction(async (client) => {
    await client.query(
      `INSERT INTO backfills (backfill_id, command, selection, request, status, as_of, since_seq)
       VALUES ($1, $2, $3, $4, 'requested', $5, $6)`,
      [id, backfill.command, backfill.selection, JSON.stringify(backfill.request), backfill.asOf, backfill.sinceSeq],
    )
    await insertAssets(client, id, backfill.assets)
    return id
  })
}

async function insertAssets(client: PoolClient, id: string, assets: readonly BackfillAssetRow[]): Promise<void> {
  await client.query(
    `INSERT INTO backfill_assets (backfill_id, position, asset_key, code_version, partitions_signature, deps_signature,
                                  wanted, wanted_count, blocked_count, blocked_because)
     SELECT $1, position, asset_key, code_version, partitions_signature, deps_signature, wanted, wanted_count,
            blocked_count, blocked_because
     FROM jsonb_to_recordset($2::jsonb) AS a(position int, asset_key text, code_version text, partitions_signature text,
       deps_signature text, wanted jsonb, wanted_count int, blocked_count int, blocked_because text)`,
    [id, JSON.stringify(assets.map((asset, position) => ({ position, ...asset })))],
  )
}

/** Backfills whose id begins with the text, the newest first. */
export function findBackfills(lineage: Lineage, prefix: string): Promise<BackfillRow[]> {
  return lineage.query<BackfillRow>(
    `SELECT ${COLUMNS} FROM backfills WHERE backfill_id::text LIKE $1 || '%' ORDER BY created_at DESC LIMIT 5`,
    [prefix],
  )
}

export function backfillAssets(lineage: Lineage, id: string): Promise<BackfillAssetRow[]> {
  return lineage.query<BackfillAssetRow>('SELECT * FROM backfill_assets WHERE backfill_id = $1 ORDER BY position', [id])
}

export interface ListedBackfill extends BackfillRow {
  readonly wanted: number
  /** Partitions that its runs have made. */
  readonly made: number
}

/** The newest first; one query. */
export function listBackfills(lineage: Lineage, limit: number): Promise<ListedBackfill[]> {
  return lineage.query<ListedBackfill>(
    `SELECT ${COLUMNS},
       (SELECT coalesce(sum(wanted_count), 0)::int FROM backfill_assets a WHERE a.backfill_id = b.backfill_id) AS wanted,
       (SELECT count(DISTINCT (m.asset_key, m.partition))::int FROM runs r JOIN materializations m USING (run_id)
        WHERE r.backfill_id = b.backfill_id) AS made
     FROM backfills b ORDER BY created_at DESC LIMIT $1`,
    [limit],
  )
}

/** What `takeBackfill` found: ours now, or somebody's, or nothing left to take. */
export type Taken =
  | { readonly kind: 'taken'; readonly token: string; readonly before: BackfillStatus }
  | { readonly kind: 'driven'; readonly holder: Holder }
  | { readonly kind: 'completed' }

/** Makes this process the driver, unless a living one drives it. */
export function takeBackfill(lineage: Lineage, id: string): Promise<Taken> {
  const token = randomUUID()
  return lineage.transaction(async (client): Promise<Taken> => {
    const row = await lockRow(client, id)
    if (row.status === 'completed') return { kind: 'completed' }
    if (isDriven(row)) return { kind: 'driven', holder: row.holder! }
    await client.query(
      `UPDATE backfills SET status = 'running', token = $2, holder = $3, error = NULL, ended_at = NULL,
         started_at = coalesce(started_at, now()), expires_at = now() + make_interval(secs => $4)
       WHERE backfill_id = $1`,
      [id, token, JSON.stringify(thisProcess()), LEASE_SECONDS],
    )
    return { kind: 'taken', token, before: row.status }
  })
}

async function lockRow(client: PoolClient, id: string): Promise<BackfillRow> {
  const found = await client.query<BackfillRow>(`SELECT ${COLUMNS} FROM backfills WHERE backfill_id = $1 FOR UPDATE`, [
    id,
  ])
  return found.rows[0]!
}

/** Renews the driver's lease. Gives the status, or undefined when another has taken the backfill over. */
export async function beatBackfill(lineage: Lineage, id: string, token: string): Promise<BackfillStatus | undefined> {
  const rows = await lineage.query<{ status: BackfillStatus }>(
    `UPDATE backfills SET expires_at = now() + make_interval(secs => $3)
     WHERE backfill_id = $1 AND token = $2 RETURNING status`,
    [id, token, LEASE_SECONDS],
  )
  return rows[0]?.status
}

/** Ends the driver's work; false when another has taken the backfill over, whose word counts. */
export async function endBackfill(
  lineage: Lineage,
  id: string,
  token: string,
  end: { readonly status: 'cancelled' | 'failed' | 'completed'; readonly error?: string },
): Promise<boolean> {
  const rows = await lineage.query(
    `UPDATE backfills SET status = $3, error = $4, ended_at = now(), token = NULL, holder = NULL, expires_at = NULL
     WHERE backfill_id = $1 AND token = $2 RETURNING backfill_id`,
    [id, token, end.status, end.error ?? null],
  )
  return rows.length === 1
}

/** Asks the driver to stop, or cancels what nobody drives. Gives the status afterwards. */
export function cancelBackfill(lineage: Lineage, id: string): Promise<BackfillStatus> {
  return lineage.transaction(async (client) => {
    const row = await lockRow(client, id)
    if (isDriven(row)) {
      await client.query(`UPDATE backfills SET status = 'cancelling' WHERE backfill_id = $1`, [id])
      return 'cancelling'
    }
    if (row.status === 'completed' || row.status === 'failed' || row.status === 'cancelled') return row.status
    await client.query(
      `UPDATE backfills SET status = 'cancelled', ended_at = now(), token = NULL, holder = NULL, expires_at = NULL
       WHERE backfill_id = $1`,
      [id],
    )
    return 'cancelled'
  })
}

/** Replaces what a backfill wants, under its driver's lease: for code that changed since. False when the lease was lost. */
export function replaceWanted(
  lineage: Lineage,
  id: string,
  token: string,
  wanted: { readonly sinceSeq: number; readonly assets: readonly BackfillAssetRow[] },
): Promise<boolean> {
  return lineage.transaction(async (client) => {
    const updated = await client.query('UPDATE backfills SET since_seq = $3 WHERE backfill_id = $1 AND token = $2', [
      id,
      token,
      wanted.sinceSeq,
    ])
    if (updated.rowCount !== 1) return false
    await client.query('DELETE FROM backfill_assets WHERE backfill_id = $1', [id])
    await insertAssets(client, id, wanted.assets)
    return true
  })
}

/** Runs of a backfill: how many, and what its driver made of late. */
export interface BackfillPace {
  readonly runs: number
  /** Partitions made in the last ten minutes, and how long that took. */
  readonly made: number
  readonly overMs: number
}

export async function backfillPace(lineage: Lineage, id: string): Promise<BackfillPace> {
  const [row] = await lineage.query<{ runs: number; made: number; over: number | null }>(
    `SELECT (SELECT count(*)::int FROM runs WHERE backfill_id = $1) AS runs, count(m.seq)::int AS made,
       1000 * extract(epoch FROM now() - greatest(min(r.started_at), now() - interval '10 minutes'))::float8 AS over
     FROM runs r JOIN materializations m USING (run_id)
     WHERE r.backfill_id = $1 AND m.made_at > now() - interval '10 minutes'`,
    [id],
  )
  return { runs: row!.runs, made: row!.made, overMs: row!.over ?? 0 }
}
