import { createHash } from 'node:crypto'

/** Four 32-bit lanes of the combined version and a count, as text `count:hex`. */
export type CombinedVersion = string

const LANES = 4

/**
 * Combined version of any window of one upstream in O(log n): the lane-wise modular sum of
 * H(partition, data version), kept in a Fenwick tree over time. A sum needs no order, and a changed
 * member moves it by the difference of two hashes.
 */
export class VersionIndex {
  readonly #base: number
  readonly #size: number
  readonly #lanes: Uint32Array
  readonly #counts: Int32Array

  /** Covers time ordinals `[from, to)`. */
  constructor(from: number, to: number) {
    this.#base = from
    this.#size = Math.max(0, to - from)
    this.#lanes = new Uint32Array((this.#size + 1) * LANES)
    this.#counts = new Int32Array(this.#size + 1)
  }

  covers(time: number): boolean {
    return time >= this.#base && time < this.#base + this.#size
  }

  add(time: number, hash: Uint32Array, sign: 1 | -1): void {
    for (let i = time - this.#base + 1; i <= this.#size; i += i & -i) {
      for (let lane = 0; lane < LANES; lane++) this.#lanes[i * LANES + lane]! += sign * hash[lane]!
      this.#counts[i]! += sign
    }
  }

  /** Adds the sum over `[from, to)` to `into` and returns the number of members. */
  accumulate(from: number, to: number, into: Uint32Array): number {
    return this.#prefix(to, into, 1) - this.#prefix(from, into, -1)
  }

  #prefix(time: number, into: Uint32Array, sign: 1 | -1): number {
    let count = 0
    let i = Math.max(0, Math.min(this.#size, time - this.#base))
    for (; i > 0; i -= i & -i) {
      for (let lane = 0; lane < LANES; lane++) into[lane]! += sign * this.#lanes[i * LANES + lane]!
      count += this.#counts[i]!
    }
    return count
  }
}

/** H(partition, data version): 128 bits of SHA-256. */
export function memberHash(partition: string, dataVersion: string): Uint32Array {
  const digest = createHash('sha256').update(partition).update('\0').update(dataVersion).digest()
  return Uint32Array.from({ length: LANES }, (_, lane) => digest.readUInt32LE(lane * 4))
}

export function combinedText(count: number, lanes: Uint32Array): CombinedVersion {
  return `${count}:${Array.from(lanes, (lane) => lane.toString(16).padStart(8, '0')).join('')}`
}

export function countOf(version: CombinedVersion): number {
  return Number(version.slice(0, version.indexOf(':')))
}
