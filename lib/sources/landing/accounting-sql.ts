import { judgedSql, valueName } from './judged-sql.ts'
import type { RowMapping } from './row-mapping.ts'
import { name } from './sql-names.ts'
import { repeatsSql } from './typed-sql.ts'

/**
 * What became of the rows of a landed table, by partition: `delivered` (all of them), `landed`, `duplicates`,
 * `quarantined` (UInt64), and `reasons` Map(String, UInt64) of the quarantined ones. Counted from the landed rows, apart
 * from the tables that were made of them.
 *
 * @param only condition on the partition columns
 */
export function accountingSql(mapping: RowMapping, table: string, only = '1'): string {
  const judged = judgedSql(mapping, table)
  const spread = mapping.repeatsWithinDays > 0
  const rows = spread ? `(SELECT *, ${repeatsSql(mapping, ["reason = ''"])} AS repeats FROM ${judged})` : judged
  const unique = spread
    ? "if(reason = '', countIf(NOT repeats), 0)"
    : `if(reason = '', uniqExactIf(tuple(${mapping.key.map(valueName).join(', ')}), reason = ''), 0)`
  const kept = mapping.partition.map((column) => `${name(column)}, `).join('')
  const by = mapping.partition.length === 0 ? '' : `GROUP BY ${mapping.partition.map(name).join(', ')}`
  return `
  SELECT ${kept}sum(n) AS delivered, sum(firsts) AS landed, sumIf(n, reason = '') - landed AS duplicates,
    sumIf(n, reason != '') AS quarantined,
    CAST(arraySort(groupArrayIf((reason, n), reason != '')), 'Map(String, UInt64)') AS reasons
  FROM (
    SELECT ${kept}reason, count() AS n, toUInt64(${unique}) AS firsts
    FROM ${rows}
    WHERE ${only}
    GROUP BY ${kept}reason)
  ${by}`
}
