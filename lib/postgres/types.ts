import type { Pool, PoolClient } from 'pg'

/** One PostgreSQL: a pool on it, and transactions. */
export interface Postgres {
  readonly kind: 'embedded' | 'server'
  readonly pool: Pool
  /** Address with password, for tools that people start themselves; never for messages. */
  readonly url: string
  /** Commits when `work` resolves, rolls back when it rejects. `first` is a statement that goes along with BEGIN. */
  transaction<T>(work: (client: PoolClient) => Promise<T>, first?: string): Promise<T>
  /** Closes the connections; an embedded server keeps running for the next command. */
  close(): Promise<void>
}
