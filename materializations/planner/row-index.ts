import { type IntervalSet, type PartitionSpace, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import type { RecordedRows } from './recorded.ts'

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

  constructor(space: PartitionSpace, rows: RecordedRows | undefined) {
    const first = rows?.from ?? 0
    const count = rows ? rows.to - rows.from : 0
    const ordinals = new Float64Array(count)
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    rows?.columns.eachPartition(rows.from, rows.to, (row, partition) => {
      const ordinal = partitionOrdinal(space, partition)
      ordinals[row - first] = ordinal ?? Number.NaN
      if (ordinal === undefined) return
      if (ordinal < low) low = ordinal
      if (ordinal > high) high = ordinal
    })
    const span = high >= low ? high - low + 1 : 0
    this.#base = span > 0 ? low : 0
    const isDense = span <= 1024 + 16 * count
    this.#dense = new Int32Array(isDense ? span : 0)
    const sparse = new Map<number, number>()
    for (let i = 0; i < count; i++) {
      const ordinal = ordinals[i]!
      if (Number.isNaN(ordinal)) continue
      if (isDense) this.#dense[ordinal - low] = first + i + 1
      else sparse.set(ordinal, first + i)
    }
    this.#sparse = isDense ? undefined : sparse
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
