import { type IntervalSet, type PartitionSpace, partitionOrdinal, sets } from '../../lib/graph/index.ts'

/**
 * Where the partitions of a space lie among recorded rows. Partitions of an older definition (another grain, a removed
 * key) are not of this asset any more and have no place.
 */
export class RowIndex {
  readonly #base: number
  /** Row + 1 by ordinal - base, or empty when the ordinals lie too far apart for an array. */
  readonly #dense: Int32Array
  readonly #sparse: ReadonlyMap<number, number> | undefined
  #ordinals: IntervalSet | undefined

  constructor(space: PartitionSpace, partitions: readonly string[]) {
    const ordinals = new Float64Array(partitions.length)
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let row = 0; row < partitions.length; row++) {
      const ordinal = partitionOrdinal(space, partitions[row]!)
      ordinals[row] = ordinal ?? Number.NaN
      if (ordinal === undefined) continue
      if (ordinal < low) low = ordinal
      if (ordinal > high) high = ordinal
    }
    const span = high >= low ? high - low + 1 : 0
    this.#base = span > 0 ? low : 0
    if (span <= 1024 + 16 * partitions.length) {
      this.#dense = new Int32Array(span)
      for (let row = 0; row < ordinals.length; row++) {
        const ordinal = ordinals[row]!
        if (!Number.isNaN(ordinal)) this.#dense[ordinal - low] = row + 1
      }
    } else {
      this.#dense = new Int32Array(0)
      const sparse = new Map<number, number>()
      ordinals.forEach((ordinal, row) => {
        if (!Number.isNaN(ordinal)) sparse.set(ordinal, row)
      })
      this.#sparse = sparse
    }
  }

  /** The row of a partition, or -1. */
  get(ordinal: number): number {
    if (this.#sparse) return this.#sparse.get(ordinal) ?? -1
    const row = this.#dense[ordinal - this.#base]
    return row === undefined ? -1 : row - 1
  }

  *entries(): Generator<[ordinal: number, row: number]> {
    if (this.#sparse) yield* this.#sparse
    for (let i = 0; i < this.#dense.length; i++) {
      const row = this.#dense[i]!
      if (row > 0) yield [i + this.#base, row - 1]
    }
  }

  /** All that have a row. */
  ordinals(): IntervalSet {
    this.#ordinals ??= sets.fromOrdinals(this.#all())
    return this.#ordinals
  }

  *#all(): Generator<number> {
    for (const [ordinal] of this.entries()) yield ordinal
  }
}
