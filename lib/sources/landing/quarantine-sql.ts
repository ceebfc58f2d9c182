import { FAULT, judgedSql } from './judged-sql.ts'
import { fieldNames, isText, LINE } from './row-format.ts'
import type { RowMapping } from './row-mapping.ts'
import { name } from './sql-names.ts'

/**
 * The rows of a landed table that cannot be used, copies and all: the partition columns, `reason`, and the row as it was
 * sent, which is its `line` where rows are text, else its columns.
 */
export function quarantineSql(mapping: RowMapping, table: string): string {
  const sent = isText(mapping.format) ? [LINE] : fieldNames(mapping.format).map(name)
  const columns = [...mapping.partition.map(name), 'reason', ...sent]
  return `SELECT ${columns.join(', ')} FROM ${judgedSql(mapping, table)} WHERE ${FAULT} != 0`
}
