import { type Graph, partitionKey, partitionOrdinal, timeOf, timeWindow } from '../../lib/graph/index.ts'
import type { TracedInput, VersionQuestion } from '../lineage/trace.ts'

/** Upstream partitions in a recorded block; undefined when today's graph no longer has that upstream. */
export function membersOf(graph: Graph, input: TracedInput): readonly string[] | undefined {
  if (!graph.assets.has(input.upstream)) return undefined
  const space = graph.space(input.upstream)
  const keys = input.box.keys ?? space.keys
  if (!space.time) return keys.filter((key) => space.keys.includes(key))
  const members: string[] = []
  for (let time = input.box.from; time < input.box.to; time++) {
    for (const key of keys) {
      const index = space.keys.indexOf(key)
      if (index >= 0) members.push(partitionKey(space, time * space.keys.length + index))
    }
  }
  return members
}

/** Asks which version of an upstream partition a version of `reader` read. */
export function readQuestion(
  graph: Graph,
  reader: { readonly assetKey: string; readonly partition: string },
  input: TracedInput,
  partition: string,
): VersionQuestion {
  const asked = { assetKey: input.upstream, partition, asOfSeq: input.asOfSeq }
  // A restated input took the newest version instead of the one in force.
  if (input.mapping !== 'asOf' || input.restated) return asked
  return { ...asked, inForceAt: windowEnd(graph, reader.assetKey, reader.partition) }
}

function windowEnd(graph: Graph, key: string, partition: string): Date | undefined {
  if (!graph.assets.has(key)) return undefined
  const space = graph.space(key)
  const ordinal = partitionOrdinal(space, partition)
  return space.time && ordinal !== undefined ? timeWindow(space.time, timeOf(space, ordinal)).to : undefined
}
