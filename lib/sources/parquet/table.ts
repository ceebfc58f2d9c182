/** A table in memory that becomes one row group of a Parquet file: one data page a column. */
import { gzipSync } from 'node:zlib'
import { type Column, type ColumnKind, type ColumnValue, createColumn } from './column.ts'
import { ENCODING, PAGE, parquetFile } from './file.ts'
import { encodeStruct, i32, struct, type ThriftStruct } from './thrift.ts'

/** Column name -> kind, in the order of the file. */
export type TableShape = Readonly<Record<string, ColumnKind>>
export type Row<S extends TableShape> = { readonly [N in keyof S]: ColumnValue<S[N]> }

/** A column's pages within its row group's bytes; offsets count from their beginning. */
export interface ColumnChunk {
  readonly offset: number
  /** Where the data page begins: after the dictionary, where there is one. */
  readonly dataOffset: number
  readonly size: number
  readonly uncompressed: number
}

/** Rows in their final encoding. Plain data: a row group may be made in one thread and written in another. */
export interface RowGroup {
  readonly rows: number
  readonly bytes: Uint8Array
  /** In the order of the shape. */
  readonly columns: readonly ColumnChunk[]
}

export interface Table<S extends TableShape> {
  readonly rows: number
  add(row: Row<S>): void
  /** The rows added so far as a row group. The same rows in the same order give the same bytes. */
  rowGroup(): RowGroup
  /** A whole file of this one row group. */
  parquet(): Uint8Array
}

export function createTable<S extends TableShape>(shape: S): Table<S> {
  const names = Object.keys(shape)
  const columns: Column[] = names.map((name) => createColumn(shape[name] as ColumnKind))
  let rows = 0
  const rowGroup = (): RowGroup => encodeRowGroup(columns, rows)
  return {
    get rows() {
      return rows
    },
    add(row) {
      for (let i = 0; i < names.length; i += 1) {
        ;(columns[i] as Column).push(row[names[i] as string] as string | number | null)
      }
      rows += 1
    },
    rowGroup,
    parquet: () => Buffer.concat(parquetFile(shape, [rowGroup()])),
  }
}

function encodeRowGroup(columns: readonly Column[], rows: number): RowGroup {
  // Without rows there are no pages either.
  if (rows === 0) return { rows, bytes: new Uint8Array(0), columns: [] }
  const parts: Uint8Array[] = []
  const chunks: ColumnChunk[] = []
  let offset = 0
  for (const column of columns) {
    const chunk = encodeColumn(column, rows, offset)
    parts.push(...chunk.parts)
    chunks.push(chunk.place)
    offset += chunk.place.size
  }
  return { rows, bytes: joined(parts, offset), columns: chunks }
}

function encodeColumn(column: Column, rows: number, offset: number): { parts: Uint8Array[]; place: ColumnChunk } {
  const { dictionary, levels, values } = column.encode()
  const parts: Uint8Array[] = []
  let size = 0
  let uncompressed = 0
  const page = (type: number, body: Uint8Array, header: ThriftStruct): void => {
    // Bit-packed indices hardly shrink; everything stored plain does.
    const stored = dictionary === undefined ? gzipSync(body, { level: 1 }) : body
    const head = encodeStruct([[1, i32(type)], [2, i32(body.length)], [3, i32(stored.length)], ...header])
    parts.push(head, stored)
    size += head.length + stored.length
    uncompressed += head.length + body.length
  }
  if (dictionary !== undefined) {
    page(PAGE.dictionary, dictionary.bytes, [
      [
        7,
        struct([
          [1, i32(dictionary.count)],
          [2, i32(ENCODING.plain)],
        ]),
      ],
    ])
  }
  const dataOffset = offset + size
  page(PAGE.data, withLevels(values, levels), [
    [
      5,
      struct([
        [1, i32(rows)],
        [2, i32(dictionary === undefined ? ENCODING.plain : ENCODING.dictionary)],
        [3, i32(ENCODING.rle)],
        [4, i32(ENCODING.rle)],
      ]),
    ],
  ])
  return { parts, place: { offset, dataOffset, size, uncompressed } }
}

function withLevels(values: Uint8Array, levels: Uint8Array | undefined): Uint8Array {
  if (levels === undefined) return values
  const body = Buffer.alloc(4 + levels.length + values.length)
  body.writeUInt32LE(levels.length)
  body.set(levels, 4)
  body.set(values, 4 + levels.length)
  return body
}

/** In a buffer of its own, so that it can be handed to another thread without a copy. */
function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
