import {
  type Box,
  type IntervalSet,
  keyIndexOf,
  type PartitionSpace,
  partitionOrdinal,
  sets,
  timeOf,
} from '../../lib/graph/index.ts'
import { combinedText, isCombined, memberHash } from './combined-version.ts'
import type { PartitionRecord } from './recorded.ts'
import { type CombinedVersion, LANES, VersionIndex } from './version-index.ts'

/** Comparing allocates nothing: a plan compares every input of every partition. */
const scratch = new Uint32Array(LANES)

/** Recorded partitions of one asset, with the combined version of any block of them. */
export class AssetState {
  readonly space: PartitionSpace
  /** Partitions that exist now by definition. */
  readonly existing: IntervalSet
  readonly #records = new Map<number, PartitionRecord>()
  readonly #indexes: VersionIndex[]
  #readable: IntervalSet | undefined

  constructor(space: PartitionSpace, existing: IntervalSet, records: readonly PartitionRecord[]) {
    this.space = space
    this.existing = existing
    const known: number[] = []
    for (const record of records) {
      const ordinal = partitionOrdinal(space, record.partition)
      // A partition of an older definition (another grain, a removed key) is not of this asset any more.
      if (ordinal === undefined) continue
      this.#records.set(ordinal, record)
      known.push(ordinal)
    }
    const extent = sets.union(existing, sets.fromOrdinals(known))
    const from = extent.length === 0 ? 0 : timeOf(space, extent[0]![0])
    const to = extent.length === 0 ? 0 : timeOf(space, extent.at(-1)![1] - 1) + 1
    this.#indexes = space.keys.map(() => new VersionIndex(from, to))
    for (const [ordinal, record] of this.#records) this.#count(ordinal, record, 1)
  }

  record(ordinal: number): PartitionRecord | undefined {
    return this.#records.get(ordinal)
  }

  entries(): Iterable<[number, PartitionRecord]> {
    return this.#records
  }

  set(ordinal: number, record: PartitionRecord): void {
    const before = this.#records.get(ordinal)
    if (before) this.#count(ordinal, before, -1)
    this.#records.set(ordinal, record)
    this.#count(ordinal, record, 1)
    this.#readable = undefined
  }

  /** Partitions that downstreams may read. Costs a walk over all records after each change. */
  readable(): IntervalSet {
    this.#readable ??= sets.fromOrdinals(this.#readableOrdinals())
    return this.#readable
  }

  *#readableOrdinals(): Generator<number> {
    for (const [ordinal, record] of this.#records) if (isReadable(record)) yield ordinal
  }

  /** Combined version and number of readable members of a block. */
  combined(box: Box): CombinedVersion {
    const lanes = new Uint32Array(LANES)
    return combinedText(this.#accumulate(box, lanes), lanes)
  }

  /** Whether a block still has this combined version. */
  isAt(version: CombinedVersion, box: Box): boolean {
    scratch.fill(0)
    return isCombined(version, this.#accumulate(box, scratch), scratch)
  }

  #accumulate(box: Box, into: Uint32Array): number {
    const [from, to] = this.space.time ? [box.from, box.to] : [0, 1]
    let count = 0
    if (box.keys) for (const key of box.keys) count += this.#indexes[key]!.accumulate(from, to, into)
    else for (const index of this.#indexes) count += index.accumulate(from, to, into)
    return count
  }

  /** Ordinals of a block. */
  *members(box: Box): Generator<number> {
    const keyCount = this.space.keys.length
    for (let time = box.from; time < box.to; time++) {
      for (const key of box.keys ?? this.space.keys.keys()) yield this.space.time ? time * keyCount + key : key
    }
  }

  #count(ordinal: number, record: PartitionRecord, sign: 1 | -1): void {
    if (!isReadable(record)) return
    const time = timeOf(this.space, ordinal)
    const index = this.#indexes[keyIndexOf(this.space, ordinal)]!
    if (index.covers(time)) {
      index.add(time, memberHash(record.partition, record.current.dataVersion), sign)
    }
  }
}

/** A partition that downstreams may read: made, and not in the middle of a swap. */
export function isReadable(
  record: PartitionRecord | undefined,
): record is PartitionRecord & { current: NonNullable<PartitionRecord['current']> } {
  return record?.current !== undefined && !record.unfinished
}
