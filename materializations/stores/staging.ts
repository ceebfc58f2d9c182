import type { CheckSeverity, Partition, SqlCheck } from '../../lib/graph/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import type { TableColumn } from '../lineage/asset-tables.ts'
import { type FingerprintRow, fingerprintSql, fingerprintText, quoteName } from './fingerprint.ts'
import { createTableSql, type TableShape } from './warehouse-tables.ts'

const PREFIX = 'staging__'

/** Staging names carry the lease token, so that a taken-over run's leftovers are told from a living one's. */
export function stagingName(token: string, stepNo: number): string {
  return `${PREFIX}${token.replaceAll('-', '')}__${stepNo}`
}

export async function createStaging(warehouse: Warehouse, name: string, shape: TableShape): Promise<void> {
  await warehouse.command(`DROP TABLE IF EXISTS ${quoteName(name)}`)
  await warehouse.command(createTableSql(name, shape))
}

export async function dropStaging(warehouse: Warehouse, name: string): Promise<void> {
  await warehouse.command(`DROP TABLE IF EXISTS ${quoteName(name)}`)
}

/**
 * Staging tables of tokens that are not living. Those are asked for after the tables: a token lives before its first
 * staging table does, so that no run that begins meanwhile is taken for dead.
 */
export async function abandonedStaging(
  warehouse: Warehouse,
  living: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const rows = await warehouse.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = {database:String} AND startsWith(name, '${PREFIX}') ORDER BY name`,
    { params: { database: warehouse.database } },
  )
  const kept = (await living()).map((token) => `${PREFIX}${token.replaceAll('-', '')}__`)
  return rows.map((row) => row.name).filter((name) => !kept.some((prefix) => name.startsWith(prefix)))
}

export interface StagedPartition {
  readonly partition: Partition
  readonly rows: number
  readonly dataVersion: string
  readonly checks: readonly CheckResult[]
}

export interface CheckResult {
  readonly partition: string
  readonly check: string
  readonly passed: boolean
  readonly severity: CheckSeverity
  readonly blocking: boolean
  readonly detail: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Row count, fingerprint and checks of each partition of a table: one scan. */
export async function inspectPartitions(
  warehouse: Warehouse,
  table: string,
  shape: TableShape,
  partitions: readonly Partition[],
  options: { readonly uncounted?: readonly string[]; readonly checks?: readonly SqlCheck[] } = {},
): Promise<readonly StagedPartition[]> {
  const { uncounted = [], checks = [] } = options
  const counted: readonly TableColumn[] = shape.columns.filter((c) => !uncounted.includes(c.name))
  const where = shape.partitionBy.length === 0 ? '' : ` WHERE ${partitionFilter(shape.partitionBy, partitions)}`
  const measures = checks.map((check) => check.measure)
  // All columns are read: an engine that had no space to write one of them may not have said so.
  const rest = shape.columns.filter((c) => !counted.includes(c))
  if (rest.length > 0) measures.push(`max(ignore(${rest.map((c) => quoteName(c.name)).join(', ')}))`)
  const found = await warehouse.rows<FingerprintRow>(
    fingerprintSql(`(SELECT * FROM ${quoteName(table)}${where})`, counted, shape.partitionBy, measures),
  )
  const byValues = new Map(found.map((row) => [row.__partition, row]))
  return partitions.map((partition) => {
    const row = byValues.get(shape.partitionBy.map((name) => partition.values[name]!).join('|'))
    const rows = Number(row?.__rows ?? 0)
    return {
      partition,
      rows,
      dataVersion: fingerprintText(counted, rows > 0 ? row : undefined),
      checks: checks.map((check, i) => {
        const measured = rows > 0 ? (row?.__measures[i] ?? 0) : 0
        const { name, severity, blocking } = check
        return {
          partition: partition.key,
          check: name,
          severity,
          blocking,
          passed: check.passes(measured),
          detail: check.detail(measured),
          metadata: { measured },
        }
      }),
    }
  })
}

/** Condition on the partition columns that holds for exactly these partitions. */
export function partitionFilter(partitionBy: readonly string[], partitions: readonly Partition[]): string {
  const names = partitionBy.map(quoteName)
  const tuples = partitions.map((p) => `(${partitionBy.map((name) => literal(p.values[name]!)).join(', ')})`)
  return `(${names.join(', ')}) IN (${tuples.join(', ')})`
}

/** Partitions in staging that were not asked for: a SELECT that forgets its partition filter. */
export async function strayPartitions(
  warehouse: Warehouse,
  table: string,
  partitionBy: readonly string[],
  partitions: readonly Partition[],
): Promise<readonly string[]> {
  if (partitionBy.length === 0) return []
  const key = partitionBy.map((name) => `toString(${quoteName(name)})`).join(", '|', ")
  const rows = await warehouse.rows<{ stray: string }>(
    `SELECT DISTINCT concat(${key}, '') AS stray FROM ${quoteName(table)}
     WHERE NOT (${partitionFilter(partitionBy, partitions)}) ORDER BY stray LIMIT 5`,
  )
  return rows.map((row) => row.stray)
}

export interface Swap {
  readonly staging: string
  readonly table: string
  /** The partition, by `partitionLiteral`. */
  readonly place: string
  /** Rows that were staged. */
  readonly rows: number
}

/**
 * Puts a staged partition in place; an empty one takes what is there away. Safe to repeat while staging stands, and
 * refused once it is gone: a run whose lease was taken over changes nothing any more.
 */
export async function swapPartition(warehouse: Warehouse, { staging, table, place, rows }: Swap): Promise<void> {
  await warehouse.command(
    rows > 0
      ? `ALTER TABLE ${quoteName(table)} REPLACE PARTITION ${place} FROM ${quoteName(staging)}`
      : // Not DROP PARTITION, which asks nothing of staging.
        `ALTER TABLE ${quoteName(table)} MOVE PARTITION ${place} TO TABLE ${quoteName(staging)}`,
  )
}

export function partitionLiteral(partitionBy: readonly string[], partition: Partition): string {
  if (partitionBy.length === 0) return 'tuple()'
  const values = partitionBy.map((name) => literal(partition.values[name]!))
  return values.length === 1 ? `tuple(${values[0]})` : `(${values.join(', ')})`
}

function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
