import { createHash } from 'node:crypto'
import type { TableColumn } from '../lineage/asset-tables.ts'

/**
 * Content fingerprint of table partitions as ClickHouse SQL: ordered column names and types, row count,
 * and two order-free sums of row hashes. `tuple(...)` keeps NULL inside the hash; a sum, unlike XOR, does
 * not let equal rows cancel.
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
  return `SELECT ${key} AS partition_values, toUInt64(count()) AS row_count,
    toString(sum(sipHash64(${row}))) AS sip, toString(sum(cityHash64(${row}))) AS city,
    CAST([${measures.map((m) => `toFloat64(${m})`).join(', ')}], 'Array(Float64)') AS measures
  FROM ${table} ${by.length === 0 ? '' : `GROUP BY ${by.join(', ')}`}`
}

export interface FingerprintRow {
  readonly partition_values: string
  readonly row_count: string | number
  readonly sip: string
  readonly city: string
  readonly measures: readonly number[]
}

export function fingerprintText(columns: readonly TableColumn[], row: FingerprintRow | undefined): string {
  const shape = columns.map((c) => `${c.name} ${c.type}`).join(',')
  const content = row ? `${row.row_count};${row.sip};${row.city}` : '0;0;0'
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
