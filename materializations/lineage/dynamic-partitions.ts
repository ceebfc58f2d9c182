import type { PoolClient } from 'pg'
import type { DynamicKeys } from '../../lib/graph/index.ts'
import type { Lineage } from './lineage.ts'

/** Keys of these dynamic partitions, in the order in which they were added. One query. */
export async function readDynamicKeys(lineage: Lineage, names: readonly string[]): Promise<DynamicKeys> {
  const rows = await lineage.query<{ name: string; keys: string[] }>(
    'SELECT name, array_agg(key ORDER BY place) AS keys FROM dynamic_partitions WHERE name = ANY($1) GROUP BY name',
    [names],
  )
  return new Map(rows.map(({ name, keys }) => [name, keys]))
}

/** Adds keys, and gives those that were not there. `runId`: of the step that adds them; null: by command. */
export async function addDynamicKeys(
  client: PoolClient,
  name: string,
  keys: readonly string[],
  runId: string | null,
): Promise<readonly string[]> {
  // In the order given; keys of two transactions at once are ordered, so that neither waits for the other for ever.
  const { rows } = await client.query<{ key: string }>(
    `INSERT INTO dynamic_partitions (name, key, run_id)
     SELECT $1, key, $3 FROM (SELECT key, min(at) AS at FROM unnest($2::text[]) WITH ORDINALITY AS t(key, at) GROUP BY key) t
     ORDER BY at ON CONFLICT DO NOTHING RETURNING key`,
    [name, keys, runId],
  )
  return rows.map(({ key }) => key)
}

/** Takes keys away, and gives those that were there. What was made of them stays. */
export async function removeDynamicKeys(
  client: PoolClient,
  name: string,
  keys: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ key: string }>(
    'DELETE FROM dynamic_partitions WHERE name = $1 AND key = ANY($2) RETURNING key',
    [name, keys],
  )
  return rows.map(({ key }) => key)
}
