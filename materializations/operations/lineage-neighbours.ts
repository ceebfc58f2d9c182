import { type AssetKey, type Graph, type PartitionSpace, partitionOrdinal, timeOf } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { inputsOf, type TracedInput } from '../lineage/trace.ts'
import { type CurrentReader, currentReaders, type VersionSpan, versionSpans } from '../lineage/version-spans.ts'
import { countOf } from '../planner/combined-version.ts'
import type { FoundNode, Member } from './lineage-nodes.ts'
import { isInBox, isInForce, partitionsRead, type Read, versionsRead } from './lineage-reads.ts'

/** Versions of one asset that stand on the other end of one input. */
export interface Neighbours {
  readonly input: string
  readonly key: AssetKey
  /** Or why there are none: today's graph has no such asset any more, or no record is left of what was read. */
  readonly versions: readonly Member[] | 'removed' | 'gone'
  /** Partitions that were not looked at. */
  readonly leftOut: number
}

interface Traced {
  readonly graph: Graph
  readonly lineage: Lineage
  /** Assets that are looked at; absent: all. */
  readonly within?: ReadonlySet<AssetKey> | undefined
}

/** Partitions of one block, and readers of one node, that are looked at: years of days, or a year of hours. */
export const MAX_MEMBERS = 10_000

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What the versions of each node were made from. Two queries. */
export async function upstreamOf(traced: Traced, nodes: readonly FoundNode[]): Promise<readonly Neighbours[][]> {
  const { graph, lineage } = traced
  const readers = new Map(
    nodes.flatMap((node, index) => node.members.map(({ seq, partition }) => [seq, { index, partition }])),
  )
  const groups = new Map<string, { index: number; input: string; key: AssetKey; reads: Read[] }>()
  for (const input of await inputsOf(lineage, [...readers.keys()])) {
    if (traced.within && !traced.within.has(input.upstream)) continue
    const { index, partition } = readers.get(input.seq)!
    const name = JSON.stringify([index, input.name, input.upstream])
    const group = groups.get(name) ?? { index, input: input.name, key: input.upstream, reads: [] }
    groups.set(name, group)
    group.reads.push({ input, assetKey: nodes[index]!.key, partition })
  }
  const asked = [...groups.values()]
    .filter(({ key }) => graph.assets.has(key))
    .map((group) => {
      const space = graph.space(group.key)
      const { partitions, leftOut } = partitionsRead(space, group.reads, MAX_MEMBERS)
      const seqs = group.reads.map(({ input }) => input.asOfSeq)
      const low = group.reads.some(({ input }) => isInForce(input)) ? 0 : Math.min(...seqs)
      return { ...group, space, partitions, leftOut, low, high: Math.max(...seqs) }
    })
  const spans = await versionSpans(
    lineage,
    asked.map(({ key, partitions, low, high }) => ({ assetKey: key, partitions, low, high })),
  )
  const found: Neighbours[][] = nodes.map(() => [])
  asked.forEach(({ index, input, key, reads, space, leftOut }, i) => {
    const versions = versionsRead(graph, space, reads, spans[i]!)
    const isGone = versions.length === 0 && leftOut === 0 && reads.some((read) => countOf(read.input.version) > 0)
    found[index]!.push({ input, key, versions: isGone ? 'gone' : versions, leftOut })
  })
  for (const { index, input, key } of groups.values()) {
    if (!graph.assets.has(key)) found[index]!.push({ input, key, versions: 'removed', leftOut: 0 })
  }
  return found.map((one) => one.sort((a, b) => byText(a.input, b.input) || byText(a.key, b.key)))
}

