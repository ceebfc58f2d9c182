import type { Graph } from './graph.ts'
import type { AssetKey } from './key.ts'
import { dimensionsOf } from './partitions/definitions.ts'
import { type DynamicKeys, type PartitionSpace, partitionSpace } from './partitions/space.ts'
import { selectKeys } from './selection/select.ts'

/** Names of the dynamic partitions that a graph's assets have, in order. */
export function dynamicNames(graph: Graph): readonly string[] {
  const names = [...graph.assets.values()].flatMap(({ partitions }) =>
    dimensionsOf(partitions).flatMap(({ definition }) => (definition.kind === 'dynamic' ? [definition.name] : [])),
  )
  return [...new Set(names)].sort()
}

/** The same graph with the members that dynamic partitions have now: names without an entry have none. */
export function withDynamicPartitions(graph: Graph, keysByName: DynamicKeys): Graph {
  const spaces = new Map<AssetKey, PartitionSpace>()
  for (const [key, { partitions }] of graph.assets) {
    const isDynamic = dimensionsOf(partitions).some(({ definition }) => definition.kind === 'dynamic')
    if (isDynamic) spaces.set(key, partitionSpace(partitions, keysByName))
  }
  if (spaces.size === 0) return graph
  const bound: Graph = {
    ...graph,
    space: (key) => spaces.get(key) ?? graph.space(key),
    select: (expression, facts) => selectKeys(bound, expression, facts),
  }
  return Object.freeze(bound)
}
