import pg from 'pg'
import { OttokError } from '../config/errors.ts'
import { redactUrl } from '../config/index.ts'
import type { Postgres } from './types.ts'

const INT8 = 20

/** 64-bit integers as numbers; one that a number cannot hold is an error, never a rounded value. */
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond the safe integers`)
  return value
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? safeInteger
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}

/** Connects to a PostgreSQL address and makes sure that it answers. */
export async function connect(url: string, kind: Postgres['kind'], place: string): Promise<Postgres> {
  const pool = new pg.Pool({ connectionString: url, max: 8, types, application_name: 'ottok' })
  // Idle connections may break; the next query opens another, and its own error is the one to show.
  pool.on('error', (error) => process.emitWarning(`an idle connection to PostgreSQL broke: ${error.message}`))
  try {
    await pool.query('SELECT 1')
  } catch (error) {
    await pool.end()
    throw connectionError(place, url, error)
  }
  return {
    kind,
    pool,
    url,
    transaction: async (work) => {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        await client.query('BEGIN')
        const result = await work(client)
        await client.query('COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
    close: () => pool.end(),
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
