import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { redactUrl } from '../config/index.ts'
import { WarehouseError } from './failures.ts'
import type { Engine, Link } from './link.ts'
import { quoteIdentifier, quoteString } from './sql-text.ts'

/** A statement may compute for long before its first byte. */
const REQUEST_TIMEOUT_MS = 24 * 3600 * 1000

/** Balancers on the way drop connections on which nothing moves. */
const SIGN_OF_LIFE = { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '20000' } as const

/** Connects to a ClickHouse server and makes the database. */
export async function openServer(
  url: string,
  database: string,
  connections: number,
  session: Readonly<Record<string, string | number>>,
): Promise<Engine> {
  // Failures are thrown, with their secrets masked; the client would also print them as they are.
  const log = { level: ClickHouseLogLevel.OFF }
  const common = { url, request_timeout: REQUEST_TIMEOUT_MS, max_open_connections: connections + 1, log }
  const first = createClient(common)
  try {
    await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoteIdentifier(database)}` })
  } catch (error) {
    throw unreachable(url, error)
  } finally {
    await first.close()
  }
  const client = createClient({ ...common, database, clickhouse_settings: { ...session, ...SIGN_OF_LIFE } })
  return {
    kind: 'server',
    links: Array.from({ length: connections }, () => serverLink(client)),
    control: client,
    close: () => client.close(),
  }
}

function serverLink(client: ClickHouseClient): Link {
  return {
    client,
    identify: (queryId = randomUUID()) => ({ queryId, condition: `query_id = ${quoteString(queryId)}` }),
    insert: async (head, tail, body, queryId) => {
      const values = Readable.from([body], { objectMode: false })
      const result = await client.exec({ query: `${head} ${tail}`, values, query_id: queryId })
      for await (const _ of result.stream);
    },
  }
}

function unreachable(url: string, error: unknown): WarehouseError {
  const cause = error instanceof Error ? error.message.split('\n')[0]! : String(error)
  return new WarehouseError({
    what: `cannot use the ClickHouse server ${redactUrl(url)}`,
    cause: cause === '' ? 'It gives no answer.' : /[.!?]$/.test(cause) ? cause : `${cause}.`,
    mend: 'Check CLICKHOUSE_URL (address, user, password) and that the server is running.',
    underlying: error,
  })
}
