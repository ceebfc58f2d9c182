import { sets } from '../../lib/graph/index.ts'
import { assetTables } from '../lineage/asset-tables.ts'
import { quoteName } from '../stores/fingerprint.ts'
import { moveView } from '../stores/warehouse-tables.ts'
import type { RunEnvironment } from './environment.ts'

/**
 * After a schema change: once every recorded partition lies in the new table, the view that people read
 * moves to it and the old table goes. Until then they keep reading the old one, whole.
 */
export async function settleViews(env: RunEnvironment, touched: ReadonlySet<string>): Promise<void> {
  for (const key of touched) {
    const asset = env.graph.asset(key)
    if (asset.kind === 'external' || asset.kind === 'effect' || asset.store.kind !== 'warehouse') continue
    const tables = await assetTables(env.lineage, key)
    const current = tables.find((table) => table.current)
    const old = [...new Set(tables.map((t) => t.tableName))].filter((name) => name !== current?.tableName)
    if (!current || old.length === 0) continue
    const state = env.state.asset(key)
    const complete = [...sets.ordinals(state.existing)].every((ordinal) => {
      const location = state.record(ordinal)?.current?.location
      return location === undefined || (location.kind === 'warehouse' && location.table === current.tableName)
    })
    if (!complete) continue
    const warehouse = await env.stores.warehouse()
    await moveView(warehouse, key, current.tableName, current.columns)
    for (const name of old) await warehouse.command(`DROP TABLE IF EXISTS ${quoteName(name)}`)
    await env.lineage.query('DELETE FROM asset_tables WHERE asset_key = $1 AND table_name = ANY($2)', [key, old])
  }
}
