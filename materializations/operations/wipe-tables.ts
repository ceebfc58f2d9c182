import {
  type AssetKey,
  type Partition,
  partitionColumns,
  partitionOf,
  partitionOrdinal,
} from '../../lib/graph/index.ts'
import { assetTables } from '../lineage/asset-tables.ts'
import type { Session } from '../session.ts'
import { quoteName } from '../stores/fingerprint.ts'
import { partitionLiteral } from '../stores/staging.ts'
import { baseName } from '../stores/warehouse-tables.ts'
import { spaceWithRemoved } from './wipe-removed.ts'

/** Drops partitions of an asset's tables; with the last one, the tables and the view themselves. */
export async function wipeTable(
  session: Session,
  key: AssetKey,
  partitions: readonly string[],
  whole: boolean,
): Promise<void> {
  const tables = await assetTables(session.lineage, key)
  if (tables.length === 0) return
  const warehouse = await session.stores.warehouse()
  const names = [...new Set(tables.map((table) => table.tableName))]
  if (whole) {
    await warehouse.command(`DROP VIEW IF EXISTS ${quoteName(baseName(key))}`)
    for (const name of names) await warehouse.command(`DROP TABLE IF EXISTS ${quoteName(name)}`)
    return
  }
  const space = spaceWithRemoved(session.graph, key, partitions)
  const columns = partitionColumns(space).map((column) => column.name)
  const found: Partition[] = partitions.flatMap((partition) => {
    const ordinal = partitionOrdinal(space, partition)
    return ordinal === undefined ? [] : [partitionOf(space, ordinal)]
  })
  for (const name of names) {
    for (const partition of found) {
      await warehouse.command(`ALTER TABLE ${quoteName(name)} DROP PARTITION ${partitionLiteral(columns, partition)}`)
    }
  }
}
