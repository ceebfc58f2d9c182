import { type Box, type IntervalSet, keyIndexOf, type PartitionSpace, timeOf } from '../../lib/graph/index.ts'
import { VersionIndex } from './version-index.ts'

/**
 * Combined versions of blocks of one asset's partitions: over all keys in one index along time, over single keys in one
 * index each, made when a key gets its first member. An asset without time has one index along its keys.
 */
export class BlockVersions {
  readonly #space: PartitionSpace
  readonly #all: VersionIndex
  readonly #byKey: (VersionIndex | undefined)[] = []
  readonly #from: number
  readonly #to: number

  /** `extent`: every partition that may ever be a member. */
  constructor(space: PartitionSpace, extent: IntervalSet) {
    this.#space = space
    const timed = space.time !== undefined
    this.#from = timed && extent.length > 0 ? timeOf(space, extent[0]![0]) : 0
    this.#to = timed ? (extent.length > 0 ? timeOf(space, extent.at(-1)![1] - 1) + 1 : 0) : space.keys.length
    this.#all = new VersionIndex(this.#from, this.#to)
  }

  /** Adds a member (or takes it out) whose hash lies at `at`; partitions out of the extent have no version. */
  add(ordinal: number, hashes: Uint32Array, at: number, sign: 1 | -1): void {
    const { time, keys } = this.#space
    const place = time ? timeOf(this.#space, ordinal) : ordinal
    if (!this.#all.covers(place)) return
    this.#all.add(place, hashes, at, sign)
    if (!time || keys.length === 1) return
    const key = keyIndexOf(this.#space, ordinal)
    this.#byKey[key] ??= new VersionIndex(this.#from, this.#to)
    this.#byKey[key].add(place, hashes, at, sign)
  }

  /** Adds the sum over a block to `into` and returns its number of members. */
  accumulate({ from, to, keys }: Box, into: Uint32Array): number {
    if (!this.#space.time) {
      if (!keys) return this.#all.accumulate(0, this.#space.keys.length, into)
      let count = 0
      for (const key of keys) count += this.#all.accumulate(key, key + 1, into)
      return count
    }
    if (!keys || this.#space.keys.length === 1) return this.#all.accumulate(from, to, into)
    let count = 0
    for (const key of keys) count += this.#byKey[key]?.accumulate(from, to, into) ?? 0
    return count
  }
}
