import { createHash } from 'node:crypto'
import type { TableColumn } from '../lineage/asset-tables.ts'

/**
 * Content fingerprint of table partitions as ClickHouse SQL: ordered column names and types, row count,
 * and two order-free sums of row hashes. `tuple(...)` keeps NULL inside the hash; a sum, unlike XOR, does
 * not let equal rows cancel. The engine lets an alias stand for a column of that name, also in the hash: these are names
 * that no table has.
 */
export function fingerprintSql(
  table: string,
  columns: readonly TableColumn[],
  partitionBy: readonly string[],
  measures: readonly string[] = [],
): string {
  const row = `tuple(${columns.map((c) => quoteName(c.name)).join(', ')})`
  const by = partitionBy.map(quoteName)
  const key = by.length === 0 ? "''" : `concat(${by.map((c) => `toString(${c})`).join(", '|', ")}, '')`
  return `SELECT ${key} AS __partition, toUInt64(count()) AS __rows,
    toString(sum(sipHash64(${row}))) AS __sip, toString(sum(cityHash64(${row}))) AS __city,
    CAST([${measures.map((m) => `toFloat64(${m})`).join(', ')}], 'Array(Float64)') AS __measures
  FROM ${table} ${by.length === 0 ? '' : `GROUP BY ${by.join(', ')}`}`
}

export interface FingerprintRow {
  readonly __partition: string
  readonly __rows: string | number
  readonly __sip: string
  readonly __city: string
  readonly __measures: readonly number[]
}

export function fingerprintText(columns: readonly TableColumn[], row: FingerprintRow | undefined): string {
  const shape = columns.map((c) => `${c.name} ${c.type}`).join(',')
  const content = row ? `${row.__rows};${row.__sip};${row.__city}` : '0;0;0'
  return `c1:${createHash('sha256').update(`${shape};${content}`).digest('hex').slice(0, 32)}`
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '\\`')}\``
}

/** Identity of models, scores and the like: their code and the versions of their inputs. */
export function inputsVersion(
  codeVersion: string,
  inputs: readonly { readonly name: string; readonly upstream: string; readonly version: string }[],
): string {
  const parts = inputs.map((input) => `${input.name}=${input.upstream}:${input.version}`).sort()
  return `i1:${createHash('sha256')
    .update([codeVersion, ...parts].join('\n'))
    .digest('hex')
    .slice(0, 32)}`
}
