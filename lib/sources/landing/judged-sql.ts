import { BROKEN, rowsSql } from './row-format.ts'
import type { RowMapping, TargetColumn } from './row-mapping.ts'
import { literal, name } from './sql-names.ts'

/**
 * Every row of the landed table with its fields, its typed columns as `value.NAME`, and `reason`: why it cannot be used,
 * '' for a good one. Read only some of the columns, and only what these need is computed.
 */
export function judgedSql(mapping: RowMapping, table: string): string {
  const columns = Object.entries(mapping.columns)
  const values = columns.map(([column, target]) => `${typedOrNull(column, target)} AS ${valueName(column)}`)
  const faults = [
    `${BROKEN} != '', ${BROKEN}`,
    ...columns.flatMap(([column, target]) => missing(column, target)),
    ...mapping.faults.map(({ reason, when }) => `${when}, ${literal(reason)}`),
  ]
  return `(
    SELECT *, multiIf(${faults.join(', ')}, '') AS reason
    FROM (
      SELECT *, ${values.join(', ')}
      FROM (${rowsSql(mapping.format, mapping.partition, table)})))`
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

function typedOrNull(column: string, { type, sql = name(column) }: TargetColumn): string {
  if (isString(type) || isComposite(type)) return sql
  // Else 300 becomes 44 in a UInt8, and a text that is none fails the statement.
  return `accurateCastOrNull(${sql}, ${literal(bare(type))})`
}

function missing(column: string, { type, required, reason = `no ${column}` }: TargetColumn): string[] {
  if (isNullable(type) || isComposite(type)) return []
  const value = valueName(column)
  return [`${isString(type) && required ? `ifNull(${value}, '') = ''` : `isNull(${value})`}, ${literal(reason)}`]
}

function bare(type: string): string {
  const inner = /^(?:LowCardinality|Nullable)\((.*)\)$/.exec(type)?.[1]
  return inner === undefined ? type : bare(inner)
}

const isString = (type: string): boolean => bare(type) === 'String'
const isNullable = (type: string): boolean => /^(LowCardinality\()?Nullable\(/.test(type)
/** Types that cannot be NULL. */
const isComposite = (type: string): boolean => /^(Array|Map|Tuple)\(/.test(type)
