import { type AssetKey, type Edge, type IntervalSet, sets } from '../../lib/graph/index.ts'
import type { BackfillAssetRow } from '../lineage/backfills.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { partitionsOf } from './ranges.ts'
import type { Wanted } from './time-slots.ts'

/** Since when something counts as made, or as failed, for a backfill. */
export interface Since {
  readonly seq: number
  readonly createdAt: Date
}

/** What became of the wanted partitions of one asset, by what is recorded. */
export interface Became {
  /** Its current version was recorded since the backfill was created. */
  readonly made: IntervalSet
  /** Its last attempt since then failed. */
  readonly failed: IntervalSet
  /** Neither. */
  readonly rest: IntervalSet
}

export function becameOf(state: GraphState, key: AssetKey, wanted: IntervalSet, since: Since): Became {
  const asset = state.asset(key)
  const made: number[] = []
  const failed: number[] = []
  const rest: number[] = []
  for (const ordinal of sets.ordinals(wanted)) {
    const record = asset.record(ordinal)
    if (record?.failure && record.failure.at >= since.createdAt) failed.push(ordinal)
    else if (record?.current && record.current.seq > since.seq) made.push(ordinal)
    else rest.push(ordinal)
  }
  return { made: sets.fromOrdinals(made), failed: sets.fromOrdinals(failed), rest: sets.fromOrdinals(rest) }
}

/** Wanted partitions that are not made yet, failed ones among them. */
export function remainingOf(state: GraphState, wanted: Wanted, since: Since): Map<AssetKey, IntervalSet> {
  const remaining = new Map<AssetKey, IntervalSet>()
  for (const [key, set] of wanted) {
    const { failed, rest } = becameOf(state, key, set, since)
    remaining.set(key, sets.union(failed, rest))
  }
  return remaining
}

/** What failed since, and all of `remaining` that reads it, directly or through others: it was skipped for that. */
export function failedAndReaders(state: GraphState, remaining: Wanted, since: Since): Map<AssetKey, IntervalSet> {
  const chosen = new Map<AssetKey, IntervalSet>()
  for (const key of state.graph.order) {
    const within = remaining.get(key)
    if (!within) continue
    chosen.set(key, becameOf(state, key, within, since).failed)
    addReaders(state, key, within, chosen)
  }
  return chosen
}

/**
 * Adds to a set of partitions those of `within` that read any of them; what an asset reads of itself, step by step.
 * @param follows which inputs count; all, unless given
 */
export function addReaders(
  state: GraphState,
  key: AssetKey,
  within: IntervalSet,
  chosen: Map<AssetKey, IntervalSet>,
  follows: (edge: Edge) => boolean = () => true,
): void {
  const edges = state.graph.upstream.get(key)!.filter(follows)
  // What is added for other inputs may be read by the asset itself.
  const inOrder = [...edges.filter((edge) => edge.upstream !== key), ...edges.filter((edge) => edge.upstream === key)]
  for (const edge of inOrder) {
    for (;;) {
      const known = chosen.get(key) ?? sets.EMPTY
      const readers = state.mapping(edge).downstreamOf(chosen.get(edge.upstream) ?? sets.EMPTY, within)
      const all = sets.union(known, readers)
      chosen.set(key, all)
      if (edge.upstream !== key || sets.size(all) === sets.size(known)) break
    }
  }
}

/** The wanted partitions of a stored backfill, and the assets whose partitions are no longer what they were. */
export function storedWanted(
  state: Pick<GraphState, 'graph' | 'asset'>,
  assets: readonly BackfillAssetRow[],
): { readonly wanted: Map<AssetKey, IntervalSet>; readonly lost: readonly AssetKey[] } {
  const wanted = new Map<AssetKey, IntervalSet>()
  const lost: AssetKey[] = []
  for (const row of assets) {
    const set = state.graph.assets.has(row.asset_key)
      ? partitionsOf(state.asset(row.asset_key).space, row.wanted)
      : undefined
    if (set === undefined) lost.push(row.asset_key)
    else wanted.set(row.asset_key, set)
  }
  return { wanted, lost }
}
