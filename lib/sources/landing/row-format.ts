/** How the bytes of a landed object become rows with named fields. */
import { literal, name } from './sql-names.ts'

/**
 * - `columns`: Parquet; fields have the types that are declared
 * - `tsv`: a line a row, cut at tabs, escaped as ClickHouse escapes; every field is a String
 * - `csv`: a line a row, cut at the separator, quoted by `"`; a quoted field may not hold a line break
 * - `jsonLines`: a line an object
 * - `jsonDocument`: one document, its rows the objects of the array `rows`
 *
 * Fields of JSON are Nullable(String) unless a type is declared: what is absent is NULL, and a number is its text.
 */
export type RowFormat =
  | { readonly kind: 'columns'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'tsv'; readonly fields: readonly string[]; readonly header: boolean }
  | { readonly kind: 'csv'; readonly fields: readonly string[]; readonly header: boolean; readonly separator?: string }
  | { readonly kind: 'jsonLines'; readonly fields: JsonFields }
  | { readonly kind: 'jsonDocument'; readonly fields: JsonFields; readonly rows: string }

/** ClickHouse type of each field, or `jsonText`. */
export type JsonFields = Readonly<Record<string, string>>

/** Type of a JSON field that is read as it is written. */
export const jsonText = 'Nullable(String)'

/** Column of the unparsed text of a row. */
export const LINE = 'line'
/** Column of what is wrong with a row as such: '' where its fields could be read. */
export const BROKEN = 'broken'

/** Whether rows are text that is parsed here; else the engine has read them as columns. */
export function isText(format: RowFormat): boolean {
  return format.kind !== 'columns'
}

export function fieldNames(format: RowFormat): readonly string[] {
  return format.kind === 'tsv' || format.kind === 'csv' ? format.fields : Object.keys(format.fields)
}

/** How a store of landed objects must read them: `objects({ extension: 'tsv', ...readAs(format) })`. */
export function readAs(format: RowFormat): { readonly format: string; readonly structure: string } {
  if (format.kind === 'columns') {
    const structure = Object.entries(format.fields).map(([field, type]) => `${name(field)} ${type}`)
    return { format: 'Parquet', structure: structure.join(', ') }
  }
  return { format: format.kind === 'jsonDocument' ? 'RawBLOB' : 'LineAsString', structure: `${LINE} String` }
}

/**
 * SELECT of the partition columns, the fields by name, and for text `line` and `broken`. No row of the table is left
 * out, but a declared header.
 */
export function rowsSql(format: RowFormat, partition: readonly string[], table: string): string {
  const kept = partition.map((column) => `${name(column)}, `).join('')
  switch (format.kind) {
    case 'columns':
      return `SELECT ${kept}${fieldNames(format).map(name).join(', ')}, '' AS ${BROKEN} FROM ${table}`
    case 'tsv': {
      const cut = `splitByChar('\\t', ${LINE})`
      const fields = `if(position(${LINE}, '\\\\') = 0, ${cut}, arrayMap(field -> ${unescaped('field')}, ${cut}))`
      return delimited(format, partition, table, { separator: '\t', fields, torn: '0' })
    }
    case 'csv': {
      const { separator = ',' } = format
      const mark = separator.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
      const fields = `extractAll(concat(${literal(separator)}, ${LINE}), ${literal(`${mark}("(?:[^"]|"")*"|[^${mark}]*)`)})`
      return delimited(format, partition, table, { separator, fields, torn: tornQuotes, plain: unquoted })
    }
    case 'jsonLines':
      return `
      SELECT ${kept}${LINE}, ${jsonFields(format.fields)}
      FROM (SELECT ${kept}${LINE}, ${parsed(format.fields)} AS row FROM ${table})`
    case 'jsonDocument':
      return `
      SELECT ${kept}${LINE}, ${jsonFields(format.fields)}
      FROM (
        SELECT ${kept}${LINE}, ${parsed(format.fields)} AS row
        FROM (SELECT ${kept}arrayJoin(${elements(format.rows)}) AS ${LINE} FROM ${table}))`
  }
}

