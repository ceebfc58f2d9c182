import { DatabaseError } from 'pg'
import type { PublishedStore } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { dropLoad, publishedNames } from './published-table.ts'

/**
 * How long a load stays after another took its place, minutes: a reader whose transaction saw the pointer before it moved
 * still finds the rows that it names.
 */
export const READERS_GRACE_MINUTES = 10

/** Milliseconds that a drop waits for readers of the history; while it waits, new readers wait behind it. */
const LOCK_TIMEOUT_MS = 200
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Drops the loads that newer loads of the same partition replaced more than the grace ago. Where a reader holds them,
 * all are left for the next time: no reader waits for a report that runs for hours. Short, after the commit; what a process did
 * not live to drop goes with the next load, or in recovery.
 */
export async function dropReplacedLoads(
  lineage: Lineage,
  store: PublishedStore,
  schema: string,
  assetKey: string,
): Promise<void> {
  const replaced = await lineage.query<{ load: string }>(
    `SELECT substr(child.relname, length($2) + 1) AS load
     FROM pg_inherits i
     JOIN pg_class child ON child.oid = i.inhrelid
     JOIN materializations m ON m.asset_key = $3 AND m.location->>'load' = substr(child.relname, length($2) + 1)
     WHERE i.inhparent = to_regclass($1) AND starts_with(child.relname, $2)
       AND EXISTS (
         SELECT FROM materializations later
         WHERE later.asset_key = m.asset_key AND later.partition = m.partition AND later.seq > m.seq
           AND later.made_at < now() - make_interval(mins => $4))`,
    [publishedNames(store, schema).history, `${store.table}_load_`, assetKey, READERS_GRACE_MINUTES],
  )
  for (const { load } of replaced) {
    try {
      await lineage.transaction(async (client) => {
        await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`)
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [schema])
        await dropLoad(client, store, schema, load)
      })
    } catch (error) {
      if (error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE) return
      throw error
    }
  }
}