/** Current versions that were made from the versions of each node. Two queries. */
export async function downstreamOf(traced: Traced, nodes: readonly FoundNode[]): Promise<readonly Neighbours[][]> {
  const { graph, lineage } = traced
  const known = nodes.flatMap((node, index) => {
    if (!graph.assets.has(node.key)) return []
    const space = graph.space(node.key)
    const ordinals = node.members.flatMap(({ partition }) => partitionOrdinal(space, partition) ?? [])
    if (ordinals.length === 0) return []
    const times = ordinals.map((ordinal) => timeOf(space, ordinal))
    const extent = space.time ? ([Math.min(...times), Math.max(...times) + 1] as const) : null
    const since = Math.min(...node.members.map(({ seq }) => seq))
    return [{ index, node, space, question: { upstream: node.key, times: extent, since } }]
  })
  const readers = await currentReaders(
    lineage,
    known.map(({ question }) => question),
    MAX_MEMBERS + 1,
  )
  const spans = await versionSpans(
    lineage,
    known.map(({ node, question }, i) => ({
      assetKey: node.key,
      partitions: readers[i]!.length === 0 ? [] : [...new Set(node.members.map(({ partition }) => partition))],
      low: readers[i]!.some(isInForce) ? 0 : question.since,
      high: Math.max(...readers[i]!.map(({ asOfSeq }) => asOfSeq), 0),
    })),
  )
  const found: Neighbours[][] = nodes.map(() => [])
  known.forEach(({ index, node, space }, i) => {
    found[index]!.push(...readersOfNode(graph, space, node, readers[i]!, spans[i]!))
  })
  return found
}

function readersOfNode(
  graph: Graph,
  space: PartitionSpace,
  node: FoundNode,
  readers: readonly CurrentReader[],
  spans: ReadonlyMap<string, readonly VersionSpan[]>,
): Neighbours[] {
  const own = new Set(node.members.map(({ seq }) => seq))
  const line = [...spans]
    .map(([partition, versions]) => ({ ordinal: partitionOrdinal(space, partition)!, partition, versions }))
    .sort((a, b) => a.ordinal - b.ordinal)
  const tookOne = (read: Read): boolean => {
    for (const { partition, versions } of inBlock(line, space, read.input)) {
      const taken = versionsRead(graph, space, [read], new Map([[partition, versions]]))
      if (taken.some(({ seq }) => own.has(seq))) return true
    }
    return false
  }
  const groups = new Map<string, { input: string; key: AssetKey; versions: Member[]; leftOut: number }>()
  for (const reader of readers.slice(0, MAX_MEMBERS)) {
    if (!tookOne({ input: reader, assetKey: reader.assetKey, partition: reader.partition })) continue
    const name = JSON.stringify([reader.name, reader.assetKey])
    const group = groups.get(name) ?? { input: reader.name, key: reader.assetKey, versions: [], leftOut: 0 }
    groups.set(name, group)
    group.versions.push({ seq: reader.seq, partition: reader.partition })
  }
  const sorted = [...groups.values()]
    .map((group): { -readonly [K in keyof Neighbours]: Neighbours[K] } =>
      graph.assets.has(group.key) ? group : { ...group, versions: 'removed' },
    )
    .sort((a, b) => byText(a.input, b.input) || byText(a.key, b.key))
  // Who was not looked at may have read through any input; it is told with the first.
  if (readers.length > MAX_MEMBERS && sorted[0]) sorted[0].leftOut = readers.length - MAX_MEMBERS
  return sorted
}

interface OnLine {
  readonly ordinal: number
  readonly partition: string
  readonly versions: readonly VersionSpan[]
}

/** Partitions of a sorted line that lie in a recorded block. */
function* inBlock(line: readonly OnLine[], space: PartitionSpace, input: TracedInput): Generator<OnLine> {
  const from = space.time ? input.box.from * space.keys.length : 0
  const to = space.time ? input.box.to * space.keys.length : Number.POSITIVE_INFINITY
  let low = 0
  let high = line.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (line[middle]!.ordinal < from) low = middle + 1
    else high = middle
  }
  for (let i = low; i < line.length && line[i]!.ordinal < to; i++) {
    if (isInBox(space, input, line[i]!.ordinal)) yield line[i]!
  }
}
