/** Four 32-bit lanes of the combined version and a count, as text `count:hex`. */
export type CombinedVersion = string

export const LANES = 4

/**
 * Combined version of any window of one upstream: the lane-wise modular sum of H(partition, data version).
 * A sum needs no order, and a changed member moves it by the difference of two hashes. What is known
 * before the first question is kept as prefix sums, so that planning asks in O(1); what a run changes
 * afterwards lies beside them in a Fenwick tree, O(log n).
 */
export class VersionIndex {
  readonly #base: number
  readonly #size: number
  /** Values of single times until the first question, prefix sums from then on. */
  readonly #lanes: Uint32Array
  readonly #counts: Int32Array
  #summed = false
  #changes: Changes | undefined

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

  /** Adds a member whose hash begins at `hashAt` of `hashes`, or takes it out. */
  add(time: number, hashes: Uint32Array, hashAt: number, sign: 1 | -1): void {
    const at = time - this.#base + 1
    if (this.#summed) {
      this.#changes ??= new Changes(this.#size)
      this.#changes.add(at, hashes, hashAt, sign)
      return
    }
    for (let lane = 0; lane < LANES; lane++) this.#lanes[at * LANES + lane]! += sign * hashes[hashAt + lane]!
    this.#counts[at]! += sign
  }

  /** Adds the sum over `[from, to)` to `into` and returns the number of members. */
  accumulate(from: number, to: number, into: Uint32Array): number {
    if (!this.#summed) this.#sum()
    const [first, end] = [this.#position(from), this.#position(to)]
    for (let lane = 0; lane < LANES; lane++) {
      into[lane]! += this.#lanes[end * LANES + lane]! - this.#lanes[first * LANES + lane]!
    }
    const count = this.#counts[end]! - this.#counts[first]!
    if (!this.#changes) return count
    return count + this.#changes.prefix(end, into, 1) - this.#changes.prefix(first, into, -1)
  }

  #position(time: number): number {
    return Math.max(0, Math.min(this.#size, time - this.#base))
  }

  #sum(): void {
    for (let i = 1; i <= this.#size; i++) {
      for (let lane = 0; lane < LANES; lane++) this.#lanes[i * LANES + lane]! += this.#lanes[(i - 1) * LANES + lane]!
      this.#counts[i]! += this.#counts[i - 1]!
    }
    this.#summed = true
  }
}

/** A Fenwick tree of differences. */
class Changes {
  readonly #size: number
  readonly #lanes: Uint32Array
  readonly #counts: Int32Array

  constructor(size: number) {
    this.#size = size
    this.#lanes = new Uint32Array((size + 1) * LANES)
    this.#counts = new Int32Array(size + 1)
  }

  add(at: number, hashes: Uint32Array, hashAt: number, sign: 1 | -1): void {
    for (let i = at; i <= this.#size; i += i & -i) {
      for (let lane = 0; lane < LANES; lane++) this.#lanes[i * LANES + lane]! += sign * hashes[hashAt + lane]!
      this.#counts[i]! += sign
    }
  }

  prefix(end: number, into: Uint32Array, sign: 1 | -1): number {
    let count = 0
    for (let i = end; i > 0; i -= i & -i) {
      for (let lane = 0; lane < LANES; lane++) into[lane]! += sign * this.#lanes[i * LANES + lane]!
      count += this.#counts[i]!
    }
    return count
  }
}
