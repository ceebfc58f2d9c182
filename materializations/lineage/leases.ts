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

/** Another run has the lease of an asset. */
export class LeaseHeld extends OttokError {
  constructor(assetKey: string, { run_id, holder, expired }: LeaseRow) {
    const isAbandoned = expired || isDead(holder)
    const who = `Run ${run_id} (process ${holder.pid} on ${holder.host})`
    super({
      what: `cannot change ${assetKey}`,
      cause: isAbandoned ? `${who} ended without finishing it.` : `${who} is making it.`,
      mend: isAbandoned
        ? 'Run `ottok materialize`, which finishes what that run began.'
        : 'Wait until that run has ended, or stop that process.',
    })
    this.name = 'LeaseHeld'
  }
}

/** Leases of one run: one per asset, one token for all, renewed together until released. */
export interface Leases {
  readonly token: string
  /** Takes the asset's lease, in one transaction with others that are asked for at once; throws when a living run holds it. */
  acquire(assetKey: string): Promise<void>
  /** Renews them no more, and gives them back. */
  release(): Promise<void>
  /** Renews them no more, so that they run out by themselves; all that can be done without PostgreSQL. */
  stop(): void
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
  const takeTogether = batched((names: readonly string[]) => take(lineage, names, token, runId))
  const acquire = (assetKey: string): Promise<void> => {
    const running =
      held.get(assetKey) ??
      takeTogether(assetKey).then((holder) => {
        if (holder) throw new LeaseHeld(assetKey, holder)
      })
    held.set(assetKey, running)
    // The next attempt asks anew.
    running.catch(() => held.delete(assetKey))
    return running
  }
  return {
    token,
    acquire,
    stop: () => clearInterval(heartbeat),
    release: async () => {
      clearInterval(heartbeat)
      // One that is being taken would stay.
      await Promise.allSettled(held.values())
      await lineage.query('DELETE FROM leases WHERE token = $1', [token])
    },
  }
}

/** Takes leases that are free; gives who holds each of the others. */
function take(
  lineage: Lineage,
  names: readonly string[],
  token: string,
  runId: string,
): Promise<ReadonlyMap<string, LeaseRow>> {
  return lineage.transaction(async (client) => {
    const taken = await client.query<{ name: string }>(
      // In one order in all runs: two that take the same would wait for each other.
      `INSERT INTO leases (name, token, run_id, holder, expires_at)
       SELECT name, $2, $3, $4, now() + make_interval(secs => $5) FROM unnest($1::text[]) AS n(name) ORDER BY name
       ON CONFLICT (name) DO NOTHING RETURNING name`,
      [names, token, runId, JSON.stringify(thisProcess()), LEASE_SECONDS],
    )
    if (taken.rowCount === names.length) return new Map()
    const ours = new Set(taken.rows.map((row) => row.name))
    const current = await client.query<LeaseRow>(
      `SELECT name, token, run_id, holder, expires_at < now() AS expired FROM leases WHERE name = ANY($1)`,
      [names.filter((name) => !ours.has(name))],
    )
    return new Map(current.rows.map((row) => [row.name, row]))
  })
}

/** Asks for everything that is wanted in one turn of the event loop at once. */
function batched<T>(
  ask: (names: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): (name: string) => Promise<T | undefined> {
  let next: { readonly names: string[]; readonly answers: Promise<ReadonlyMap<string, T>> } | undefined
  return async (name) => {
    if (!next) {
      const names: string[] = []
      const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        next = undefined
        return ask(names)
      })
      next = { names, answers }
    }
    next.names.push(name)
    return (await next.answers).get(name)
  }
}

/**
 * Takes away the leases whose holder is gone: expired by PostgreSQL's clock, or a process of this machine that died.
 * Gives their names: what those runs may have been making.
 */
export async function dropAbandonedLeases(lineage: Lineage): Promise<readonly string[]> {
  const rows = await lineage.query<LeaseRow>(
    'SELECT name, token, run_id, holder, expires_at < now() AS expired FROM leases',
  )
  const dead = rows.filter((row) => isDead(row.holder)).map((row) => row.token)
  const expired = rows.filter((row) => row.expired).map((row) => row.token)
  if (dead.length + expired.length === 0) return []
  const dropped = await lineage.query<{ name: string }>(
    // A holder that only slept may have renewed its lease meanwhile.
    'DELETE FROM leases WHERE token = ANY($1) OR (token = ANY($2) AND expires_at < now()) RETURNING name',
    [dead, expired],
  )
  return dropped.map((row) => row.name)
}

/** Whether a run holds the lease of an asset. */
export async function isLeased(lineage: Lineage, assetKey: string): Promise<boolean> {
  const rows = await lineage.query('SELECT FROM leases WHERE name = $1', [assetKey])
  return rows.length > 0
}

/** Tokens of the runs that hold any lease. */
export async function livingTokens(lineage: Lineage): Promise<readonly string[]> {
  const rows = await lineage.query<{ token: string }>('SELECT DISTINCT token FROM leases')
  return rows.map((row) => row.token)
}
