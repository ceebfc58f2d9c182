import type { PoolClient } from 'pg'
import type { PublishedPlace } from './published-schema.ts'

/** Role that may read what an environment publishes; people and tools are made members of it. */
export function readerRole(environment: string): string {
  return `ottok_reader_${environment}`
}

/**
 * Gives the readers' role its rights on these relations of the schema, and makes the role where it may. Where neither the
 * role nor the right to make it is there, nothing is granted; `doctor` says so.
 */
export async function grantReaders(
  client: PoolClient,
  { schema, environment }: PublishedPlace,
  relations: readonly string[],
): Promise<void> {
  const role = readerRole(environment)
  if (!(await roleExists(client, role))) {
    const may = await client.query<{ may: boolean }>(
      'SELECT rolcreaterole OR rolsuper AS may FROM pg_roles WHERE rolname = current_user',
    )
    if (!may.rows[0]?.may) return
    // Roles belong to the whole server: another environment's run may be making the same one now.
    await client.query(`DO $$ BEGIN CREATE ROLE "${role}" NOLOGIN;
      EXCEPTION WHEN duplicate_object OR unique_violation THEN RAISE NOTICE 'the role is there'; END $$`)
  }
  const lacking = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name
     WHERE NOT has_table_privilege($2, format('%I.%I', $3::text, name), 'SELECT')`,
    [relations, role, schema],
  )
  const enters = await client.query<{ enters: boolean }>(`SELECT has_schema_privilege($1, $2, 'USAGE') AS enters`, [
    role,
    schema,
  ])
  if (!enters.rows[0]!.enters) await client.query(`GRANT USAGE ON SCHEMA "${schema}" TO "${role}"`)
  for (const { name } of lacking.rows) await client.query(`GRANT SELECT ON "${schema}"."${name}" TO "${role}"`)
}

async function roleExists(client: PoolClient, role: string): Promise<boolean> {
  const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
  return found.rows.length > 0
}
