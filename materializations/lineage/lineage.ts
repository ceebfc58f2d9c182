import type { Pool, PoolClient } from 'pg'
import { migrate, type Postgres } from '../../lib/postgres/index.ts'
import { connectionErrorOf } from './connection-lost.ts'
import { lineageMigrations } from './migrations/index.ts'
import { spaceErrorOf } from './no-space.ts'

/** The lineage store of one environment. Everything in it goes through `transaction` or `query`. */
export interface Lineage {
  readonly schema: string
  readonly pool: Pool
  query<T extends object>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** One transaction with the schema as search path; rolls back on any error. Throws ConnectionLost when PostgreSQL is gone. */
  transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>
}

/** Opens and migrates the lineage schema `ottok_<environment>`. */
export async function openLineage(postgres: Postgres, environment: string): Promise<Lineage> {
  const schema = `ottok_${environment}`
  await migrate(postgres.pool, { schema, migrations: lineageMigrations })
  const transaction = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    try {
      return await postgres.transaction(work, `SET LOCAL search_path TO "${schema}"`)
    } catch (error) {
      throw spaceErrorOf(connectionErrorOf(error))
    }
  }
  return {
    schema,
    pool: postgres.pool,
    transaction,
    query: (sql, values = []) => transaction(async (client) => (await client.query(sql, [...values])).rows),
  }
}
