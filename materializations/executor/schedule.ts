import { type Asset, type AssetKey, type Edge, type Interval, partitionKey, sets } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Plan, plannedPartitions } from '../planner/plan.ts'

/** Partitions of one asset that are made together. */
export interface Step {
  readonly no: number
  readonly key: AssetKey
  readonly ordinals: readonly number[]
  readonly partitions: readonly string[]
  /** Numbers of the steps that make its inputs. */
  readonly after: readonly number[]
}

/**
 * Cuts a plan into steps: contiguous runs of at most `range` partitions for range-capable assets, one
 * partition each for the others. A step waits only for the steps that make its own inputs.
 */
export function stepsOf(state: GraphState, plan: Plan): readonly Step[] {
  const steps: Step[] = []
  const byAsset = new Map<AssetKey, MadeBy[]>()
  for (const entry of plan.entries) {
    const asset = state.graph.asset(entry.key)
    const space = state.asset(entry.key).space
    const edges = state.graph.upstream.get(entry.key)!
    // Known while it grows: an asset may read its own earlier partitions.
    const made: MadeBy[] = []
    byAsset.set(entry.key, made)
    for (const [from, to] of sets.chunks(plannedPartitions(entry), mostTogether(asset, edges, space.keys.length))) {
      const set = sets.interval(from, to)
      const ordinals = [...sets.ordinals(set)]
      const after = new Set<number>()
      for (const edge of edges) {
        const upstreamSteps = byAsset.get(edge.upstream)
        if (!upstreamSteps) continue
        if (edge.mapping.kind === 'asOf') for (const { no } of upstreamSteps) after.add(no)
        else for (const interval of state.mapping(edge).upstreamOf(set)) addMakers(upstreamSteps, interval, after)
      }
      const no = steps.length
      steps.push({
        no,
        key: entry.key,
        ordinals,
        partitions: ordinals.map((ordinal) => partitionKey(space, ordinal)),
        after: [...after],
      })
      made.push({ no, from, to })
    }
  }
  return steps
}

/** A step by what it makes, ordinals `[from, to)`; those of one asset in ascending order. */
interface MadeBy {
  readonly no: number
  readonly from: number
  readonly to: number
}

/** Partitions that one step may make. */
function mostTogether(asset: Asset, edges: readonly Edge[], keys: number): number {
  if ((asset.kind !== 'sql' && asset.kind !== 'function') || keys > 1) return 1
  // Each needs the one before it.
  return edges.some((edge) => edge.upstream === asset.key) ? 1 : asset.range
}

/** Adds the steps that make any of the ordinals `[from, to)`. */
function addMakers(made: readonly MadeBy[], [from, to]: Interval, into: Set<number>): void {
  let [low, high] = [0, made.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (made[middle]!.to <= from) low = middle + 1
    else high = middle
  }
  for (let i = low; i < made.length && made[i]!.from < to; i++) into.add(made[i]!.no)
}
