import { FAULT } from './judged-sql.ts'
import { BROKEN, fieldNames, isText, LINE } from './row-format.ts'
import type { RowMapping } from './row-mapping.ts'

/** Names that the generated SQL uses itself. */
const TAKEN: ReadonlySet<string> = new Set([LINE, BROKEN, FAULT, 'reason', 'row', 'fields', 'repeats'])

/** All that is wrong with a mapping, in words; empty for a good one. */
export function mappingProblems(mapping: RowMapping): string[] {
  const fields = fieldNames(mapping.format)
  const columns = Object.keys(mapping.columns)
  const reasons = mapping.faults.map(({ reason }) => reason)
  return [
    ...(mapping.source === '' ? ['it names no source'] : []),
    ...(fields.length === 0 ? ['its format has no fields'] : []),
    ...(columns.length === 0 ? ['it has no columns'] : []),
    ...(mapping.key.length === 0 ? ['it has no key, so that duplicates cannot be told'] : []),
    ...(mapping.order.length === 0 ? ['it has no order, so that the first received cannot be told'] : []),
    ...repeated(fields).map((field) => `the field '${field}' is there twice`),
    ...repeated(reasons).map((reason) => `the reason '${reason}' is there twice`),
    ...fields
      .filter(
        (field) => (field === LINE ? isText(mapping.format) : TAKEN.has(field)) || mapping.partition.includes(field),
      )
      .map((field) => `the field '${field}' has a name that is taken`),
    ...columns.flatMap((column) => columnProblems(mapping, fields, column)),
    ...mapping.key.filter((column) => !columns.includes(column)).map((column) => `its key '${column}' is no column`),
    ...mapping.order
      .filter((column) => !columns.includes(column))
      .map((column) => `its order '${column}' is no column`),
    ...mapping.key
      .filter((column) => /^Nullable/.test(mapping.columns[column]?.type ?? ''))
      .map((column) => `its key '${column}' may be NULL`),
    ...[...mapping.faults, ...mapping.mended].flatMap(({ reason, when }) => {
      if (reason.trim() === '') return [`a fault (${when}) has no reason`]
      return when.trim() === '' ? [`the fault '${reason}' has no condition`] : []
    }),
    ...repeatProblems(mapping),
    ...mendedProblems(mapping, columns),
  ]
}

function columnProblems(mapping: RowMapping, fields: readonly string[], column: string): string[] {
  const { type, sql, required, reason } = mapping.columns[column]!
  return [
    ...(/^[a-z_]\w*$/i.test(column) ? [] : [`the column '${column}' is no plain name`]),
    ...(TAKEN.has(column) || mapping.partition.includes(column)
      ? [`the column '${column}' has a name that is taken`]
      : []),
    ...(type.trim() === '' ? [`the column '${column}' has no type`] : []),
    ...(/Float(32|64)/.test(type) && mapping.key.includes(column) ? [`the key '${column}' is no exact number`] : []),
    ...(sql === undefined && !fields.includes(column)
      ? [`the column '${column}' has no sql, and there is no such field`]
      : []),
    ...(sql?.trim() === '' ? [`the column '${column}' has empty sql`] : []),
    ...(required && /^Nullable/.test(type) ? [`the column '${column}' is required and may be NULL`] : []),
    ...(reason !== undefined && /^Nullable/.test(type) ? [`the column '${column}' has a reason and may be NULL`] : []),
    ...(reason?.trim() === '' ? [`the column '${column}' has an empty reason`] : []),
  ]
}

function repeatProblems({ repeatsWithinDays, partition }: RowMapping): string[] {
  if (!Number.isInteger(repeatsWithinDays) || repeatsWithinDays < 0)
    return [`it repeats within ${repeatsWithinDays} days`]
  if (repeatsWithinDays > 0 && partition.join() !== 'day') return ["repeats within days need the partition 'day'"]
  return []
}

function mendedProblems({ mended, known, columns: declared }: RowMapping, columns: readonly string[]): string[] {
  const time = /^DateTime/
  return [
    ...(known === undefined && mended.length > 0
      ? ['mended faults need `known`, the column of when a row became known']
      : []),
    ...(known !== undefined && !columns.includes(known) ? [`its known '${known}' is no column`] : []),
    ...(known !== undefined && columns.includes(known) && !time.test(declared[known]!.type)
      ? [`its known '${known}' is no DateTime`]
      : []),
    ...mended.flatMap(({ reason, at }) =>
      /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(at) && !Number.isNaN(Date.parse(at))
        ? []
        : [`the mended fault '${reason}' has no moment with a zone, but '${at}'`],
    ),
  ]
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
}
