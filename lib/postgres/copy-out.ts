import type { PoolClient } from 'pg'
import { to as copyTo } from 'pg-copy-streams'

/** Signature of PostgreSQL's binary COPY format, before its flags and the length of a header extension. */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')

/**
 * Rows of a query by COPY in binary format, each field as the bytes that PostgreSQL's binary protocol gives it: text as
 * UTF-8, bytea as it is. For large results of bytes, which the row protocol would send as hexadecimal text.
 */
export async function copyOut(client: PoolClient, query: string): Promise<readonly (readonly (Buffer | null)[])[]> {
  const chunks: Buffer[] = []
  for await (const chunk of client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))) {
    chunks.push(chunk as Buffer)
  }
  return parseBinaryCopy(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
}

/** Fields are views on `bytes`. */
export function parseBinaryCopy(bytes: Buffer): readonly (readonly (Buffer | null)[])[] {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('not in binary COPY format')
  const rows: (Buffer | null)[][] = []
  let at = SIGNATURE.length + 8 + bytes.readInt32BE(SIGNATURE.length + 4)
  // The trailer is a row of -1 fields.
  for (let count = bytes.readInt16BE(at); count >= 0; count = bytes.readInt16BE(at)) {
    at += 2
    const row: (Buffer | null)[] = []
    for (let field = 0; field < count; field++) {
      const length = bytes.readInt32BE(at)
      at += 4
      row.push(length < 0 ? null : bytes.subarray(at, at + length))
      at += Math.max(0, length)
    }
    rows.push(row)
  }
  return rows
}
