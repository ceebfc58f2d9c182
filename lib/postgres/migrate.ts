import type { Pool, PoolClient } from 'pg'
import { OttokError } from '../config/index.ts'
import { inTransaction } from './transaction.ts'

export interface Migration {
  readonly name: string
  /** Statements; unqualified names resolve in the schema. */
  readonly sql: string
  /** What SQL cannot say, in the same transaction after it. */
  readonly run?: (client: PoolClient) => Promise<void>
}

/**
 * Brings a schema up to date: each migration once, in order, under an advisory lock, so that commands
 * started together do it one after the other. A schema that is newer than the program is refused.
 */
export async function migrate(pool: Pool, plan: { schema: string; migrations: readonly Migration[] }): Promise<void> {
  const { schema, migrations } = plan
  if (await isCurrent(pool, schema, migrations)) return
  await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 7))', [`migrate ${schema}`])
    await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
    await client.query(`SET LOCAL search_path TO "${schema}"`)
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
    )
    const applied = await client.query<{ name: string }>('SELECT name FROM schema_migrations')
    const known = new Set(applied.rows.map((row) => row.name))
    requireKnown(schema, known, migrations)
    for (const migration of migrations.filter((m) => !known.has(m.name))) {
      await client.query(migration.sql)
      await migration.run?.(client)
      await client.query('INSERT INTO schema_migrations (name) VALUES ($1)', [migration.name])
    }
  })
}

/** One cheap query for the usual case, without a lock. */
async function isCurrent(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<boolean> {
  const found = await pool.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    `"${schema}".schema_migrations`,
  ])
  if (!found.rows[0]!.found) return false
  const applied = await pool.query<{ name: string }>(`SELECT name FROM "${schema}".schema_migrations`)
  const known = new Set(applied.rows.map((row) => row.name))
  requireKnown(schema, known, migrations)
  return migrations.every((migration) => known.has(migration.name))
}

function requireKnown(schema: string, applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const unknown = [...applied].filter((name) => !migrations.some((migration) => migration.name === name))
  if (unknown.length === 0) return
  throw new OttokError({
    what: `cannot use the schema ${schema}`,
    cause: `It has migrations that this version does not know: ${unknown.join(', ')}.`,
    mend: 'Use the newer version of ottok that made them.',
  })
}
