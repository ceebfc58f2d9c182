import { type AssetKey, type Graph, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import { assetsWithOldTables, assetTables } from '../lineage/asset-tables.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { quoteName } from '../stores/fingerprint.ts'
import type { Stores } from '../stores/open-stores.ts'
import { moveView } from '../stores/warehouse-tables.ts'

interface Settling {
  readonly graph: Graph
  readonly state: GraphState
  readonly lineage: Lineage
  readonly stores: Stores
}

/**
 * After a schema change: once every recorded partition lies in the new table, the view that people read
 * moves to it and the old table goes. Until then they keep reading the old one, whole. Costs one query when
 * no schema has changed; what an earlier run did not live to do is done too.
 */
export async function settleViews(env: Settling): Promise<void> {
  for (const key of await assetsWithOldTables(env.lineage)) {
    if (!env.graph.assets.has(key)) continue
    const tables = await assetTables(env.lineage, key)
    const current = tables.find((table) => table.current)
    if (!current) continue
    const old = [...new Set(tables.map((t) => t.tableName))].filter((name) => name !== current.tableName)
    if (!(await isComplete(env, key, current.tableName))) continue
    const warehouse = await env.stores.warehouse()
    await moveView(warehouse, key, current.tableName, current.columns)
    for (const name of old) await warehouse.command(`DROP TABLE IF EXISTS ${quoteName(name)}`)
    await env.lineage.query('DELETE FROM asset_tables WHERE asset_key = $1 AND table_name = ANY($2)', [key, old])
  }
}

/** Whether every partition that exists and is recorded lies in a table. */
async function isComplete(env: Settling, key: AssetKey, table: string): Promise<boolean> {
  const elsewhere = await env.lineage.query<{ partition: string }>(
    `SELECT partition FROM v_current
     WHERE asset_key = $1 AND NOT (location->>'kind' = 'warehouse' AND location->>'table' = $2)`,
    [key, table],
  )
  const { space, existing } = env.state.asset(key)
  return !elsewhere.some(({ partition }) => {
    const ordinal = partitionOrdinal(space, partition)
    return ordinal !== undefined && sets.has(existing, ordinal)
  })
}
