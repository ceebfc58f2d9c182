import { type AssetKey, depsSignature } from '../../lib/graph/index.ts'
import type { BackfillAssetRow } from '../lineage/backfills.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { sameCode } from '../versions/comparable.ts'

/** Selected assets that are not defined as they were when the backfill was created, each with what changed. */
export function definitionChanges(
  state: GraphState,
  assets: readonly BackfillAssetRow[],
  lost: readonly AssetKey[],
): string[] {
  return assets.flatMap((row) => {
    const key = row.asset_key
    if (!state.graph.assets.has(key)) return [`${key} (no longer in the graph)`]
    const changed = [
      !sameCode(row.code_version, state.code.get(key) ?? '') && 'code',
      row.deps_signature !== depsSignature(state.graph, key) && 'inputs',
      (row.partitions_signature !== state.partitionsSignature(key) || lost.includes(key)) && 'partitions',
    ].filter((one) => one !== false)
    return changed.length === 0 ? [] : [`${key} (${changed.join(', ')})`]
  })
}
