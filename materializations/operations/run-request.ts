import {
  type AssetKey,
  type Graph,
  type IntervalSet,
  partitionKey,
  partitionOrdinal,
  sets,
} from '../../lib/graph/index.ts'
import type { PartitionRequest } from '../planner/request.ts'
import type { PlanRequest } from './materialize.ts'

/** What a run was asked for, as it is kept with the run. */
export interface StoredRequest {
  readonly selected: readonly AssetKey[]
  readonly partitions: Exclude<PartitionRequest, { kind: 'sets' }> | StoredSets
  readonly force: boolean
  readonly restate: boolean
  readonly effects: boolean
  /** Whether the sources were looked at first. */
  readonly look: boolean
  /** Run that this one goes on with. */
  readonly resumes?: string
  readonly [name: string]: unknown
}

/** By key and not by number: a number means another partition once keys were added. */
interface StoredSets {
  readonly kind: 'sets'
  readonly keys: Readonly<Record<AssetKey, readonly string[]>>
}

export function storedRequest(graph: Graph, request: PlanRequest): StoredRequest {
  const { selected, request: partitions, force = false, restate, effects = false, look, resumes } = request
  return {
    selected,
    partitions: partitions.kind === 'sets' ? storedSets(graph, partitions.sets) : partitions,
    force,
    restate,
    effects,
    look,
    ...(resumes !== undefined && { resumes }),
  }
}

function storedSets(graph: Graph, requested: ReadonlyMap<AssetKey, IntervalSet>): StoredSets {
  const keys = [...requested].map(([key, set]) => {
    const space = graph.space(key)
    return [key, [...sets.ordinals(set)].map((ordinal) => partitionKey(space, ordinal))]
  })
  return { kind: 'sets', keys: Object.fromEntries(keys) }
}

/** The request again, of the assets that the graph still has. */
export function restoredRequest(graph: Graph, stored: StoredRequest): PlanRequest {
  const { partitions, force, restate, effects, look } = stored
  return {
    selected: stored.selected.filter((key) => graph.assets.has(key)),
    request: partitions.kind === 'sets' ? { kind: 'sets', sets: setsOf(graph, partitions.keys) } : partitions,
    force,
    restate,
    effects,
    look,
  }
}

/** Sets of partitions by their keys; those that are no more are left out. */
export function setsOf(
  graph: Graph,
  keys: Readonly<Record<AssetKey, readonly string[]>>,
): ReadonlyMap<AssetKey, IntervalSet> {
  const known = Object.entries(keys).filter(([key]) => graph.assets.has(key))
  return new Map(
    known.map(([key, partitions]) => {
      const space = graph.space(key)
      return [key, sets.fromOrdinals(partitions.flatMap((partition) => partitionOrdinal(space, partition) ?? []))]
    }),
  )
}
