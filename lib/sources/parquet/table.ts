/** A table in memory that becomes the bytes of one Parquet file: one row group, one data page a column. */
import { gzipSync } from 'node:zlib'
import { type Column, type ColumnKind, type ColumnValue, createColumn } from './column.ts'
import { binary, bool, encodeStruct, i32, i64, list, struct, type ThriftStruct, type ThriftValue } from './thrift.ts'

/** Column name -> kind, in the order of the file. */
export type TableShape = Readonly<Record<string, ColumnKind>>
export type Row<S extends TableShape> = { readonly [N in keyof S]: ColumnValue<S[N]> }

export interface Table<S extends TableShape> {
  readonly rows: number
  add(row: Row<S>): void
  /** The whole file. The same rows in the same order give the same bytes. */
  parquet(): Uint8Array
}

const MAGIC = Buffer.from('PAR1')
const TYPE = { integer: 1, time: 2, text: 6 }
const ENCODING = { plain: 0, rle: 3, dictionary: 8 }
const CODEC = { none: 0, gzip: 2 }
/** Logical types as older readers know them: UTF8, INT_32, TIMESTAMP_MILLIS. */
const CONVERTED = { text: 0, integer: 17, time: 9 }
const PAGE = { data: 0, dictionary: 2 }

export function createTable<S extends TableShape>(shape: S): Table<S> {
  const names = Object.keys(shape)
  const columns: Column[] = names.map((name) => createColumn(shape[name] as ColumnKind))
  let rows = 0
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
    parquet: () => writeFile(shape, names, columns, rows),
  }
}

function writeFile(shape: TableShape, names: string[], columns: Column[], rows: number): Uint8Array {
  const parts: Uint8Array[] = [MAGIC]
  let offset = MAGIC.length
  const chunks: ThriftValue[] = []
  let total = 0
  for (const [index, column] of columns.entries()) {
    const kind = shape[names[index] as string] as ColumnKind
    const chunk = writeChunk(column, names[index] as string, kind, rows, offset)
    for (const part of chunk.parts) parts.push(part)
    offset += chunk.size
    total += chunk.uncompressed
    chunks.push(struct(chunk.metadata))
  }
  const group: ThriftStruct = [
    [1, list('struct', chunks)],
    [2, i64(total)],
    [3, i64(rows)],
  ]
  const footer = encodeStruct([
    [1, i32(1)],
    [2, list('struct', schemaOf(shape, names))],
    [3, i64(rows)],
    [4, list('struct', rows === 0 ? [] : [struct(group)])],
    [6, binary('ottok')],
  ])
  const tail = Buffer.alloc(4)
  tail.writeUInt32LE(footer.length)
  // A file without rows has no row group, hence no pages either.
  return Buffer.concat(rows === 0 ? [MAGIC, footer, tail, MAGIC] : [...parts, footer, tail, MAGIC])
}

function writeChunk(column: Column, name: string, kind: ColumnKind, rows: number, offset: number) {
  const encoded = column.encode()
  // Bit-packed indices hardly shrink; everything stored plain does.
  const codec = encoded.dictionary === undefined ? CODEC.gzip : CODEC.none
  const parts: Uint8Array[] = []
  let size = 0
  let uncompressed = 0
  const page = (type: number, body: Uint8Array, header: ThriftStruct): void => {
    const stored = codec === CODEC.gzip ? gzipSync(body, { level: 1 }) : body
    const head = encodeStruct([[1, i32(type)], [2, i32(body.length)], [3, i32(stored.length)], ...header])
    parts.push(head, stored)
    size += head.length + stored.length
    uncompressed += head.length + body.length
  }
  if (encoded.dictionary !== undefined) {
    page(PAGE.dictionary, encoded.dictionary.bytes, [
      [
        7,
        struct([
          [1, i32(encoded.dictionary.count)],
          [2, i32(ENCODING.plain)],
        ]),
      ],
    ])
  }
  const dataOffset = offset + size
  const encoding = encoded.dictionary === undefined ? ENCODING.plain : ENCODING.dictionary
  page(PAGE.data, withLevels(encoded.values, encoded.levels), [
    [
      5,
      struct([
        [1, i32(rows)],
        [2, i32(encoding)],
        [3, i32(ENCODING.rle)],
        [4, i32(ENCODING.rle)],
      ]),
    ],
  ])
  const inner: [number, ThriftValue][] = [
    [1, i32(physicalType(kind))],
    [2, list('i32', [ENCODING.plain, ENCODING.rle, encoding].map(i32))],
    [3, list('binary', [binary(name)])],
    [4, i32(codec)],
    [5, i64(rows)],
    [6, i64(uncompressed)],
    [7, i64(size)],
    [9, i64(dataOffset)],
  ]
  if (encoded.dictionary !== undefined) inner.push([11, i64(offset)])
  const metadata: ThriftStruct = [
    [2, i64(offset)],
    [3, struct(inner)],
  ]
  return { parts, size, uncompressed, metadata }
}

function withLevels(values: Uint8Array, levels: Uint8Array | undefined): Uint8Array {
  if (levels === undefined) return values
  const body = Buffer.alloc(4 + levels.length + values.length)
  body.writeUInt32LE(levels.length)
  body.set(levels, 4)
  body.set(values, 4 + levels.length)
  return body
}

function schemaOf(shape: TableShape, names: string[]): ThriftValue[] {
  const root: ThriftStruct = [
    [4, binary('row')],
    [5, i32(names.length)],
  ]
  const timestamp = struct([
    [
      8,
      struct([
        [1, bool(true)],
        [2, struct([[1, struct([])]])],
      ]),
    ],
  ])
  return [
    struct(root),
    ...names.map((name) => {
      const kind = shape[name] as ColumnKind
      const text = isText(kind)
      const fields: [number, ThriftValue][] = [
        [1, i32(physicalType(kind))],
        [3, i32(kind === 'time?' ? 1 : 0)],
        [4, binary(name)],
        [6, i32(text ? CONVERTED.text : kind === 'integer' ? CONVERTED.integer : CONVERTED.time)],
      ]
      if (text) fields.push([10, struct([[1, struct([])]])])
      else if (kind !== 'integer') fields.push([10, timestamp])
      return struct(fields)
    }),
  ]
}

function isText(kind: ColumnKind): boolean {
  return kind === 'text' || kind === 'unique'
}

function physicalType(kind: ColumnKind): number {
  return isText(kind) ? TYPE.text : kind === 'integer' ? TYPE.integer : TYPE.time
}
