import { randomUUID } from 'node:crypto'
import { OttokError } from '../../lib/config/errors.ts'
import type { Lineage } from './lineage.ts'
import { type Holder, isDead, thisProcess } from './process-identity.ts'

/** How long a lease lives without a heartbeat, by PostgreSQL's clock. */
const LEASE_SECONDS = 30
const HEARTBEAT_MS = 8_000

export interface LeaseRow {
  readonly name: string
  readonly token: string
  readonly run_id: string
  readonly holder: Holder
  readonly expired: boolean
}

/** Leases of one run: one per asset, one token for all, renewed together until released. */
export interface Leases {
  readonly token: string
  /** Takes the asset's lease; throws when a living run holds it. */
  acquire(assetKey: string): Promise<void>
  release(): Promise<void>
}

export function openLeases(lineage: Lineage, runId: string): Leases {
  const token = randomUUID()
  const held = new Map<string, Promise<void>>()
  const heartbeat = setInterval(() => {
    lineage
      .query(`UPDATE leases SET expires_at = now() + make_interval(secs => $2) WHERE token = $1`, [
        token,
        LEASE_SECONDS,
      ])
      // A missed beat is not fatal: the next may succeed, and every record checks the token itself.
      .catch((error: unknown) => process.emitWarning(`lease heartbeat failed: ${String(error)}`))
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    token,
    acquire: (assetKey) => {
      const running = held.get(assetKey) ?? take(lineage, assetKey, token, runId)
      held.set(assetKey, running)
      return running
    },
    release: async () => {
      clearInterval(heartbeat)
      await lineage.query('DELETE FROM leases WHERE token = $1', [token])
    },
  }
}

async function take(lineage: Lineage, name: string, token: string, runId: string): Promise<void> {
  const holder = await lineage.transaction(async (client) => {
    const taken = await client.query(
      `INSERT INTO leases (name, token, run_id, holder, expires_at)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
       ON CONFLICT (name) DO NOTHING`,
      [name, token, runId, JSON.stringify(thisProcess()), LEASE_SECONDS],
    )
    if (taken.rowCount === 1) return undefined
    const current = await client.query<LeaseRow>(
      `SELECT name, token, run_id, holder, expires_at < now() AS expired FROM leases WHERE name = $1`,
      [name],
    )
    return current.rows[0]
  })
  if (!holder) return
  throw new OttokError({
    what: `cannot materialize ${name}`,
    cause: `Run ${holder.run_id} (process ${holder.holder.pid} on ${holder.holder.host}) is making it.`,
    mend: 'Wait until that run has ended, or cancel it with `ottok runs cancel`.',
  })
}

/** Leases whose holder is gone: expired by PostgreSQL's clock, or a process of this machine that died. */
export async function abandonedLeases(lineage: Lineage): Promise<readonly LeaseRow[]> {
  const rows = await lineage.query<LeaseRow>(
    'SELECT name, token, run_id, holder, expires_at < now() AS expired FROM leases',
  )
  return rows.filter((row) => row.expired || isDead(row.holder))
}
