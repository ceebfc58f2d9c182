import type { Box, PartitionSpace } from '../../lib/graph/index.ts'

/** Partitions of one asset, added in ascending order. */
export class GrowingSet {
  readonly #members: number[] = []
  readonly #known = new Set<number>()

  add(ordinal: number): void {
    this.#members.push(ordinal)
    this.#known.add(ordinal)
  }

  has(ordinal: number): boolean {
    return this.#known.has(ordinal)
  }

  /** Whether any member lies in a block of partitions by time. */
  hasAny({ keys: { length } }: PartitionSpace, { from, to, keys }: Box): boolean {
    const first = this.#firstFrom(from * length)
    if (!keys) return first < this.#members.length && this.#members[first]! < to * length
    for (let i = first; i < this.#members.length && this.#members[i]! < to * length; i++)
      if (keys.includes(this.#members[i]! % length)) return true
    return false
  }

  /** Place of the first member that is not less. */
  #firstFrom(ordinal: number): number {
    let low = 0
    let high = this.#members.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#members[middle]! < ordinal) low = middle + 1
      else high = middle
    }
    return low
  }
}
