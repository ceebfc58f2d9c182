import { OttokError } from '../../lib/config/errors.ts'
import { type AssetKey, depsSignature, type Graph, type IntervalSet, sets } from '../../lib/graph/index.ts'
import type { BackfillAssetRow } from '../lineage/backfills.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Plan, plannedPartitions, planRun } from '../planner/plan.ts'
import { keyRanges } from './ranges.ts'
import type { BackfillRequest } from './request.ts'

/** A backfill before it is written down. */
export interface BackfillPlan {
  readonly state: GraphState
  readonly plan: Plan
  readonly assets: readonly BackfillAssetRow[]
  /** Partitions wanted, of all assets. */
  readonly wanted: number
}

/** What a backfill of the request would want: all that is stale or may become so; with `force`, all that is asked for. */
export function planBackfill(state: GraphState, request: BackfillRequest): BackfillPlan {
  requireEffectsAllowed(state.graph, request)
  const plan = planRun(state, request)
  const assets = wantedAssets(state, request.selected, plan, () => sets.EMPTY)
  return { state, plan, assets, wanted: assets.reduce((sum, asset) => sum + asset.wanted_count, 0) }
}

/** Rows of the selected assets with what a plan makes of each, without what `done` gives. */
export function wantedAssets(
  state: GraphState,
  selected: readonly AssetKey[],
  plan: Plan,
  done: (key: AssetKey, planned: IntervalSet) => IntervalSet,
): BackfillAssetRow[] {
  const entries = new Map(plan.entries.map((entry) => [entry.key, entry]))
  const chosen = new Set(selected)
  return state.graph.order.flatMap((key) => {
    if (!chosen.has(key) || state.graph.asset(key).kind === 'external') return []
    const { space } = state.asset(key)
    const entry = entries.get(key)
    const planned = entry ? plannedPartitions(entry) : sets.EMPTY
    const wanted = sets.subtract(planned, done(key, planned))
    return {
      asset_key: key,
      code_version: state.code.get(key) ?? '',
      partitions_signature: state.partitionsSignature(key),
      deps_signature: depsSignature(state.graph, key),
      wanted: keyRanges(space, wanted),
      wanted_count: sets.size(wanted),
      blocked_count: entry?.blocked.length ?? 0,
      blocked_because: entry?.blocked[0]?.reason ?? null,
    }
  })
}

/** A backfill acts on the outside world only when told to. */
function requireEffectsAllowed(graph: Graph, { selected, selection, effects }: BackfillRequest): void {
  const acting = selected.filter((key) => graph.asset(key).kind === 'effect')
  if (acting.length === 0 || effects) return
  throw new OttokError({
    what: `a backfill of ${selection} would act on the outside world`,
    cause: `It selects ${acting.length === 1 ? 'the effect' : 'the effects'} ${acting.slice(0, 3).join(', ')}.`,
    mend: `Leave ${acting.length === 1 ? 'it' : 'them'} out (\`(${selection}) and not key:${JSON.stringify(acting[0])}\`), or pass --effects.`,
    exitCode: 2,
  })
}
