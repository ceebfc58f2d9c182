import type { Settings } from '../../lib/config/index.ts'
import { openPostgres } from '../../lib/postgres/index.ts'
import type { Holder } from '../lineage/process-identity.ts'
import { AUTOMATION_LEASE } from '../lineage/ticks.ts'

/** When automation was last evaluated and who does it, in words. Looks only: migrates and evaluates nothing. */
export async function automationHealth(settings: Settings): Promise<string> {
  const postgres = await openPostgres(settings)
  try {
    const schema = `"ottok_${settings.environment}"`
    const exists = await postgres.pool.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
      `${schema}.ticks`,
    ])
    if (!exists.rows[0]!.found) return 'no tick yet'
    const ticks = await postgres.pool.query<{ tick_id: number; status: string; at: Date; seconds: number }>(
      `SELECT tick_id, status, coalesce(ended_at, started_at) AS at,
              extract(epoch FROM now() - coalesce(ended_at, started_at))::int AS seconds
       FROM ${schema}.ticks ORDER BY tick_id DESC LIMIT 1`,
    )
    const leaders = await postgres.pool.query<{ holder: Holder }>(
      `SELECT holder FROM ${schema}.leases WHERE name = $1 AND expires_at > now()`,
      [AUTOMATION_LEASE],
    )
    const [tick] = ticks.rows
    const leader = leaders.rows[0]?.holder
    const last = tick ? `tick ${tick.tick_id} (${tick.status}) ${tick.seconds} s ago` : 'no tick yet'
    return `${last}, ${leader ? `process ${leader.pid} on ${leader.host} leads` : 'nobody leads'}`
  } finally {
    await postgres.close()
  }
}
