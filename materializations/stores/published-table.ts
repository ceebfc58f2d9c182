import type { PoolClient } from 'pg'
import type { PublishedStore } from '../../lib/graph/index.ts'
import { copyIn } from '../../lib/postgres/index.ts'

/** Schema of a published table: the plain name in production, `<schema>_<environment>` elsewhere. */
export function publishedSchema(store: PublishedStore, environment: string): string {
  return environmentSchema(store.schema, environment)
}

export function environmentSchema(schema: string, environment: string): string {
  return environment === 'production' ? schema : `${schema}_${environment}`
}

/** Quoted names of the relations behind one published table. */
export function publishedNames({ table }: PublishedStore, schema: string) {
  const named = (suffix: string): string => `"${schema}"."${table}${suffix}"`
  return {
    /** What readers read. */
    view: named(''),
    /** Every partition by its current load. */
    allDays: named('_all_days'),
    /** All loads, also those that were replaced a moment ago. */
    history: named('_history'),
    /** One row: the load that `view` shows. */
    pointer: named('_pointer'),
    /** The current load of each partition. */
    loads: named('_loads'),
    /** The load that is attached and still empty. */
    spare: named('_spare'),
    sequence: named('_load_seq'),
    load: (load: string): string => named(`_load_${load}`),
  }
}

/**
 * Makes sure that an empty history partition, a spare, waits for the next load, attached and committed some time before it is filled.
 * A statement takes its snapshot after it was planned: were a partition attached in the transaction that moves the pointer,
 * a reader caught between the two would follow the pointer to a partition that its plan does not have, and see no rows.
 */
export async function ensureSpareLoad(client: PoolClient, store: PublishedStore, schema: string): Promise<void> {
  const names = publishedNames(store, schema)
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [schema])
  // One that another transaction is filling now is spoken for.
  const spare = await client.query(`SELECT load_id FROM ${names.spare} LIMIT 1 FOR UPDATE SKIP LOCKED`)
  if (spare.rows.length > 0) return
  const next = await client.query<{ load: string }>(`SELECT nextval('${names.sequence}')::text AS load`)
  const { load } = next.rows[0]!
  const table = names.load(load)
  await client.query(`CREATE TABLE ${table} (LIKE ${names.history} INCLUDING ALL, CHECK (load_id = ${load}))`)
  if (store.key.length > 0) {
    await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${store.key.map((k) => `"${k}"`).join(', ')})`)
  }
  await client.query(`ALTER TABLE ${names.history} ATTACH PARTITION ${table} FOR VALUES IN (${load})`)
  await client.query(`INSERT INTO ${names.spare} (load_id) VALUES ($1)`, [load])
}

/**
 * Loads one partition into a spare history partition and moves the pointer, unless it is on a newer one. Undefined, with
 * nothing done and no row read, when another load took the last spare.
 */
export async function loadPublished(
  client: PoolClient,
  store: PublishedStore,
  schema: string,
  partition: string,
  rows: Iterable<readonly unknown[]>,
): Promise<{ load: string; rows: number } | undefined> {
  const names = publishedNames(store, schema)
  const spare = await client.query<{ load: string }>(
    `DELETE FROM ${names.spare} WHERE load_id =
       (SELECT load_id FROM ${names.spare} ORDER BY load_id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING load_id::text AS load`,
  )
  const load = spare.rows[0]?.load
  if (load === undefined) return undefined
  let count = 0
  function* withLoad(): Generator<unknown[]> {
    for (const row of rows) {
      count++
      yield [load, ...row]
    }
  }
  await copyIn(client, names.load(load), ['load_id', ...store.columns.map((c) => c.name)], withLoad())
  const values = [load, partition, count]
  await client.query(
    `INSERT INTO ${names.loads} (load_id, partition, rows) VALUES ($1, $2, $3)
     ON CONFLICT (partition) DO UPDATE SET load_id = excluded.load_id, rows = excluded.rows, loaded_at = now()`,
    values,
  )
  await client.query(
    `INSERT INTO ${names.pointer} (load_id, partition, rows) VALUES ($1, $2, $3)
     ON CONFLICT (one) DO UPDATE SET load_id = excluded.load_id, partition = excluded.partition, rows = excluded.rows,
       loaded_at = now()
     WHERE "${store.table}_pointer".partition <= excluded.partition`,
    values,
  )
  return { load, rows: count }
}

/** Drops one load, if it is there. Takes an exclusive lock on the history for a moment. */
export async function dropLoad(client: PoolClient, store: PublishedStore, schema: string, load: string): Promise<void> {
  const { history, load: named } = publishedNames(store, schema)
  const table = named(load)
  const exists = await client.query('SELECT to_regclass($1) IS NOT NULL AS found', [table])
  if (!exists.rows[0].found) return
  await client.query(`ALTER TABLE ${history} DETACH PARTITION ${table}`)
  await client.query(`DROP TABLE ${table}`)
}
