import {
  type Graph,
  keyIndexOf,
  type PartitionSpace,
  partitionKey,
  partitionOrdinal,
  sets,
  timeOf,
  timeWindow,
} from '../../lib/graph/index.ts'
import type { TracedInput } from '../lineage/trace.ts'
import type { VersionSpan } from '../lineage/version-spans.ts'

/** One recorded input, with the partition that read through it. */
export interface Read {
  readonly input: TracedInput
  readonly assetKey: string
  readonly partition: string
}

/** Time ordinals of a recorded block; one where the upstream has no time. */
export function timesOf(space: PartitionSpace, input: TracedInput): readonly [from: number, to: number] {
  return space.time ? [input.box.from, input.box.to] : [0, 1]
}

/**
 * Upstream partitions that any of these reads, which are of one upstream, may have read: the newest `limit` of them, and
 * how many are left out.
 */
export function partitionsRead(
  space: PartitionSpace,
  reads: readonly Read[],
  limit: number,
): { readonly partitions: readonly string[]; readonly leftOut: number } {
  const width = space.keys.length
  const byKeys = new Map<string, { keys: readonly number[]; times: [number, number][] }>()
  for (const { input } of reads) {
    const name = JSON.stringify(input.box.keys)
    const group = byKeys.get(name) ?? { keys: keyIndexes(space, input.box.keys), times: [] }
    byKeys.set(name, group)
    group.times.push([...timesOf(space, input)])
  }
  const blocks = [...byKeys.values()].flatMap(({ keys, times }) => {
    const stretches = sets.intervalSet(times)
    if (keys.length === width) return [stretches.map(([from, to]): [number, number] => [from * width, to * width])]
    return [keyed(stretches, keys, width, limit)]
  })
  const all = sets.intervalSet(blocks.flat())
  const count = sets.size(all)
  const partitions: string[] = []
  for (let i = all.length - 1; i >= 0 && partitions.length < limit; i--) {
    for (let ordinal = all[i]![1] - 1; ordinal >= all[i]![0] && partitions.length < limit; ordinal--) {
      partitions.push(partitionKey(space, ordinal))
    }
  }
  return { partitions: partitions.reverse(), leftOut: count - partitions.length }
}

/** Ordinals of some keys over stretches of time; of the newest times when there are more than can be looked at. */
function keyed(
  stretches: readonly (readonly [number, number])[],
  keys: readonly number[],
  width: number,
  limit: number,
): [number, number][] {
  const ordinals: [number, number][] = []
  for (let i = stretches.length - 1; i >= 0; i--) {
    for (let time = stretches[i]![1] - 1; time >= stretches[i]![0]; time--) {
      for (const key of keys) ordinals.push([time * width + key, time * width + key + 1])
      if (ordinals.length > limit) return ordinals
    }
  }
  return ordinals
}

function keyIndexes(space: PartitionSpace, names: readonly string[] | null): readonly number[] {
  if (names === null) return [...space.keys.keys()]
  const wanted = new Set(names)
  return space.keys.flatMap((key, index) => (wanted.has(key) ? [index] : []))
}

/**
 * Which versions these reads took, as recorded: the newest that a read could see, or for `asOf` the one in force.
 * `spans` are of partitions in the blocks of these reads.
 */
export function versionsRead(
  graph: Graph,
  space: PartitionSpace,
  reads: readonly Read[],
  spans: ReadonlyMap<string, readonly VersionSpan[]>,
): readonly VersionSpan[] {
  const plain = reads.filter((read) => !isInForce(read.input))
  const dated = reads.filter((read) => isInForce(read.input))
  const low = Math.min(...plain.map((read) => read.input.asOfSeq))
  const high = Math.max(...plain.map((read) => read.input.asOfSeq))
  const found: VersionSpan[] = []
  for (const [partition, versions] of spans) {
    const ordinal = partitionOrdinal(space, partition)
    if (ordinal === undefined) continue
    const [only] = versions
    // Mostly one version stood all the time, and nothing needs to be looked through.
    if (dated.length === 0 && versions.length === 1 && only!.seq <= low && (only!.nextSeq ?? high + 1) > high) {
      found.push(only!)
      continue
    }
    const taken = new Set<VersionSpan | undefined>()
    for (const { input } of plain) {
      if (isInBox(space, input, ordinal)) taken.add(versions.find((version) => isNewestFor(version, input.asOfSeq)))
    }
    for (const read of dated) {
      if (isInBox(space, read.input, ordinal)) {
        taken.add(inForce(versions, read.input.asOfSeq, windowEnd(graph, read)))
      }
    }
    found.push(...versions.filter((version) => taken.has(version)))
  }
  return found
}

export function isInBox(space: PartitionSpace, input: TracedInput, ordinal: number): boolean {
  const { keys } = input.box
  if (keys && !keys.includes(space.keys[keyIndexOf(space, ordinal)]!)) return false
  const [from, to] = timesOf(space, input)
  const time = timeOf(space, ordinal)
  return time >= from && time < to
}

/** A restated input took the newest version instead of the one in force. */
export function isInForce(input: TracedInput): boolean {
  return input.mapping === 'asOf' && !input.restated
}

function isNewestFor(version: VersionSpan, asOfSeq: number): boolean {
  return version.seq <= asOfSeq && (version.nextSeq === null || version.nextSeq > asOfSeq)
}

/** Before the first version in force, the first: the rule of `asOf`. */
function inForce(versions: readonly VersionSpan[], asOfSeq: number, at: Date | undefined): VersionSpan | undefined {
  const known = versions.filter(({ seq }) => seq <= asOfSeq)
  return known.findLast(({ asOf }) => at === undefined || asOf <= at) ?? known[0]
}

function windowEnd(graph: Graph, read: Read): Date | undefined {
  if (!graph.assets.has(read.assetKey)) return undefined
  const space = graph.space(read.assetKey)
  const ordinal = partitionOrdinal(space, read.partition)
  return space.time && ordinal !== undefined ? timeWindow(space.time, timeOf(space, ordinal)).to : undefined
}