interface Cut {
  readonly separator: string
  /** Array(String) of a line's fields. */
  readonly fields: string
  /** Condition on `line` and its raw `fields`: quotes that do not close. */
  readonly torn: string
  /** Expression of a field's text over the raw `field`. */
  readonly plain?: string
}

function delimited(
  format: { readonly fields: readonly string[]; readonly header: boolean },
  partition: readonly string[],
  table: string,
  { separator, fields, torn, plain }: Cut,
): string {
  const kept = partition.map((column) => `${name(column)}, `).join('')
  const header = literal(format.fields.join(separator))
  // A file of Windows ends its lines with a carriage return too; inside of a TSV field it is escaped.
  const lines = `(SELECT ${kept}trimRight(${LINE}, '\\r') AS ${LINE} FROM ${table})`
  const cells = format.fields.map((field, i) => {
    const cell = `fields[${i + 1}]`
    return `${plain === undefined ? cell : plain.replaceAll('field', cell)} AS ${name(field)}`
  })
  const unknownHeader =
    partition.length === 0
      ? `(SELECT count() FROM ${lines} WHERE ${LINE} = ${header}) = 0`
      : `(${partition.map(name).join(', ')}) NOT IN (SELECT DISTINCT ${partition.map(name).join(', ')} FROM ${lines} WHERE ${LINE} = ${header})`
  const faults = [
    ...(format.header ? [`${unknownHeader}, 'header is not as declared'`] : []),
    `length(fields) != ${format.fields.length}, 'wrong number of fields'`,
    ...(torn === '0' ? [] : [`${torn}, 'broken quotes'`]),
  ]
  return `
      SELECT ${kept}${LINE}, ${cells.join(', ')}, multiIf(${faults.join(', ')}, '') AS ${BROKEN}
      FROM (SELECT ${kept}${LINE}, ${fields} AS fields FROM ${lines}${format.header ? ` WHERE ${LINE} != ${header}` : ''})`
}

/** Text before ClickHouse's TSV escaping: cut at the escaped backslashes, so that none of them escapes what follows. */
function unescaped(field: string): string {
  const plain = ["'\\\\t', '\\t'", "'\\\\n', '\\n'", "'\\\\r', '\\r'", "'\\\\\\'', '\\''"].reduce(
    (text, pair) => `replaceAll(${text}, ${pair})`,
    'part',
  )
  return `arrayStringConcat(arrayMap(part -> ${plain}, splitByString('\\\\\\\\', ${field})), '\\\\')`
}

const unquoted = `if(startsWith(field, '"'), replaceAll(substring(field, 2, length(field) - 2), '""', '"'), field)`

const tornQuotes = `arrayExists(field -> startsWith(field, '"') AND (length(field) < 2 OR NOT endsWith(field, '"')), fields)
          OR arraySum(arrayMap(field -> length(field) + 1, fields)) != length(${LINE}) + 1`

/** The line parsed once, as a tuple of the declared fields. */
function parsed(fields: JsonFields): string {
  const types = Object.entries(fields).map(([field, type]) => `${name(field)} ${type}`)
  return `JSONExtract(${LINE}, ${literal(`Tuple(${types.join(', ')})`)})`
}

function jsonFields(fields: JsonFields): string {
  const list = Object.keys(fields).map((field) => `tupleElement(row, ${literal(field)}) AS ${name(field)}`)
  return `${list.join(', ')}, if(JSONType(${LINE}) = 'Object', '', 'no JSON object') AS ${BROKEN}`
}

/** Rows of a document; a document that has none, or is none, is one broken row with all of its text. */
function elements(path: string): string {
  return `if(JSONType(${LINE}, ${literal(path)}) = 'Array', JSONExtractArrayRaw(${LINE}, ${literal(path)}), [${LINE}])`
}
