import { type Graph, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { inputsOf, type TracedInput, type TracedVersion } from '../lineage/trace.ts'
import { dataVersions } from '../lineage/version-facts.ts'
import { versionSpans } from '../lineage/version-spans.ts'
import { MAX_MEMBERS } from './lineage-neighbours.ts'
import { isInForce, partitionsRead, versionsRead } from './lineage-reads.ts'
import { rangesText } from './partition-ranges.ts'

/** An upstream partition that two versions read in two versions of its own. */
export interface ChangedPartition {
  readonly partition: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly fromDataVersion: string
  readonly toDataVersion: string
}

/** Partitions that only one of the two read. */
export interface OnlyOne {
  readonly count: number
  readonly partitions: string
}

/** What differs in one input. */
export interface InputDiff {
  readonly name: string
  readonly upstream: string
  /** `same`; `data`: partitions of it differ; `window`: other partitions; `mapping`, `added`, `removed`: declared otherwise. */
  readonly change: 'same' | 'data' | 'window' | 'mapping' | 'added' | 'removed'
  readonly mapping: { readonly from: string | null; readonly to: string | null }
  /** The first of `changedCount`. */
  readonly changed: readonly ChangedPartition[]
  readonly changedCount: number
  /** Partitions that were made anew and came out the same. */
  readonly remadeEqual: number
  readonly onlyFrom: OnlyOne
  readonly onlyTo: OnlyOne
}

/** Two versions of an asset that are compared. */
export interface VersionPair {
  readonly from: TracedVersion
  readonly to: TracedVersion
}

/** Changed partitions of one input that are told. */
const TOLD = 20

interface Side {
  readonly input: TracedInput
  /** Sequence number by partition. */
  readonly read: ReadonlyMap<string, number>
}

/** What differs in the inputs of each pair. Three queries, however many pairs and partitions. */
export async function inputDiffs(
  traced: { readonly graph: Graph; readonly lineage: Lineage },
  pairs: readonly VersionPair[],
): Promise<readonly (readonly InputDiff[])[]> {
  const sides = await readSides(
    traced,
    pairs.flatMap(({ from, to }) => [from, to]),
  )
  const matched = pairs.map(({ from, to }) => matchedInputs(sides.get(from.seq) ?? [], sides.get(to.seq) ?? []))
  const differing = matched.flat().flatMap(({ from, to }) => [...differingSeqs(from, to)].flat())
  const data = await dataVersions(traced.lineage, [...new Set(differing)])
  return matched.map((inputs) => inputs.map(({ from, to }) => inputDiff(traced.graph, from, to, data)))
}

async function readSides(
  { graph, lineage }: { readonly graph: Graph; readonly lineage: Lineage },
  versions: readonly TracedVersion[],
): Promise<ReadonlyMap<number, readonly Side[]>> {
  const readers = new Map(versions.map((version) => [version.seq, version]))
  const inputs = await inputsOf(lineage, [...readers.keys()])
  const asked = inputs.map((input) => {
    const { assetKey, partition } = readers.get(input.seq)!
    const reads = [{ input, assetKey, partition }]
    if (!graph.assets.has(input.upstream)) return { input, reads, space: undefined, partitions: [] }
    const space = graph.space(input.upstream)
    return { input, reads, space, partitions: partitionsRead(space, reads, MAX_MEMBERS).partitions }
  })
  const spans = await versionSpans(
    lineage,
    asked.map(({ input, partitions }) => ({
      assetKey: input.upstream,
      partitions,
      low: isInForce(input) ? 0 : input.asOfSeq,
      high: input.asOfSeq,
    })),
  )
  const sides = new Map<number, Side[]>([...readers.keys()].map((seq) => [seq, []]))
  asked.forEach(({ input, reads, space }, i) => {
    const read = space ? versionsRead(graph, space, reads, spans[i]!) : []
    sides.get(input.seq)!.push({ input, read: new Map(read.map(({ partition, seq }) => [partition, seq])) })
  })
  return sides
}

interface MatchedInput {
  readonly from: Side | undefined
  readonly to: Side | undefined
}

/** Inputs by their names, in the order of the later version; those that it has no more come last. */
function matchedInputs(from: readonly Side[], to: readonly Side[]): MatchedInput[] {
  const old = new Map(from.map((side) => [side.input.name, side]))
  const names = new Set(to.map(({ input }) => input.name))
  return [
    ...to.map((side) => ({ from: old.get(side.input.name), to: side })),
    ...from.filter(({ input }) => !names.has(input.name)).map((side) => ({ from: side, to: undefined })),
  ]
}

function* differingSeqs(from: Side | undefined, to: Side | undefined): Generator<[number, number]> {
  if (!from || !to || from.input.upstream !== to.input.upstream) return
  for (const [partition, seq] of to.read) {
    const old = from.read.get(partition)
    if (old !== undefined && old !== seq) yield [old, seq]
  }
}

function inputDiff(
  graph: Graph,
  from: Side | undefined,
  to: Side | undefined,
  data: ReadonlyMap<number, string>,
): InputDiff {
  const { name, upstream } = (to ?? from)!.input
  const mapping = { from: from?.input.mapping ?? null, to: to?.input.mapping ?? null }
  // An input of that name may have been another asset.
  const comparable = from && to && from.input.upstream === upstream ? { from, to } : undefined
  const partitionOf = new Map([...(to?.read ?? [])].map(([partition, seq]) => [seq, partition]))
  const pairs = [...differingSeqs(comparable?.from, comparable?.to)].map(([fromSeq, toSeq]) => ({
    partition: partitionOf.get(toSeq)!,
    fromSeq,
    toSeq,
    fromDataVersion: data.get(fromSeq) ?? '',
    toDataVersion: data.get(toSeq) ?? '',
  }))
  const changed = pairs.filter((pair) => pair.fromDataVersion !== pair.toDataVersion)
  const only = (one: Side | undefined, other: Side | undefined) =>
    onlyOne(
      graph,
      upstream,
      [...(one?.read.keys() ?? [])].filter((partition) => !other?.read.has(partition)),
    )
  const onlyFrom = only(comparable?.from, comparable?.to)
  const onlyTo = only(comparable?.to ?? to, comparable?.from)
  return {
    name,
    upstream,
    change: !from
      ? 'added'
      : !to
        ? 'removed'
        : !comparable || mapping.from !== mapping.to
          ? 'mapping'
          : changed.length > 0
            ? 'data'
            : onlyFrom.count + onlyTo.count > 0
              ? 'window'
              : 'same',
    mapping,
    changed: changed.slice(0, TOLD),
    changedCount: changed.length,
    remadeEqual: pairs.length - changed.length,
    onlyFrom,
    onlyTo,
  }
}

function onlyOne(graph: Graph, upstream: string, partitions: readonly string[]): OnlyOne {
  if (partitions.length === 0 || !graph.assets.has(upstream)) return { count: partitions.length, partitions: '' }
  const space = graph.space(upstream)
  const ordinals = partitions.flatMap((partition) => partitionOrdinal(space, partition) ?? [])
  return { count: partitions.length, partitions: rangesText(space, sets.fromOrdinals(ordinals)) }
}
