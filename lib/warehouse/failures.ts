import { OttokError, type OttokErrorParts } from '../config/index.ts'

const CANCELLED = '394'

const FREE_SPACE = 'Free space on the disk of the warehouse, then run again.'

/** The embedded engine says nothing when a write fails for want of space; whoever reads finds the file cut short. */
const CUT_SHORT =
  'A file is damaged or cut short, as on a disk that was full: make room, or mend the file that the statement reads, then run again.'

const MENDS: Readonly<Record<string, string>> = {
  '33': CUT_SHORT,
  '40': CUT_SHORT,
  '60': 'Check the name of the table, or make it first.',
  '62': 'Correct the syntax of the statement.',
  '75': FREE_SPACE,
  '117': 'Check the file or the data that the statement reads.',
  '241': 'Let the statement read less at once, or raise OTTOK_WAREHOUSE_MAX_MEMORY (bytes).',
  '243': FREE_SPACE,
  '246': CUT_SHORT,
  '252': 'Insert fewer partitions in one statement (at most 100).',
  '516': 'Check the user and the password in CLICKHOUSE_URL.',
}

/** A statement that the engine did not carry out. */
export class WarehouseError extends OttokError {
  /** ClickHouse's number of the error, e.g. `60`; undefined when the engine was not reached. */
  readonly code: string | undefined
  /** True when the statement was stopped on request, by its signal. */
  readonly cancelled: boolean

  constructor(parts: OttokErrorParts & { readonly code?: string | undefined; readonly cancelled?: boolean }) {
    super(parts)
    this.name = 'WarehouseError'
    this.code = parts.code
    this.cancelled = parts.cancelled ?? false
  }
}

/** The error for a statement that was stopped by its signal. */
export function cancelledError(sql: string, underlying?: unknown): WarehouseError {
  return new WarehouseError({
    what: `the warehouse statement "${excerpt(sql)}" did not finish`,
    cause: 'It was cancelled.',
    mend: 'Run it again when it is wanted.',
    code: CANCELLED,
    cancelled: true,
    underlying,
  })
}

/** What a failed statement means to people; the secrets of table functions are masked. */
export function statementError(sql: string, database: string, error: unknown): unknown {
  if (error instanceof OttokError || !(error instanceof Error)) return error
  const code = engineCode(error)
  const cause = maskSecrets(error.message).trim().replace(/\s+/g, ' ').slice(0, 1000)
  return new WarehouseError({
    what: `the warehouse database ${database} did not carry out "${excerpt(sql)}"`,
    cause: /[.!?]$/.test(cause) ? cause : `${cause}.`,
    mend:
      code === undefined
        ? 'See that the warehouse is running and can be reached, then run again.'
        : (MENDS[code] ?? 'Correct the statement or the data that it reads, then run again.'),
    code,
    cancelled: false,
    underlying: error,
  })
}

/** The embedded engine and the server's client have an error class each, of the same shape. */
function engineCode(error: Error): string | undefined {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /^\d+$/.test(code) ? code : undefined
}

function excerpt(sql: string): string {
  const line = maskSecrets(sql).trim().replace(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 157)}...` : line
}

/** Hides keys in `s3(address, key, secret, ...)` and passwords in `postgresql(...)`, `remote(...)`, `mongodb(...)`. */
function maskSecrets(text: string): string {
  const literal = "'(?:[^'\\\\]|\\\\.)*'"
  const s3 = new RegExp(`(s3(?:Cluster)?\\(\\s*${literal}\\s*),\\s*${literal}\\s*,\\s*${literal}`, 'gi')
  const others = /((?:postgresql|mysql|mongodb|remote|remoteSecure)\()[^)]*\)/gi
  return text
    .replace(s3, "$1, '***', '***'")
    .replace(others, '$1***)')
    .replace(/:\/\/[^\s/@']*@/g, '://***@')
}
