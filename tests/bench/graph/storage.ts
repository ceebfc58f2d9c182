import pg from 'pg'

/** What one side's database holds and was asked. */
export interface Storage {
  readonly url: string
  /** Statements that `act` had the server run; transaction control and settings are not counted. */
  statements<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly statements: number }>
  /** Rows and bytes (tables, indexes, TOAST) of everything in the database, after VACUUM. */
  size(): Promise<{ readonly rows: number; readonly bytes: number }>
  close(): Promise<void>
}

/** Settings of a server whose statements can be counted. */
export const COUNTING = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_utility': 'off' }

const RELATIONS = `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'm') AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY 1`

/** Makes a database of that name on the server. */
export async function openStorage(server: string, name: string): Promise<Storage> {
  const admin = new pg.Client({ connectionString: server })
  await admin.connect()
  await admin.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  await admin.query(`CREATE DATABASE ${name}`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const client = new pg.Client({ connectionString: url })
  await client.connect()

  const called = async () => {
    const { rows } = await admin.query<{ calls: string }>(
      `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements s
       JOIN pg_database d ON d.oid = s.dbid WHERE datname = $1`,
      [name],
    )
    return Number(rows[0]!.calls)
  }
  return {
    url,
    async statements(act) {
      const before = await called()
      const result = await act()
      return { result, statements: (await called()) - before }
    },
    async size() {
      await client.query('VACUUM ANALYZE')
      const relations = (await client.query<{ name: string }>(RELATIONS)).rows
      let rows = 0
      let bytes = 0
      for (const relation of relations) {
        const { rows: found } = await client.query<{ rows: string; bytes: string }>(
          `SELECT (SELECT count(*) FROM ${relation.name}) AS rows, pg_total_relation_size($1::regclass) AS bytes`,
          [relation.name],
        )
        rows += Number(found[0]!.rows)
        bytes += Number(found[0]!.bytes)
      }
      return { rows, bytes }
    },
    async close() {
      await client.end()
      await admin.end()
    },
  }
}
