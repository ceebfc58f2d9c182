import type { QueryEngine } from '../graph/index.ts'

/** What becomes a matrix. */
export interface MatrixRequest {
  /** SELECT whose ORDER BY fixes the order of the rows. */
  readonly sql: string
  /** Numeric columns of that SELECT, in the order of the matrix; NULL becomes NaN. */
  readonly columns: readonly string[]
  /** Columns that come beside the matrix as text, e.g. user_id. */
  readonly key?: readonly string[]
  readonly params?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
}

/** Rows of numbers, and the keys of the rows. */
export interface FloatMatrix {
  readonly rows: number
  readonly columns: readonly string[]
  /** Row-major, `rows * columns.length` values; value (r, c) at `r * columns.length + c`. */
  readonly data: Float32Array
  /** One array per key column, each as long as there are rows. */
  readonly keys: Readonly<Record<string, readonly string[]>>
}

/** Reads a SELECT into one flat matrix; keys and numbers come from the same pass, so that their rows always agree. */
export async function floatMatrix(engine: Pick<QueryEngine, 'bytes'>, request: MatrixRequest): Promise<FloatMatrix> {
  const { columns, key = [] } = request
  const keys = key.map((name) => `ifNull(toString(${quoted(name)}), '')`)
  const numbers = columns.map((name) => `toFloat32(ifNull(${quoted(name)}, nan))`)
  const sql = `SELECT ${[...keys, ...numbers].join(', ')} FROM (${request.sql}\n)`
  const bytes = await engine.bytes(sql, 'RowBinary', {
    ...(request.params === undefined ? {} : { params: request.params }),
    signal: request.signal,
  })
  return key.length === 0 ? numbersOnly(bytes, columns) : numbersAndKeys(bytes, columns, key)
}

function numbersOnly(bytes: Uint8Array, columns: readonly string[]): FloatMatrix {
  // Without keys the format is the matrix itself, unless the buffer begins off a multiple of 4.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const data = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4)
  return { rows: columns.length === 0 ? 0 : data.length / columns.length, columns, data, keys: {} }
}

function numbersAndKeys(bytes: Uint8Array, columns: readonly string[], key: readonly string[]): FloatMatrix {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const width = columns.length * 4
  const packed = new Uint8Array(bytes.byteLength)
  const keys = key.map((): string[] => [])
  let at = 0
  let rows = 0
  while (at < buffer.length) {
    for (const values of keys) {
      let length = 0
      let shift = 0
      let byte: number
      do {
        byte = buffer[at++]!
        length |= (byte & 0x7f) << shift
        shift += 7
      } while (byte & 0x80)
      values.push(buffer.toString('utf8', at, at + length))
      at += length
    }
    packed.set(buffer.subarray(at, at + width), rows * width)
    at += width
    rows++
  }
  const data = new Float32Array(packed.buffer.slice(0, rows * width))
  return { rows, columns, data, keys: Object.fromEntries(key.map((name, i) => [name, keys[i]!])) }
}

function quoted(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}
