import { createHash } from 'node:crypto'
import { type Asset, partitionColumns, partitionSpace } from '../../lib/graph/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import { type AssetTable, assetTables, putCurrentTable, type TableColumn } from '../lineage/asset-tables.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { quoteName } from './fingerprint.ts'

/** What a warehouse table of an asset must look like. */
export interface TableShape {
  readonly columns: readonly TableColumn[]
  readonly orderBy: readonly string[]
  readonly partitionBy: readonly string[]
}

export function shapeOf(asset: Asset & { orderBy: readonly string[] }, columns: readonly TableColumn[]): TableShape {
  return {
    columns,
    orderBy: asset.orderBy,
    partitionBy: partitionColumns(partitionSpace(asset.partitions)).map((c) => c.name),
  }
}

export function baseName(assetKey: string): string {
  return assetKey.replaceAll('/', '__')
}

export function schemaHash(shape: TableShape): string {
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 8)
}

/** A table that can take partitions of a shape. */
export interface StandingTable {
  readonly name: string
  readonly schemaHash: string
  /** The shape with every column that the table has: it keeps those of schemas that were taken back. */
  readonly stored: TableShape
}

/**
 * The asset's current table, in this shape. A new column at the end is added in place; any other change
 * gets a table of its own beside the old one, and the view that people read moves when the new table is
 * complete (`moveView`). Nothing is ever taken out of a table, so that what was made under a schema that
 * comes back is still whole.
 */
export async function ensureTable(
  warehouse: Warehouse,
  lineage: Lineage,
  assetKey: string,
  shape: TableShape,
): Promise<StandingTable> {
  const hash = schemaHash(shape)
  const known = await assetTables(lineage, assetKey)
  const current = known.find((table) => table.current)
  const name = await tableFor(warehouse, known, assetKey, shape)
  // The record may outlive a crash between it and the DDL; all statements are idempotent.
  await warehouse.command(createTableSql(name, shape))
  const shared = known.some((table) => table.tableName === name && table.schemaHash !== hash)
  const present = shared ? await columnsOf(warehouse, name) : shape.columns
  const added = shape.columns.filter((column) => !present.some((one) => one.name === column.name))
  for (const column of added) {
    await warehouse.command(
      `ALTER TABLE ${quoteName(name)} ADD COLUMN IF NOT EXISTS ${quoteName(column.name)} ${column.type}`,
    )
  }
  if (current?.schemaHash !== hash) {
    // The view first: who dies in between does both again.
    if (!current || current.tableName === name) await moveView(warehouse, assetKey, name, shape.columns)
    await putCurrentTable(lineage, { assetKey, schemaHash: hash, tableName: name, columns: shape.columns })
  }
  return { name, schemaHash: hash, stored: { ...shape, columns: [...present, ...added] } }
}

/** The table of this schema, the current one if columns at its end are all that is new, or one of its own. */
async function tableFor(
  warehouse: Warehouse,
  known: readonly AssetTable[],
  assetKey: string,
  shape: TableShape,
): Promise<string> {
  const hash = schemaHash(shape)
  const same = known.find((table) => table.schemaHash === hash)
  if (same) return same.tableName
  const current = known.find((table) => table.current)
  const own = `${baseName(assetKey)}__${hash}`
  if (!current || !extendsTable(current, shape)) return own
  const present = new Map((await columnsOf(warehouse, current.tableName)).map(({ name, type }) => [name, type]))
  // A column that was taken back may come again with another type.
  return shape.columns.every(({ name, type }) => (present.get(name) ?? type) === type) ? current.tableName : own
}

/** Whether columns at the end are the whole difference between a shape and a table's schema. */
function extendsTable(table: AssetTable, shape: TableShape): boolean {
  const before = table.columns
  const samePrefix = before.every((c, i) => shape.columns[i]?.name === c.name && shape.columns[i]?.type === c.type)
  return samePrefix && schemaHash({ ...shape, columns: before }) === table.schemaHash
}

async function columnsOf(warehouse: Warehouse, table: string): Promise<readonly TableColumn[]> {
  const rows = await warehouse.rows<TableColumn>(`DESCRIBE TABLE ${quoteName(table)}`)
  return rows.map(({ name, type }) => ({ name, type }))
}

export function createTableSql(table: string, shape: TableShape): string {
  const columns = shape.columns.map((c) => `${quoteName(c.name)} ${c.type}`).join(', ')
  const partition = shape.partitionBy.length === 0 ? 'tuple()' : `(${shape.partitionBy.map(quoteName).join(', ')})`
  const order = shape.orderBy.length === 0 ? 'tuple()' : `(${shape.orderBy.map(quoteName).join(', ')})`
  return `CREATE TABLE IF NOT EXISTS ${quoteName(table)} (${columns}) ENGINE = MergeTree PARTITION BY ${partition} ORDER BY ${order}`
}

/** Points the view that people query, named after the asset, at the columns of a table's current schema. */
export async function moveView(
  warehouse: Warehouse,
  assetKey: string,
  tableName: string,
  columns: readonly TableColumn[],
): Promise<void> {
  const list = columns.map((column) => quoteName(column.name)).join(', ')
  await warehouse.command(
    `CREATE OR REPLACE VIEW ${quoteName(baseName(assetKey))} AS SELECT ${list} FROM ${quoteName(tableName)}`,
  )
}

/** Columns and types of a SELECT, as the engine sees them. */
export async function describeSelect(
  warehouse: Warehouse,
  select: { readonly sql: string; readonly params: Record<string, unknown> },
  signal: AbortSignal,
): Promise<readonly TableColumn[]> {
  const { sql, params } = select
  // The engine may run scalar subqueries for their types: this too must be possible to stop.
  const rows = await warehouse.rows<{ name: string; type: string }>(`DESCRIBE TABLE (${sql})`, { params, signal })
  return rows.map(({ name, type }) => ({ name, type }))
}
