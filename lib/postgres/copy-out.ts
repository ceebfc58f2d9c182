import type { PoolClient } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

/** Signature of PostgreSQL's binary COPY format, before its flags and the length of a header extension. */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')

export type BinaryRow = readonly (Buffer | null)[]

/**
 * Rows of a query by COPY in binary format, each field as the bytes that PostgreSQL's binary protocol gives it: text as
 * UTF-8, bytea as it is. For large results of bytes, which the row protocol would send as hexadecimal text.
 */
export async function copyOut(client: PoolClient, query: string): Promise<readonly BinaryRow[]> {
  const parser = new BinaryCopyParser()
  for await (const chunk of client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))) {
    parser.push(chunk as Buffer)
  }
  return parser.rows()
}

/** Takes binary COPY in pieces. Fields are views on the pieces, as long as a row lies in one. */
export class BinaryCopyParser {
  readonly #rows: BinaryRow[] = []
  #rest: Buffer = Buffer.alloc(0)
  #begun = false
  #ended = false

  push(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    let at = 0
    if (!this.#begun) {
      const end = headerEnd(bytes)
      if (end === undefined) {
        this.#rest = bytes
        return
      }
      this.#begun = true
      at = end
    }
    for (let end = rowEnd(bytes, at); end !== undefined && !this.#ended; end = rowEnd(bytes, at)) {
      const row = fieldsOf(bytes, at)
      if (row) this.#rows.push(row)
      else this.#ended = true
      at = end
    }
    this.#rest = bytes.subarray(at)
  }

  /** @throws when the stream broke off, or was none. */
  rows(): readonly BinaryRow[] {
    if (!this.#ended) throw new Error('a binary COPY ended before its trailer')
    return this.#rows
  }
}

function headerEnd(bytes: Buffer): number | undefined {
  const start = SIGNATURE.length + 8
  if (bytes.length < start) return undefined
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('this is not in binary COPY format')
  const end = start + bytes.readInt32BE(SIGNATURE.length + 4)
  return bytes.length < end ? undefined : end
}

/** One past a row's last byte, or undefined when it has not arrived whole. */
function rowEnd(bytes: Buffer, start: number): number | undefined {
  if (bytes.length < start + 2) return undefined
  let at = start + 2
  for (let field = bytes.readInt16BE(start); field > 0; field--) {
    if (bytes.length < at + 4) return undefined
    at += 4 + Math.max(0, bytes.readInt32BE(at))
    if (bytes.length < at) return undefined
  }
  return at
}

/** Fields of a row that has arrived whole; undefined for the trailer, a row of -1 fields. */
function fieldsOf(bytes: Buffer, start: number): BinaryRow | undefined {
  const count = bytes.readInt16BE(start)
  if (count < 0) return undefined
  const fields: (Buffer | null)[] = []
  let at = start + 2
  for (let field = 0; field < count; field++) {
    const length = bytes.readInt32BE(at)
    at += 4
    fields.push(length < 0 ? null : bytes.subarray(at, at + length))
    at += Math.max(0, length)
  }
  return fields
}
