import { type AssetKey, type IntervalSet, partitionKey, sets } from '../../lib/graph/index.ts'
import { type Cause, provenCauses } from './causes.ts'
import type { GraphState } from './graph-state.ts'
import { type PartitionRequest, requestedPartitions } from './request.ts'

/** Partitions of one asset that share their causes' kinds. */
export interface PlanEntry {
  readonly key: AssetKey
  /** Will be made: proven stale. */
  readonly proven: IntervalSet
  /** Will be looked at again: an upstream will be remade and may come out the same. */
  readonly possible: IntervalSet
  /** Cannot be made now, with the reason. */
  readonly blocked: readonly Blocked[]
  readonly causes: ReadonlyMap<number, readonly Cause[]>
}

export interface Blocked {
  readonly partition: string
  readonly reason: string
}

export interface Warning {
  readonly key: AssetKey
  readonly upstream: AssetKey
  readonly partitions: number
}

/** What a run would do: data, made before anything is done. */
export interface Plan {
  /** In graph order; assets with nothing to do are left out. */
  readonly entries: readonly PlanEntry[]
  /** Stale upstreams outside the selection, which are read as they are. */
  readonly warnings: readonly Warning[]
}

export interface PlanOptions {
  readonly selected: readonly AssetKey[]
  readonly request: PartitionRequest
  /** Remake what is fresh too. */
  readonly force?: boolean
  /** Effects run on other than an explicit or newest partition only when allowed. */
  readonly effects?: boolean
}

export function plannedPartitions(entry: PlanEntry): IntervalSet {
  return sets.union(entry.proven, entry.possible)
}

/** Pure: the graph's state and a request in, the ordered list of what would be made and why out. */
export function planRun(state: GraphState, options: PlanOptions): Plan {
  const requested = requestedPartitions(state, options.selected, options.request)
  const planned = new Map<AssetKey, IntervalSet>()
  const entries: PlanEntry[] = []
  const warnings: Warning[] = []
  const staleOutside = new Map<AssetKey, IntervalSet>()
  for (const key of state.graph.order) {
    const asset = state.graph.asset(key)
    if (asset.kind === 'external') continue
    const wanted = requested.get(key)
    if (!wanted) {
      if (needsLook(state, key, requested)) staleOutside.set(key, staleness(state, key))
      continue
    }
    const eligible = asset.kind === 'effect' ? effectPartitions(state, key, wanted, options) : wanted
    const entry = planAsset(state, key, eligible, planned, options)
    if (entry.proven.length > 0 || entry.possible.length > 0 || entry.blocked.length > 0) entries.push(entry)
    planned.set(key, plannedPartitions(entry))
    for (const edge of state.graph.upstream.get(key)!) {
      const stale = staleOutside.get(edge.upstream)
      if (!stale) continue
      const read = sets.intersect(state.mapping(edge).upstreamOf(wanted), stale)
      if (read.length > 0) warnings.push({ key, upstream: edge.upstream, partitions: sets.size(read) })
    }
  }
  return { entries, warnings }
}

function planAsset(
  state: GraphState,
  key: AssetKey,
  wanted: IntervalSet,
  planned: ReadonlyMap<AssetKey, IntervalSet>,
  options: PlanOptions,
): PlanEntry {
  const causes = new Map<number, Cause[]>()
  for (const ordinal of sets.ordinals(wanted)) {
    const proven = provenCauses(state, key, ordinal)
    if (proven.length === 0 && options.force) proven.push({ kind: 'forced' })
    if (proven.length > 0) causes.set(ordinal, proven)
  }
  const asset = state.graph.asset(key)
  const possible: number[] = []
  // An effect that has happened is not looked at again, whatever its inputs become.
  const reconsidered = asset.kind === 'effect' ? sets.fromOrdinals(causes.keys()) : wanted
  for (const edge of state.graph.upstream.get(key)!) {
    const remade = planned.get(edge.upstream)
    if (!remade || remade.length === 0 || edge.mapping.kind === 'asOf') continue
    for (const ordinal of sets.ordinals(state.mapping(edge).downstreamOf(remade, reconsidered))) {
      if (!causes.has(ordinal)) possible.push(ordinal)
      causes.set(ordinal, [...(causes.get(ordinal) ?? []), { kind: 'upstream', upstream: edge.upstream }])
    }
  }
  const blocked: Blocked[] = []
  for (const ordinal of [...causes.keys()]) {
    const reason = blockedReason(state, key, ordinal, planned)
    if (!reason) continue
    blocked.push({ partition: partitionKey(state.asset(key).space, ordinal), reason })
    causes.delete(ordinal)
  }
  const possibleSet = sets.intersect(sets.fromOrdinals(possible), sets.fromOrdinals(causes.keys()))
  return {
    key,
    proven: sets.subtract(sets.fromOrdinals(causes.keys()), possibleSet),
    possible: possibleSet,
    blocked,
    causes,
  }
}

/** Why a partition cannot be made even after the upstream part of the plan, or undefined. */
function blockedReason(
  state: GraphState,
  key: AssetKey,
  ordinal: number,
  planned: ReadonlyMap<AssetKey, IntervalSet>,
): string | undefined {
  for (const edge of state.graph.upstream.get(key)!) {
    const { missing, notYet } = state.absentInputs(edge, ordinal)
    const space = state.asset(edge.upstream).space
    if (notYet.length > 0) {
      return `${edge.upstream}@${partitionKey(space, notYet[0]!)} does not exist yet`
    }
    const coming = planned.get(edge.upstream) ?? sets.EMPTY
    const absent = missing.filter((member) => !sets.has(coming, member))
    if (absent.length > 0) {
      const name = partitionKey(space, absent[0]!)
      const external = state.graph.asset(edge.upstream).kind === 'external'
      const others = absent.length > 1 ? ` and ${absent.length - 1} more` : ''
      return external
        ? `the source ${edge.upstream} has nothing for ${name || 'it'}${others}`
        : `${edge.upstream}${name && `@${name}`}${others} was never made`
    }
  }
  return undefined
}

/** Only the newest partition of an effect is eligible, unless others are named and `--effects` is given. */
function effectPartitions(state: GraphState, key: AssetKey, wanted: IntervalSet, options: PlanOptions): IntervalSet {
  if (options.effects && options.request.kind !== 'all') return wanted
  const newest = sets.last(state.asset(key).existing)
  return newest === undefined ? sets.EMPTY : sets.intersect(wanted, sets.interval(newest, newest + 1))
}

function staleness(state: GraphState, key: AssetKey): IntervalSet {
  const stale: number[] = []
  for (const ordinal of sets.ordinals(state.asset(key).existing)) {
    if (provenCauses(state, key, ordinal).length > 0) stale.push(ordinal)
  }
  return sets.fromOrdinals(stale)
}

function needsLook(state: GraphState, key: AssetKey, requested: ReadonlyMap<AssetKey, IntervalSet>): boolean {
  return state.graph.downstream.get(key)!.some((edge) => requested.has(edge.downstream))
}
