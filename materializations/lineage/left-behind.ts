import type { Lineage } from './lineage.ts'
import { thisProcess } from './process-identity.ts'

/**
 * Lets go of what broken runs of this very process hold: it lives on, so nobody else takes them for dead. Only for a
 * process in which no run is going on.
 */
export async function forgetOwnRuns(lineage: Lineage, keptLease: string): Promise<void> {
  const holder = JSON.stringify(thisProcess())
  await lineage.transaction(async (client) => {
    await client.query('DELETE FROM leases WHERE holder = $1::jsonb AND name <> $2', [holder, keptLease])
    await client.query(
      `UPDATE runs SET status = 'interrupted', ended_at = now(), error = coalesce(error, 'the run broke off')
       WHERE status = 'running' AND holder = $1::jsonb`,
      [holder],
    )
  })
}
