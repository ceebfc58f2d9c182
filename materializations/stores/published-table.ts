import type { PoolClient } from 'pg'
import type { PublishedStore } from '../../lib/graph/index.ts'
import { copyIn } from '../../lib/postgres/index.ts'

/** Schema of a published table: the plain name in production, `<schema>_<environment>` elsewhere. */
export function publishedSchema(store: PublishedStore, environment: string): string {
  return environment === 'production' ? store.schema : `${store.schema}_${environment}`
}

/**
 * Creates what readers see, if absent: history partitioned by load, a pointer with one row, and the view
 * that joins them. Readers and their grants never notice a load.
 */
export async function ensurePublished(client: PoolClient, store: PublishedStore, schema: string): Promise<void> {
  const history = `"${schema}"."${store.table}_history"`
  const pointer = `"${schema}"."${store.table}_pointer"`
  const view = `"${schema}"."${store.table}"`
  const columns = store.columns.map((c) => `"${c.name}" ${c.type}`).join(', ')
  // Two runs of different assets may arrive here together; DDL of one schema is done one at a time.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [schema])
  await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
  const present = await client.query<{ column_name: string }>(
    'SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2',
    [schema, `${store.table}_history`],
  )
  if (present.rows.length === 0) {
    await client.query(`CREATE TABLE ${history} (load_id bigint NOT NULL, ${columns}) PARTITION BY LIST (load_id)`)
    await client.query(
      `CREATE TABLE ${pointer} (one boolean PRIMARY KEY DEFAULT true CHECK (one), load_id bigint NOT NULL,
         partition text NOT NULL, rows bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now())`,
    )
    await client.query(`CREATE SEQUENCE "${schema}"."${store.table}_load_seq"`)
  } else {
    const known = new Set(present.rows.map((row) => row.column_name))
    for (const column of store.columns.filter((c) => !known.has(c.name))) {
      await client.query(`ALTER TABLE ${history} ADD COLUMN "${column.name}" ${column.type}`)
    }
    if (store.columns.every((c) => known.has(c.name))) return
  }
  const list = store.columns.map((c) => `"${c.name}"`).join(', ')
  await client.query(
    `CREATE OR REPLACE VIEW ${view} AS SELECT ${list} FROM ${history} WHERE load_id = (SELECT load_id FROM ${pointer})`,
  )
  for (const target of [`TABLE ${history}`, `VIEW ${view}`]) await comment(client, target, store.comment)
  await comment(client, `TABLE ${pointer}`, `Names the load of ${store.table} that readers see.`)
  for (const column of store.columns) {
    for (const relation of [history, view]) await comment(client, `COLUMN ${relation}."${column.name}"`, column.comment)
  }
}

async function comment(client: PoolClient, target: string, text: string): Promise<void> {
  await client.query(`COMMENT ON ${target} IS '${text.replaceAll("'", "''")}'`)
}

/** Loads one partition into a new history partition and moves the pointer, unless it is on a newer one. */
export async function loadPublished(
  client: PoolClient,
  store: PublishedStore,
  schema: string,
  partition: string,
  rows: Iterable<readonly unknown[]>,
): Promise<{ load: string; rows: number }> {
  const next = await client.query<{ load: string }>(
    `SELECT nextval('"${schema}"."${store.table}_load_seq"')::text AS load`,
  )
  const { load } = next.rows[0]!
  const table = `"${schema}"."${store.table}_load_${load}"`
  await client.query(`CREATE TABLE ${table} (LIKE "${schema}"."${store.table}_history" INCLUDING ALL)`)
  let count = 0
  function* withLoad(): Generator<unknown[]> {
    for (const row of rows) {
      count++
      yield [load, ...row]
    }
  }
  await copyIn(client, table, ['load_id', ...store.columns.map((c) => c.name)], withLoad())
  if (store.key.length > 0) {
    await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${store.key.map((k) => `"${k}"`).join(', ')})`)
  }
  await client.query(`ALTER TABLE ${table} ADD CHECK (load_id = ${load})`)
  await client.query(
    `ALTER TABLE "${schema}"."${store.table}_history" ATTACH PARTITION ${table} FOR VALUES IN (${load})`,
  )
  await client.query(
    `INSERT INTO "${schema}"."${store.table}_pointer" (load_id, partition, rows) VALUES ($1, $2, $3)
     ON CONFLICT (one) DO UPDATE SET load_id = excluded.load_id, partition = excluded.partition, rows = excluded.rows,
       loaded_at = now()
     WHERE "${store.table}_pointer".partition <= excluded.partition`,
    [load, partition, count],
  )
  return { load, rows: count }
}

/**
 * Drops the loads of an asset's table that no partition is recorded with: those that newer loads replaced. Short, after the
 * commit; what a process did not live to drop goes with the next load, or in recovery.
 */
export async function dropUnrecordedLoads(
  client: PoolClient,
  store: PublishedStore,
  schema: string,
  assetKey: string,
): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [schema])
  // A load and its record are committed together: one statement sees both or neither.
  const unrecorded = await client.query<{ load: string }>(
    `SELECT substr(child.relname, length($2) + 1) AS load
     FROM pg_inherits i JOIN pg_class child ON child.oid = i.inhrelid
     WHERE i.inhparent = to_regclass($1) AND starts_with(child.relname, $2)
       AND substr(child.relname, length($2) + 1) NOT IN (
         SELECT location->>'load' FROM partition_state WHERE asset_key = $3 AND location->>'kind' = 'published')`,
    [`"${schema}"."${store.table}_history"`, `${store.table}_load_`, assetKey],
  )
  for (const { load } of unrecorded.rows) await dropLoad(client, store, schema, load)
}

/** Drops one load, if it is there. */
export async function dropLoad(client: PoolClient, store: PublishedStore, schema: string, load: string): Promise<void> {
  const table = `"${schema}"."${store.table}_load_${load}"`
  const exists = await client.query('SELECT to_regclass($1) IS NOT NULL AS found', [table])
  if (!exists.rows[0].found) return
  await client.query(`ALTER TABLE "${schema}"."${store.table}_history" DETACH PARTITION ${table}`)
  await client.query(`DROP TABLE ${table}`)
}
