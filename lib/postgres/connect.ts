import pg from 'pg'
import { OttokError, redactUrl } from '../config/index.ts'
import { inTransaction } from './transaction.ts'
import type { Postgres } from './types.ts'

const CONNECT_MS = 15_000

const INT8 = 20
const DATE = 1082
const TIMESTAMP = 1114

/** Values come as pg gives them (timestamptz: Date, numeric: text), but for the types below. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ??
    pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [INT8, safeInteger],
  // A calendar day is no moment; pg would make it midnight in the zone of this machine.
  [DATE, (text: string) => text],
  [TIMESTAMP, (text: string) => pg.types.getTypeParser(1184)(`${text}+00`)],
])

/** 64-bit integers as numbers; one that a number cannot hold is an error, never a rounded value. */
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`)
  return value
}

/** Connects to a PostgreSQL address and makes sure that it answers. */
export async function connect(url: string, kind: Postgres['kind'], place: string): Promise<Postgres> {
  await requireAnswer(url, place)
  let closing: Promise<void> | undefined
  const pool = new pg.Pool({ connectionString: url, max: 8, types, application_name: 'ottok' })
  // A lent connection that breaks between two queries would end the process; its next query rejects with the reason.
  pool.on('connect', (client) => client.on('error', () => undefined))
  // Idle connections may break; the next query opens another, and its own error is the one to show.
  pool.on('error', (error) => process.emitWarning(`an idle connection to PostgreSQL broke: ${error.message}`))
  return {
    kind,
    pool,
    url,
    transaction: (work, first) => inTransaction(pool, work, first),
    close: () => {
      closing ??= pool.end()
      return closing
    },
  }
}

/** With a time limit of its own: the pool's would also end the wait for a free connection under load. */
async function requireAnswer(url: string, place: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS })
  // A connection that breaks while it ends has answered all the same.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (error) {
    throw connectionError(place, url, error)
  } finally {
    await client.end()
  }
}

function connectionError(place: string, url: string, error: unknown): OttokError {
  const { code, message } = error as { code?: string; message?: string }
  const secret = URL.canParse(url) ? decodeURIComponent(new URL(url).password) : ''
  const text = (message || code || 'the connection failed').replaceAll(secret || '\0', '***')
  return new OttokError({
    what: `cannot connect to PostgreSQL at ${redactUrl(url)}`,
    cause: `${text}${code && !text.includes(code) ? ` (${code})` : ''}.`,
    mend: `Check ${place}: host, port, database, user and password, and that the server is running.`,
    exitCode: 2,
    underlying: error,
  })
}
