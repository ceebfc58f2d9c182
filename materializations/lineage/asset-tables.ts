import type { Lineage } from './lineage.ts'

export interface TableColumn {
  readonly name: string
  readonly type: string
}

/** One schema that an asset's warehouse table has had. */
export interface AssetTable {
  readonly assetKey: string
  readonly schemaHash: string
  readonly tableName: string
  readonly columns: readonly TableColumn[]
  readonly current: boolean
}

interface Row {
  asset_key: string
  schema_hash: string
  table_name: string
  columns: TableColumn[]
  current: boolean
}

export async function assetTables(lineage: Lineage, assetKey: string): Promise<readonly AssetTable[]> {
  const rows = await lineage.query<Row>('SELECT * FROM asset_tables WHERE asset_key = $1 ORDER BY created_at', [
    assetKey,
  ])
  return rows.map((row) => ({
    assetKey: row.asset_key,
    schemaHash: row.schema_hash,
    tableName: row.table_name,
    columns: row.columns,
    current: row.current,
  }))
}

/** Assets that have more than one table: a change of schema that is not complete, or was not tidied up. */
export async function assetsWithOldTables(lineage: Lineage): Promise<readonly string[]> {
  const rows = await lineage.query<{ asset_key: string }>(
    'SELECT asset_key FROM asset_tables GROUP BY asset_key HAVING count(DISTINCT table_name) > 1 ORDER BY asset_key',
  )
  return rows.map((row) => row.asset_key)
}

/** Makes this schema the asset's current one. */
export async function putCurrentTable(lineage: Lineage, table: Omit<AssetTable, 'current'>): Promise<void> {
  await lineage.transaction(async (client) => {
    await client.query('UPDATE asset_tables SET current = false WHERE asset_key = $1', [table.assetKey])
    await client.query(
      `INSERT INTO asset_tables (asset_key, schema_hash, table_name, columns, current) VALUES ($1, $2, $3, $4, true)
       ON CONFLICT (asset_key, schema_hash) DO UPDATE SET current = true`,
      [table.assetKey, table.schemaHash, table.tableName, JSON.stringify(table.columns)],
    )
  })
}
