/** The frame of a Parquet file around its row groups: schema and footer. */
import type { ColumnKind } from './column.ts'
import type { ColumnChunk, RowGroup, TableShape } from './table.ts'
import { binary, bool, encodeStruct, i32, i64, list, struct, type ThriftStruct, type ThriftValue } from './thrift.ts'

export const ENCODING = { plain: 0, rle: 3, dictionary: 8 }
export const PAGE = { data: 0, dictionary: 2 }

const MAGIC = Buffer.from('PAR1')
const TYPE = { integer: 1, time: 2, text: 6 }
const CODEC = { none: 0, gzip: 2 }
/** Logical types as older readers know them: UTF8, INT_32, TIMESTAMP_MILLIS. */
const CONVERTED = { text: 0, integer: 17, time: 9 }

/** The parts of a file of these row groups, one after the other; groups without rows are left out. */
export function parquetFile(shape: TableShape, groups: readonly RowGroup[]): Uint8Array[] {
  const names = Object.keys(shape)
  const filled = groups.filter(({ rows }) => rows > 0)
  const parts: Uint8Array[] = [MAGIC]
  let offset = MAGIC.length
  const described: ThriftValue[] = []
  for (const group of filled) {
    const chunks = group.columns.map((chunk, index) => {
      const name = names[index] as string
      return struct(chunkMetadata(chunk, name, shape[name] as ColumnKind, group.rows, offset))
    })
    described.push(
      struct([
        [1, list('struct', chunks)],
        [2, i64(group.columns.reduce((sum, { uncompressed }) => sum + uncompressed, 0))],
        [3, i64(group.rows)],
      ]),
    )
    parts.push(group.bytes)
    offset += group.bytes.length
  }
  const footer = encodeStruct([
    [1, i32(1)],
    [2, list('struct', schemaOf(shape, names))],
    [3, i64(filled.reduce((sum, { rows }) => sum + rows, 0))],
    [4, list('struct', described)],
    [6, binary('ottok')],
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return [...parts, footer, length, MAGIC]
}

/** `base`: where the row group begins in the file. */
function chunkMetadata(
  { offset, dataOffset, size, uncompressed }: ColumnChunk,
  name: string,
  kind: ColumnKind,
  rows: number,
  base: number,
): ThriftStruct {
  const hasDictionary = dataOffset > offset
  const encoding = hasDictionary ? ENCODING.dictionary : ENCODING.plain
  const inner: [number, ThriftValue][] = [
    [1, i32(physicalType(kind))],
    [2, list('i32', [ENCODING.plain, ENCODING.rle, encoding].map(i32))],
    [3, list('binary', [binary(name)])],
    [4, i32(hasDictionary ? CODEC.none : CODEC.gzip)],
    [5, i64(rows)],
    [6, i64(uncompressed)],
    [7, i64(size)],
    [9, i64(base + dataOffset)],
  ]
  if (hasDictionary) inner.push([11, i64(base + offset)])
  return [
    [2, i64(base + offset)],
    [3, struct(inner)],
  ]
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
