import { FAULT, judgedSql, typedValue, valueName } from './judged-sql.ts'
import { isText, LINE } from './row-format.ts'
import type { RowMapping } from './row-mapping.ts'
import { name } from './sql-names.ts'

/**
 * The good rows of a landed table, typed, each once as first received: the partition columns, then the mapping's.
 *
 * @param table expression with the partition columns and what `readAs` reads
 * @param only condition on partition and typed columns, for instance of the partitions that a statement makes
 */
export function typedSql(mapping: RowMapping, table: string, only = '1'): string {
  const columns = Object.entries(mapping.columns).map(
    ([column, target]) => `${typedValue(column, target)} AS ${column}`,
  )
  const inner = `
  SELECT ${[...mapping.partition.map(name), ...columns].join(', ')}
  FROM ${knownSince(mapping, firstReceived(mapping, judgedSql(mapping, table)))}`
  return only === '1' ? inner : `SELECT * FROM (${inner}) WHERE ${only}`
}

/** Good rows without their duplicates. */
function firstReceived(mapping: RowMapping, judged: string): string {
  const key = mapping.key.map(valueName).join(', ')
  const order = orderOf(mapping)
  if (mapping.repeatsWithinDays === 0) {
    const group = [...mapping.partition.map(name), key].join(', ')
    return `(SELECT * FROM ${judged} WHERE ${FAULT} = 0 ORDER BY ${group}, ${order} LIMIT 1 BY ${group})`
  }
  return `(SELECT * FROM (SELECT *, ${repeatsSql(mapping)} AS repeats FROM ${judged} WHERE ${FAULT} = 0) WHERE NOT repeats)`
}

/**
 * Whether a good row repeats one of the days before. Only the copy just before counts, so that a day's rows depend on
 * that many days before it and on no other, however many days one statement reads.
 *
 * @param apart what else tells rows apart, where not all of them are good
 */
export function repeatsSql(mapping: RowMapping, apart: readonly string[] = []): string {
  const copies = [...apart, ...mapping.key.map(valueName)].join(', ')
  const window = `PARTITION BY ${copies} ORDER BY day, ${orderOf(mapping)}`
  const before = `lagInFrame(toNullable(day)) OVER (${window} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`
  return `ifNull(day - ${before} <= ${mapping.repeatsWithinDays}, 0)`
}

/** By receipt; copies that came at once are told apart by their text, so that the choice is always the same. */
function orderOf(mapping: RowMapping): string {
  return [...mapping.order.map(valueName), ...(isText(mapping.format) ? [`cityHash64(${LINE})`] : [])].join(', ')
}

/** Rows that a mended rule had refused are known since it was mended. */
function knownSince(mapping: RowMapping, rows: string): string {
  const { known, mended } = mapping
  if (known === undefined || mended.length === 0) return rows
  const value = valueName(known)
  const moment = (at: string): string => `toDateTime(${Math.floor(Date.parse(at) / 1000)}, 'UTC')`
  const since = mended.map(({ when, at }) => `if(${when}, greatest(${value}, ${moment(at)}), ${value})`)
  return `(SELECT * REPLACE (greatest(${[value, ...since].join(', ')}) AS ${value}) FROM ${rows})`
}
