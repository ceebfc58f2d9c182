import type { ClickHouseClient } from '@clickhouse/client'

/** One connection to an engine, and what the two kinds of engine do differently. */
export interface Link {
  readonly client: ClickHouseClient
  /** Query id and the condition on `system.processes` that holds for the statement this link runs now. */
  identify(queryId?: string): { readonly queryId: string; readonly condition: string }
  /** Runs an insert of a body: `head` is the statement up to the columns, `tail` its SETTINGS and FORMAT clauses. */
  insert(head: string, tail: string, body: Uint8Array, queryId: string): Promise<void>
}

/** The connections of an opened engine: one of them is kept for stopping what runs on the others. */
export interface Engine {
  readonly kind: 'embedded' | 'server'
  readonly links: readonly Link[]
  readonly control: ClickHouseClient
  /** Closes the connections; nothing runs on them any more. */
  close(): Promise<void>
}
