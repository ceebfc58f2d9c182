import { BROKEN, isText, type RowFormat, rowsSql } from './row-format.ts'
import type { Fault, RowMapping, TargetColumn } from './row-mapping.ts'
import { literal, name } from './sql-names.ts'

/** Column of the rank of what is wrong with a row: 0 for a good one. Cheaper to test than its reason. */
export const FAULT = 'fault'

/**
 * Every row of the landed table with its fields, its typed columns as `value.NAME`, `fault`, and `reason`: why it cannot be
 * used, '' for a good one. Read only some of the columns, and only what these need is computed.
 */
export function judgedSql(mapping: RowMapping, table: string): string {
  const columns = Object.entries(mapping.columns)
  const values = columns.map(
    ([column, target]) => `${typedOrNull(column, target, mapping.format)} AS ${valueName(column)}`,
  )
  const faults: Fault[] = [...columns.flatMap(([column, target]) => missing(column, target)), ...mapping.faults]
  return `(
    SELECT *, ${reasonOf(faults)} AS reason
    FROM (
      SELECT *, ${rankOf(faults, mapping.format)} AS ${FAULT}
      FROM (
        SELECT *, ${values.join(', ')}
        FROM (${rowsSql(mapping.format, mapping.partition, table)}))))`
}

/**
 * Highest for what is wrong with the row as such, then the faults in their order. Numbers stand for if() and multiIf():
 * those put their branches off, and then parse a line again for each condition that looks at it.
 */
function rankOf(faults: readonly Fault[], format: RowFormat): string {
  const broken = isText(format) ? [`(${BROKEN} != '') * ${faults.length + 1}`] : []
  const ranks = faults.map(({ when }, i) => `ifNull(${when}, 0) * ${faults.length - i}`)
  return `greatest(${['toUInt16(0)', ...broken, ...ranks].join(', ')})`
}

/** The reason of a rank. */
function reasonOf(faults: readonly Fault[]): string {
  const ranks = faults.map((_, i) => faults.length - i)
  const reasons = faults.map(({ reason }) => literal(reason))
  const found = `transform(${FAULT}, [${ranks}], [${reasons}], '')`
  return `[${BROKEN}, ${found}][if(${FAULT} = ${faults.length + 1}, 1, 2)]`
}

/** How conditions and other SQL name a typed column. */
export function valueName(column: string): string {
  return `\`value.${column}\``
}

/** The typed column itself. */
export function typedValue(column: string, { type }: TargetColumn): string {
  const value = isNullable(type) || isComposite(type) ? valueName(column) : `assumeNotNull(${valueName(column)})`
  return `CAST(${value}, ${literal(type)})`
}

function typedOrNull(column: string, { type, sql }: TargetColumn, format: RowFormat): string {
  const value = sql ?? name(column)
  const sent = format.kind === 'columns' && sql === undefined ? format.fields[column] : undefined
  if (isString(type) || isComposite(type) || sent === type || (type === 'Int64' && sent === 'Int32')) return value
  // Else 300 becomes 44 in a UInt8, and a text that is none fails the statement.
  return `accurateCastOrNull(${value}, ${literal(bare(type))})`
}

function missing(column: string, { type, required, reason = `no ${column}` }: TargetColumn): Fault[] {
  if (isNullable(type) || isComposite(type)) return []
  const value = valueName(column)
  return [{ reason, when: isString(type) && required ? `ifNull(${value}, '') = ''` : `isNull(${value})` }]
}

function bare(type: string): string {
  const inner = /^(?:LowCardinality|Nullable)\((.*)\)$/.exec(type)?.[1]
  return inner === undefined ? type : bare(inner)
}

const isString = (type: string): boolean => bare(type) === 'String'
const isNullable = (type: string): boolean => /^(LowCardinality\()?Nullable\(/.test(type)
/** Types that cannot be NULL. */
const isComposite = (type: string): boolean => /^(Array|Map|Tuple)\(/.test(type)
