import { BROKEN, type RowFormat, rowsSql } from './row-format.ts'
import type { Fault, RowMapping, TargetColumn } from './row-mapping.ts'
import { literal, name } from './sql-names.ts'

/**
 * Every row of the landed table with its fields, its typed columns as `value.NAME`, and `reason`: why it cannot be used,
 * '' for a good one. Read only some of the columns, and only what these need is computed.
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
      SELECT *, ${values.join(', ')}
      FROM (${rowsSql(mapping.format, mapping.partition, table)})))`
}

/**
 * What is wrong with the row as such, else the first fault that holds. Numbers and arrays stand for if() and multiIf():
 * those put their branches off, and then parse a line again for each condition that looks at it.
 */
function reasonOf(faults: readonly Fault[]): string {
  const ranks = faults.map(({ when }, i) => `ifNull(${when}, 0) * ${faults.length - i}`)
  const reasons = faults.map(({ reason }, i) => [faults.length - i, literal(reason)] as const)
  const found = `transform(greatest(${['toUInt16(0)', ...ranks].join(', ')}), [${reasons.map(([rank]) => rank)}], [${reasons.map(([, reason]) => reason)}], '')`
  return `[${BROKEN}, ${found}][if(${BROKEN} = '', 2, 1)]`
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
