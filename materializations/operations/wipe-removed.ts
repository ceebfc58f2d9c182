import {
  type AssetKey,
  dimensionsOf,
  type Graph,
  type PartitionSpace,
  partitionSpace,
  partitionsMatching,
} from '../../lib/graph/index.ts'

/**
 * Of the keys that a user names, those that are recorded and no partition of any of the assets any more: of removed
 * dynamic keys, or of an older definition.
 */
export function removedKeys(
  graph: Graph,
  assets: readonly AssetKey[],
  recorded: ReadonlyMap<AssetKey, readonly string[]>,
  named: readonly string[],
): readonly string[] {
  return named.filter(
    (text) =>
      assets.some((key) => recorded.get(key)?.includes(text)) &&
      assets.every((key) => partitionsMatching(graph.space(key), text) === null),
  )
}

/** The space of an asset as it was when its dynamic partitions still had the keys of these partitions. */
export function spaceWithRemoved(graph: Graph, key: AssetKey, partitions: readonly string[]): PartitionSpace {
  const { partitions: definition } = graph.asset(key)
  const keys = new Map<string, Set<string>>()
  dimensionsOf(definition).forEach(({ definition: one }, place) => {
    if (one.kind !== 'dynamic') return
    const members = keys.get(one.name) ?? new Set<string>()
    for (const partition of partitions) members.add(partition.split('|')[place] ?? '')
    keys.set(one.name, members)
  })
  return partitionSpace(definition, new Map([...keys].map(([name, members]) => [name, [...members]])))
}
