import {
  type Box,
  type IntervalSet,
  type PartitionSpace,
  partitionKey,
  partitionOrdinal,
  sets,
} from '../../lib/graph/index.ts'
import { BlockVersions } from './block-versions.ts'
import { combinedText, isCombined } from './combined-version.ts'
import type { CurrentVersion, PartitionRecord, RecordedAsset } from './recorded.ts'
import type { RecordedColumns } from './recorded-columns.ts'
import { RowIndex } from './row-index.ts'
import { type CombinedVersion, LANES } from './version-index.ts'

/** Comparing allocates nothing: a plan compares every input of every partition. */
const scratch = new Uint32Array(LANES)

/**
 * Recorded partitions of one asset, with the combined version of any block of them. What was loaded stays in columns;
 * what failed, is half swapped or was made since lies over it as objects.
 */
export class AssetState {
  readonly space: PartitionSpace
  /** Partitions that exist now by definition. */
  readonly existing: IntervalSet
  /** What was loaded, for those who compare rows. */
  readonly columns: RecordedColumns | undefined
  readonly #rows: RowIndex
  readonly #over = new Map<number, PartitionRecord>()
  readonly #versions: BlockVersions
  #readable: IntervalSet | undefined
  #changes = 0

  constructor(space: PartitionSpace, existing: IntervalSet, recorded: RecordedAsset | undefined) {
    this.space = space
    this.existing = existing
    this.columns = recorded?.rows?.columns
    this.#rows = new RowIndex(space, recorded?.rows)
    if (recorded) this.#lay(recorded)
    this.#versions = new BlockVersions(space, sets.union(existing, this.#known()))
    for (const [ordinal, row] of this.#rows.entries()) {
      if (this.#over.size === 0 || !this.#over.has(ordinal))
        this.#versions.add(ordinal, this.columns!.numbers.hash, row * LANES, 1)
    }
    for (const [ordinal, record] of this.#over) this.#count(ordinal, record, 1)
  }

  /** What is recorded of a partition, as an object made for the caller. */
  record(ordinal: number): PartitionRecord | undefined {
    const over = this.#over.get(ordinal)
    if (over) return over
    const row = this.#rows.get(ordinal)
    return row < 0 ? undefined : this.#recordOf(ordinal, row)
  }

  /** The row of a partition that nothing lies over, or -1: all there is to know of it is in `columns`. */
  plainRow(ordinal: number): number {
    return this.#over.size > 0 && this.#over.has(ordinal) ? -1 : this.#rows.get(ordinal)
  }

  /** When the current version of a partition was made, in ms; undefined when there is none. */
  madeAt(ordinal: number): number | undefined {
    const row = this.plainRow(ordinal)
    return row >= 0 ? this.columns!.numbers.madeAt[row] : this.#over.get(ordinal)?.current?.madeAt.getTime()
  }

  /** Sequence number of a partition's current version; undefined when there is none. */
  seq(ordinal: number): number | undefined {
    const row = this.plainRow(ordinal)
    return row >= 0 ? this.columns!.numbers.seq[row] : this.#over.get(ordinal)?.current?.seq
  }

  *entries(): Generator<[number, PartitionRecord]> {
    for (const [ordinal, row] of this.#rows.entries())
      if (!this.#over.has(ordinal)) yield [ordinal, this.#recordOf(ordinal, row)]
    yield* this.#over
  }

  /** Partitions whose last attempt failed. */
  *failures(): Generator<[number, PartitionRecord]> {
    for (const entry of this.#over) if (entry[1].failure) yield entry
  }

  /** Grows with every change since this was loaded. */
  get changes(): number {
    return this.#changes
  }

  set(ordinal: number, record: PartitionRecord): void {
    this.#changes++
    const before = this.record(ordinal)
    if (before) this.#count(ordinal, before, -1)
    this.#over.set(ordinal, record)
    this.#count(ordinal, record, 1)
    this.#readable = undefined
  }

  /** Partitions that downstreams may read. Costs a walk over all records after each change. */
  readable(): IntervalSet {
    this.#readable ??= this.#over.size === 0 ? this.#rows.ordinals() : sets.fromOrdinals(this.#readableOrdinals())
    return this.#readable
  }

  *#readableOrdinals(): Generator<number> {
    for (const [ordinal] of this.#rows.entries()) if (!this.#over.has(ordinal)) yield ordinal
    for (const [ordinal, record] of this.#over) if (isReadable(record)) yield ordinal
  }

  /** Combined version and number of readable members of a block. */
  combined(box: Box): CombinedVersion {
    const lanes = new Uint32Array(LANES)
    return combinedText(this.#versions.accumulate(box, lanes), lanes)
  }

  /** Whether a block still has this combined version. */
  isAt(version: CombinedVersion, box: Box): boolean {
    scratch.fill(0)
    return isCombined(version, this.#versions.accumulate(box, scratch), scratch)
  }

  /** As `isAt`, for a version in columns. */
  isAtNumbers(count: number, version: Uint32Array, at: number, box: Box): boolean {
    scratch.fill(0)
    if (this.#versions.accumulate(box, scratch) !== count) return false
    for (let lane = 0; lane < LANES; lane++) if (version[at + lane] !== scratch[lane]) return false
    return true
  }

  /** Ordinals of a block. */
  *members(box: Box): Generator<number> {
    const keyCount = this.space.keys.length
    for (let time = box.from; time < box.to; time++) {
      for (const key of box.keys ?? this.space.keys.keys()) yield this.space.time ? time * keyCount + key : key
    }
  }

  #recordOf(ordinal: number, row: number): PartitionRecord {
    return {
      partition: partitionKey(this.space, ordinal),
      current: this.columns!.version(row),
      failure: undefined,
      unfinished: false,
    }
  }

  /** Failures and open intents lie over what they are about. */
  #lay({ failures, unfinished }: RecordedAsset): void {
    for (const partition of new Set([...failures.keys(), ...unfinished])) {
      const ordinal = partitionOrdinal(this.space, partition)
      if (ordinal === undefined) continue
      const row = this.#rows.get(ordinal)
      this.#over.set(ordinal, {
        partition,
        current: row < 0 ? undefined : this.columns!.version(row),
        failure: failures.get(partition),
        unfinished: unfinished.has(partition),
      })
    }
  }

  #known(): IntervalSet {
    return sets.union(this.#rows.ordinals(), sets.fromOrdinals(this.#over.keys()))
  }

  #count(ordinal: number, record: PartitionRecord, sign: 1 | -1): void {
    if (isReadable(record)) this.#versions.add(ordinal, record.current.hash, 0, sign)
  }
}

/** A partition that downstreams may read: made, and not in the middle of a swap. */
export function isReadable(
  record: PartitionRecord | undefined,
): record is PartitionRecord & { current: CurrentVersion } {
  return record?.current !== undefined && !record.unfinished
}
