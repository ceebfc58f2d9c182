import { type AssetKey, type Edge, type IntervalSet, partitionKey, sets } from '../../lib/graph/index.ts'
import { wouldFollow } from './as-of.ts'
import { type Cause, provenCauses } from './causes.ts'
import type { GraphState } from './graph-state.ts'
import { GrowingSet } from './growing-set.ts'
import { latest, type PartitionRequest, requestedPartitions } from './request.ts'
import { type Supply, supplyOf } from './supply.ts'

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
  /** Remake what is fresh too; an effect that has happened stays so. */
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
  const isEffect = state.graph.asset(key).kind === 'effect'
  const edges = state.graph.upstream.get(key)!
  const causes = new Map<number, readonly Cause[]>()
  const isAll = wanted === state.asset(key).existing
  if (isAll && !options.force) for (const [ordinal, proven] of state.proven(key)) causes.set(ordinal, proven)
  else {
    for (const ordinal of sets.ordinals(wanted)) {
      const proven = provenCauses(state, key, ordinal)
      if (proven.length > 0) causes.set(ordinal, proven)
      else if (options.force && !isEffect) causes.set(ordinal, FORCED)
    }
  }
  const proven = sets.fromOrdinals(causes.keys())
  // An effect that has happened is not looked at again, whatever its inputs become.
  const reconsidered = isEffect ? proven : wanted
  for (const edge of edges) {
    const cause: Cause = { kind: 'upstream', upstream: edge.upstream }
    const only = [cause]
    for (const ordinal of readersOf(state, edge, planned.get(edge.upstream) ?? sets.EMPTY, reconsidered)) {
      const others = causes.get(ordinal)
      causes.set(ordinal, others ? [...others, cause] : only)
    }
  }
  if (causes.size === 0) return { key, proven: sets.EMPTY, possible: sets.EMPTY, blocked: [], causes }
  const own = edges.filter((edge) => edge.upstream === key)
  const makeable: number[] = []
  const made = new GrowingSet()
  const supplies = edges.map((edge) =>
    edge.upstream === key
      ? supplyOf(state, edge, made)
      : supplyOf(state, edge, planned.get(edge.upstream) ?? sets.EMPTY),
  )
  const blocked: Blocked[] = []
  // What reads its own earlier partitions is looked at in the order of time: only those that come can change it.
  const inOrder = own.length > 0 ? sets.ordinals(reconsidered) : causes.keys()
  for (const ordinal of inOrder) {
    if (own.some((edge) => made.hasAny(state.asset(key).space, state.mapping(edge).boxOf(ordinal))))
      causes.set(ordinal, [...(causes.get(ordinal) ?? []), { kind: 'upstream', upstream: key }])
    if (own.length > 0 && !causes.has(ordinal)) continue
    const reason = firstLack(supplies, ordinal)
    if (reason === undefined) {
      makeable.push(ordinal)
      if (own.length > 0) made.add(ordinal)
    } else {
      blocked.push({ partition: partitionKey(state.asset(key).space, ordinal), reason })
      causes.delete(ordinal)
    }
  }
  const makeableSet = sets.fromOrdinals(makeable)
  return {
    key,
    proven: sets.intersect(makeableSet, proven),
    possible: sets.subtract(makeableSet, proven),
    blocked,
    causes,
  }
}

const FORCED: readonly Cause[] = Object.freeze([{ kind: 'forced' } as const])

/** Partitions that may come out different when these of the upstream are remade. */
function* readersOf(state: GraphState, edge: Edge, remade: IntervalSet, within: IntervalSet): Generator<number> {
  if (remade.length === 0) return
  for (const ordinal of sets.ordinals(state.mapping(edge).downstreamOf(remade, within))) {
    if (edge.mapping.kind !== 'asOf' || wouldFollow(state, edge, ordinal)) yield ordinal
  }
}

function firstLack(supplies: readonly Supply[], ordinal: number): string | undefined {
  for (const supply of supplies) {
    const lack = supply.lack(ordinal)
    if (lack !== undefined) return lack
  }
  return undefined
}

/** Only the newest partition of an effect is eligible, unless others are named and `--effects` is given. */
function effectPartitions(state: GraphState, key: AssetKey, wanted: IntervalSet, options: PlanOptions): IntervalSet {
  if (options.effects && options.request.kind !== 'all') return wanted
  return sets.intersect(wanted, latest(state, key))
}

function staleness(state: GraphState, key: AssetKey): IntervalSet {
  return sets.fromOrdinals(state.proven(key).keys())
}

function needsLook(state: GraphState, key: AssetKey, requested: ReadonlyMap<AssetKey, IntervalSet>): boolean {
  return state.graph.downstream.get(key)!.some((edge) => requested.has(edge.downstream))
}
