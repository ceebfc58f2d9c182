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

/**
 * The asset's current table, in this shape. A new column at the end is added in place; any other change
 * gets a table of its own beside the old one, and the view that people read moves when the new table is
 * complete (`moveView`).
 */
export async function ensureTable(
  warehouse: Warehouse,
  lineage: Lineage,
  assetKey: string,
  shape: TableShape,
): Promise<AssetTable> {
  const hash = schemaHash(shape)
  const known = await assetTables(lineage, assetKey)
  const current = known.find((table) => table.current)
  if (current?.schemaHash === hash) {
    // The record may outlive a crash between it and the DDL; both statements are idempotent.
    await warehouse.command(createTableSql(current.tableName, shape))
    return current
  }
  const added = current && addedColumns(current, shape)
  if (current && added) {
    for (const column of added) {
      await warehouse.command(
        `ALTER TABLE ${quoteName(current.tableName)} ADD COLUMN IF NOT EXISTS ${quoteName(column.name)} ${column.type}`,
      )
    }
    return put(lineage, { assetKey, schemaHash: hash, tableName: current.tableName, columns: shape.columns })
  }
  const tableName = known.find((t) => t.schemaHash === hash)?.tableName ?? `${baseName(assetKey)}__${hash}`
  await warehouse.command(createTableSql(tableName, shape))
  if (!current) await moveView(warehouse, assetKey, tableName)
  return put(lineage, { assetKey, schemaHash: hash, tableName, columns: shape.columns })
}

async function put(lineage: Lineage, table: Omit<AssetTable, 'current'>): Promise<AssetTable> {
  await putCurrentTable(lineage, table)
  return { ...table, current: true }
}

/** Columns that the shape has beyond the table's, when that is the whole difference. */
function addedColumns(table: AssetTable, shape: TableShape): readonly TableColumn[] | undefined {
  const before = table.columns
  const samePrefix = before.every((c, i) => shape.columns[i]?.name === c.name && shape.columns[i]?.type === c.type)
  if (!samePrefix || shape.columns.length <= before.length) return undefined
  const oldShape: TableShape = { ...shape, columns: before }
  return schemaHash(oldShape) === table.schemaHash ? shape.columns.slice(before.length) : undefined
}

export function createTableSql(table: string, shape: TableShape): string {
  const columns = shape.columns.map((c) => `${quoteName(c.name)} ${c.type}`).join(', ')
  const partition = shape.partitionBy.length === 0 ? 'tuple()' : `(${shape.partitionBy.map(quoteName).join(', ')})`
  const order = shape.orderBy.length === 0 ? 'tuple()' : `(${shape.orderBy.map(quoteName).join(', ')})`
  return `CREATE TABLE IF NOT EXISTS ${quoteName(table)} (${columns}) ENGINE = MergeTree PARTITION BY ${partition} ORDER BY ${order}`
}

/** Points the view that people query, named after the asset, at a table. */
export async function moveView(warehouse: Warehouse, assetKey: string, tableName: string): Promise<void> {
  await warehouse.command(
    `CREATE OR REPLACE VIEW ${quoteName(baseName(assetKey))} AS SELECT * FROM ${quoteName(tableName)}`,
  )
}

/** Columns and types of a SELECT, as the engine sees them. */
export async function describeSelect(
  warehouse: Warehouse,
  sql: string,
  params: Record<string, unknown>,
): Promise<readonly TableColumn[]> {
  const rows = await warehouse.rows<{ name: string; type: string }>(`DESCRIBE TABLE (${sql})`, { params })
  return rows.map(({ name, type }) => ({ name, type }))
}
