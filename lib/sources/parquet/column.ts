/** Growing columns of a Parquet file: three kinds are enough for the archives written here. */
import { bitPacked, bitWidth, PlainTexts, plainIntegers, plainLongs } from './encodings.ts'

/**
 * - `text`: few distinct values; stored as a dictionary and bit-packed indices
 * - `unique`: text that hardly repeats; stored plain, compressed
 * - `integer`: 32-bit integer
 * - `time`: milliseconds since 1970 UTC
 * - `time?`: the same, may be null
 */
export type ColumnKind = 'text' | 'unique' | 'integer' | 'time' | 'time?'

/** The JavaScript value of a column kind. */
export type ColumnValue<K extends ColumnKind> = K extends 'text' | 'unique'
  ? string
  : K extends 'time?'
    ? number | null
    : number

/** A column's pages before compression. `levels` are the definition levels of an optional column. */
export interface EncodedColumn {
  readonly dictionary?: { readonly count: number; readonly bytes: Uint8Array }
  readonly levels?: Uint8Array
  readonly values: Uint8Array
}

export interface Column {
  push(value: string | number | null): void
  encode(): EncodedColumn
}

export function createColumn(kind: ColumnKind): Column {
  if (kind === 'text') return dictionaryColumn()
  if (kind === 'unique') return uniqueColumn()
  return kind === 'integer' ? numberColumn(plainIntegers, false) : numberColumn(plainLongs, kind === 'time?')
}

function dictionaryColumn(): Column {
  const codes = new Map<string, number>()
  const texts = new PlainTexts()
  let rows = new Int32Array(1024)
  let count = 0
  let lastText: string | undefined
  let lastCode = 0
  return {
    push(value) {
      const text = value as string
      // Neighbouring rows often share a value: spare them the look-up.
      if (text !== lastText) {
        const known = codes.get(text)
        lastCode = known ?? codes.size
        lastText = text
        if (known === undefined) {
          codes.set(text, lastCode)
          texts.push(text)
        }
      }
      if (count === rows.length) rows = grown(rows)
      rows[count] = lastCode
      count += 1
    },
    encode() {
      const width = bitWidth(codes.size)
      const packed = bitPacked(rows, count, width)
      const values = new Uint8Array(1 + packed.length)
      values[0] = width
      values.set(packed, 1)
      return { dictionary: { count: codes.size, bytes: texts.view() }, values }
    },
  }
}

function uniqueColumn(): Column {
  const texts = new PlainTexts()
  return {
    push: (value) => texts.push(value as string),
    encode: () => ({ values: texts.view() }),
  }
}

function numberColumn(plain: (values: Float64Array, count: number) => Uint8Array, optional: boolean): Column {
  let values = new Float64Array(1024)
  let present = new Int32Array(optional ? 1024 : 0)
  let count = 0
  let rows = 0
  return {
    push(value) {
      if (optional) {
        if (rows === present.length) present = grown(present)
        present[rows] = value === null ? 0 : 1
      }
      rows += 1
      if (value === null) return
      if (count === values.length) {
        const wider = new Float64Array(values.length * 2)
        wider.set(values)
        values = wider
      }
      values[count] = value as number
      count += 1
    },
    encode() {
      const bytes = plain(values, count)
      return optional ? { values: bytes, levels: bitPacked(present, rows, 1) } : { values: bytes }
    },
  }
}

function grown(rows: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(rows.length * 2)
  wider.set(rows)
  return wider
}
