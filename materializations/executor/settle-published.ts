import { type AssetKey, partitionKey, sets } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { provenCauses } from '../planner/causes.ts'
import type { GraphState } from '../planner/graph-state.ts'

/**
 * Writes down how the newest partition of every published asset stands after a run, for readers who see the table and not
 * the graph: current, stale (since the run that first saw it so) or missing, and the failure upstream that keeps it so.
 */
export async function settlePublished(lineage: Lineage, state: GraphState): Promise<void> {
  for (const key of state.graph.order) {
    const asset = state.graph.asset(key)
    if (asset.kind !== 'function' || asset.store.kind !== 'published') continue
    const newest = sets.last(state.asset(key).existing)
    if (newest === undefined) continue
    const causes = provenCauses(state, key, newest)
    const made = state.asset(key).seq(newest) !== undefined
    const standing = causes.length === 0 ? 'current' : made ? 'stale' : 'missing'
    const blockedBy = standing === 'current' ? null : (failureAbove(state, key) ?? null)
    await lineage.query(
      `INSERT INTO published_status (asset_key, partition, state, stale_since, blocked_by, looked_at)
       VALUES ($1, $2, $3, CASE WHEN $3 = 'current' THEN NULL ELSE $5::timestamptz END, $4, $5)
       ON CONFLICT (asset_key) DO UPDATE SET partition = excluded.partition, state = excluded.state,
         stale_since = CASE WHEN excluded.state = 'current' THEN NULL
           ELSE coalesce(published_status.stale_since, excluded.stale_since) END,
         blocked_by = excluded.blocked_by, looked_at = excluded.looked_at`,
      [key, partitionKey(state.asset(key).space, newest), standing, blockedBy, state.now],
    )
  }
}

/** The first recorded failure on the way from the sources to an asset, itself included. */
function failureAbove(state: GraphState, key: AssetKey): string | undefined {
  const above = new Set<AssetKey>([key])
  for (const one of above) for (const { upstream } of state.graph.upstream.get(one)!) above.add(upstream)
  for (const one of state.graph.order.filter((each) => above.has(each))) {
    for (const [, record] of state.asset(one).failures()) {
      return `${one}${record.partition && `@${record.partition}`}: ${record.failure!.message}`
    }
  }
  return undefined
}
