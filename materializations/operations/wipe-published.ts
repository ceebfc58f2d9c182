import type { PublishedStore } from '../../lib/graph/index.ts'
import type { StoredLocation } from '../planner/recorded.ts'
import type { Session } from '../session.ts'
import { dropLoad, publishedNames, publishedSchema } from '../stores/published-table.ts'

/** Drops recorded loads. Readers fall back to the newest load that is left, or see no rows. */
export async function wipePublished(
  session: Session,
  store: PublishedStore,
  locations: readonly StoredLocation[],
): Promise<void> {
  const schema = publishedSchema(store, session.settings.environment)
  const loads = [...new Set(locations.flatMap((location) => (location.kind === 'published' ? [location.load] : [])))]
  if (loads.length === 0) return
  const { pointer, loads: current } = publishedNames(store, schema)
  await session.lineage.transaction(async (client) => {
    const present = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [pointer])
    if (!present.rows[0]!.found) return
    for (const relation of [pointer, current])
      await client.query(`DELETE FROM ${relation} WHERE load_id::text = ANY($1)`, [loads])
    for (const load of loads) await dropLoad(client, store, schema, load)
    await client.query(
      `INSERT INTO ${pointer} (load_id, partition, rows)
       SELECT (location->>'load')::bigint, partition, (location->>'rows')::bigint FROM v_current
       WHERE location->>'kind' = 'published' AND location->>'table' = $1 AND location->>'load' <> ALL($2)
       ORDER BY partition DESC LIMIT 1
       ON CONFLICT (one) DO NOTHING`,
      [`${schema}.${store.table}`, loads],
    )
  })
}
