import type { PoolClient } from 'pg'
import type { PublishedStore } from '../../lib/graph/index.ts'
import { grantReaders } from './published-readers.ts'
import { publishedNames } from './published-table.ts'

export interface PublishedPlace {
  readonly store: PublishedStore
  readonly schema: string
  readonly environment: string
  readonly assetKey: string
}

/**
 * Creates what readers see, or brings it up to date: history partitioned by load, a pointer with one row, the current
 * load of each partition, the views over them, comments, and the readers' rights. Readers and their grants never notice
 * a load: nothing here runs again until the store's declaration changes.
 *
 * Columns are only ever added, at the end, since views and reports of others may hang on them.
 */
export async function ensurePublished(client: PoolClient, place: PublishedPlace): Promise<void> {
  const { store, schema } = place
  // Two runs of different assets may arrive here together; DDL of one schema is done one at a time.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [schema])
  await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
  await client.query(
    `CREATE TABLE IF NOT EXISTS "${schema}".published_definitions (table_name text PRIMARY KEY, definition text NOT NULL)`,
  )
  const views = extraViews(place)
  const definition = JSON.stringify([DEFINITION_FORMAT, place.assetKey, store, views])
  const known = await client.query<{ definition: string }>(
    `SELECT definition FROM "${schema}".published_definitions WHERE table_name = $1`,
    [store.table],
  )
  if (known.rows[0]?.definition !== definition) {
    await ensureTables(client, place)
    await ensureMainViews(client, store, schema)
    for (const view of views) {
      await client.query(`DROP VIEW IF EXISTS "${schema}"."${view.name}"`)
      await client.query(`CREATE VIEW "${schema}"."${view.name}" AS ${view.sql}`)
      await comment(client, `VIEW "${schema}"."${view.name}"`, view.comment)
      for (const [column, text] of Object.entries(view.columns)) {
        await comment(client, `COLUMN "${schema}"."${view.name}"."${column}"`, text)
      }
    }
    await client.query(
      `INSERT INTO "${schema}".published_definitions VALUES ($1, $2)
       ON CONFLICT (table_name) DO UPDATE SET definition = excluded.definition`,
      [store.table, definition],
    )
  }
  await grantReaders(client, place, [
    store.table,
    `${store.table}_all_days`,
    `${store.table}_history`,
    `${store.table}_loads`,
    `${store.table}_pointer`,
    ...views.map(({ name }) => name),
  ])
}

/** A change of what `ensurePublished` makes; part of each recorded definition. */
const DEFINITION_FORMAT = 2

function extraViews({ store, schema, environment, assetKey }: PublishedPlace) {
  const { view, allDays, pointer } = publishedNames(store, schema)
  const status = `"ottok_${environment}"."published_status"`
  const relations = { current: view, allDays, pointer, status, assetKey: `'${assetKey}'` }
  return store.views.map(({ name, comment: text, columns = {}, sql }) => ({
    name,
    comment: text,
    columns,
    sql: sql(relations),
  }))
}

async function ensureTables(client: PoolClient, { store, schema, assetKey }: PublishedPlace): Promise<void> {
  const names = publishedNames(store, schema)
  const columns = store.columns.map((c) => `"${c.name}" ${c.type}`).join(', ')
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${names.history} (load_id bigint NOT NULL, ${columns}) PARTITION BY LIST (load_id)`,
  )
  for (const column of store.columns) {
    await client.query(`ALTER TABLE ${names.history} ADD COLUMN IF NOT EXISTS "${column.name}" ${column.type}`)
  }
  const described = `load_id bigint NOT NULL, partition text NOT NULL, rows bigint NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now()`
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${names.pointer} (one boolean PRIMARY KEY DEFAULT true CHECK (one), ${described})`,
  )
  await client.query(`CREATE TABLE IF NOT EXISTS ${names.loads} (${described}, PRIMARY KEY (partition))`)
  // Tables that were made before there were loads by partition.
  await client.query(
    `INSERT INTO ${names.loads} (load_id, partition, rows, loaded_at)
     SELECT (location->>'load')::bigint, partition, (location->>'rows')::bigint, made_at FROM v_current
     WHERE asset_key = $1 AND location->>'kind' = 'published' ON CONFLICT (partition) DO NOTHING`,
    [assetKey],
  )
  await client.query(`CREATE SEQUENCE IF NOT EXISTS ${names.sequence}`)
  await client.query(`CREATE TABLE IF NOT EXISTS ${names.spare} (load_id bigint PRIMARY KEY)`)
  await comment(client, `TABLE ${names.history}`, store.comment)
  await comment(client, `TABLE ${names.pointer}`, `Names the load of ${store.table} that readers see.`)
  await comment(client, `TABLE ${names.loads}`, `The current load of each partition of ${store.table}.`)
  await comment(client, `COLUMN ${names.history}.load_id`, 'Load that brought the row')
  const about = [
    ['load_id', 'The load'],
    ['partition', 'The partition that it holds'],
    ['rows', 'Its rows'],
    ['loaded_at', 'When it was loaded'],
  ] as const
  for (const relation of [names.pointer, names.loads]) {
    for (const [column, text] of about) await comment(client, `COLUMN ${relation}.${column}`, text)
  }
  await comment(client, `COLUMN ${names.pointer}.one`, 'There is one row')
  for (const column of store.columns) await comment(client, `COLUMN ${names.history}."${column.name}"`, column.comment)
}

async function ensureMainViews(client: PoolClient, store: PublishedStore, schema: string): Promise<void> {
  const names = publishedNames(store, schema)
  const all = `WHERE load_id IN (SELECT load_id FROM ${names.loads})`
  const newest = `WHERE load_id = (SELECT load_id FROM ${names.pointer})`
  const made = [
    [store.table, names.view, store.shows === 'newest' ? newest : all, store.comment],
    [`${store.table}_all_days`, names.allDays, all, `${store.comment} Every partition, each as last loaded.`],
  ] as const
  for (const [name, view, where, text] of made) {
    // A view's columns keep their places: those it has, then the new ones.
    const present = await client.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
      [schema, name],
    )
    const columns = new Set([...present.rows.map((row) => row.name), ...store.columns.map((c) => c.name)])
    const list = [...columns].map((column) => `"${column}"`).join(', ')
    await client.query(`CREATE OR REPLACE VIEW ${view} AS SELECT ${list} FROM ${names.history} ${where}`)
    await comment(client, `VIEW ${view}`, text)
    for (const column of store.columns) await comment(client, `COLUMN ${view}."${column.name}"`, column.comment)
  }
}

async function comment(client: PoolClient, target: string, text: string): Promise<void> {
  await client.query(`COMMENT ON ${target} IS '${text.replaceAll("'", "''")}'`)
}
