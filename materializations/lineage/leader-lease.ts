import { randomUUID } from 'node:crypto'
import type { Lineage } from './lineage.ts'
import { type Holder, isDead, thisProcess } from './process-identity.ts'

/** How long leadership lasts without a heartbeat, by PostgreSQL's clock. */
const LEASE_SECONDS = 30
const HEARTBEAT_MS = 5_000
/** A leader that could not renew for so long stops by itself: before anybody else may take over. */
const SILENT_MS = 20_000

/** What only one process at a time may do. */
export interface Leadership {
  readonly token: string
  /** Aborts when somebody else has taken over, or may have. */
  readonly lost: AbortSignal
  resign(): Promise<void>
}

/** Takes the lease when it is free, expired, or its holder is a process of this machine that is gone; else tells who has it. */
export async function tryToLead(lineage: Lineage, name: string): Promise<Leadership | Holder> {
  const token = randomUUID()
  const holder = await lineage.transaction(async (client) => {
    // Two that find the same dead holder must not both remove it.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 8))', [`${lineage.schema}${name}`])
    const found = await client.query<{ holder: Holder; expired: boolean }>(
      'SELECT holder, expires_at < now() AS expired FROM leases WHERE name = $1 FOR UPDATE',
      [name],
    )
    const [row] = found.rows
    if (row && !row.expired && !isDead(row.holder) && !isThisProcess(row.holder)) return row.holder
    await client.query('DELETE FROM leases WHERE name = $1', [name])
    await client.query(
      `INSERT INTO leases (name, token, run_id, holder, expires_at)
       VALUES ($1, $2, $2, $3, now() + make_interval(secs => $4))`,
      [name, token, JSON.stringify(thisProcess()), LEASE_SECONDS],
    )
    return undefined
  })
  return holder ?? leadership(lineage, name, token)
}

function leadership(lineage: Lineage, name: string, token: string): Leadership {
  const lost = new AbortController()
  let renewedAt = performance.now()
  const beat = async (): Promise<void> => {
    const askedAt = performance.now()
    const rows = await lineage.query(
      `UPDATE leases SET expires_at = now() + make_interval(secs => $3) WHERE name = $1 AND token = $2 RETURNING name`,
      [name, token, LEASE_SECONDS],
    )
    if (rows.length === 0) lost.abort()
    else renewedAt = askedAt
  }
  let isBeating = false
  const clock = setInterval(() => {
    if (performance.now() - renewedAt > SILENT_MS) lost.abort()
    if (isBeating || lost.signal.aborted) return
    isBeating = true
    beat()
      // One missed beat is not the end of it: silence is counted above.
      .catch((error: unknown) => process.emitWarning(`the heartbeat of ${name} failed: ${String(error)}`))
      .finally(() => {
        isBeating = false
      })
  }, HEARTBEAT_MS)
  clock.unref()
  return {
    token,
    lost: lost.signal,
    resign: async () => {
      clearInterval(clock)
      await lineage.query('DELETE FROM leases WHERE name = $1 AND token = $2', [name, token])
    },
  }
}

export function isLeadership(found: Leadership | Holder): found is Leadership {
  return 'token' in found
}

/** A process begins anew after its connection broke. */
function isThisProcess(holder: Holder): boolean {
  const own = thisProcess()
  return (
    holder.host === own.host &&
    holder.boot === own.boot &&
    holder.pid === own.pid &&
    holder.started === own.started &&
    holder.pidNamespace === own.pidNamespace
  )
}
