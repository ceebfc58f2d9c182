import { OttokError } from '../../lib/config/errors.ts'

/** PostgreSQL went away, or the way to it did. What was committed may or may not stand. */
export class ConnectionLost extends OttokError {
  constructor(underlying: Error) {
    super({
      what: 'the connection to PostgreSQL, which keeps the lineage, was lost',
      cause: `${underlying.message.replace(/\.$/, '') || 'The connection failed'}.`,
      mend: 'See that PostgreSQL is running, then run the same command again: it finishes what was begun.',
      underlying,
    })
    this.name = 'ConnectionLost'
  }
}

/** Class 08: connection exceptions; 57P: the server shuts down, crashed, or starts up. */
const SQL_STATES = /^(08...|57P0[123])$/
const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT'])
/** What the client says without a code. */
const MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect)/

/** The same error, or ConnectionLost when that is what it means. */
export function connectionErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OttokError) return error
  const { code } = error as { code?: unknown }
  const isLost =
    MESSAGES.test(error.message) || (typeof code === 'string' && (SQL_STATES.test(code) || SYSTEM_CODES.has(code)))
  return isLost ? new ConnectionLost(error) : error
}
