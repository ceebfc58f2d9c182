import { memberHash } from './combined-version.ts'
import type { HistoryEntry } from './recorded.ts'

interface Line {
  /** In the order of their sequence numbers. */
  readonly entries: HistoryEntry[]
  /** Those that are the newest at some moment: effective earlier than everything recorded after them. */
  readonly standing: HistoryEntry[]
}

/** Every version that the partitions of one upstream have had, to be asked which was in force when. */
export class VersionHistory {
  readonly #lines = new Map<string, Line>()
  readonly #hashes = new WeakMap<HistoryEntry, Uint32Array>()

  constructor(entries: readonly HistoryEntry[]) {
    for (const entry of entries) this.add(entry)
  }

  /** Takes a version recorded after all the others. */
  add(entry: HistoryEntry): void {
    let line = this.#lines.get(entry.partition)
    if (!line) {
      line = { entries: [], standing: [] }
      this.#lines.set(entry.partition, line)
    }
    line.entries.push(entry)
    while (line.standing.length > 0 && line.standing.at(-1)!.effectiveAt >= entry.effectiveAt) line.standing.pop()
    line.standing.push(entry)
  }

  /**
   * The newest version whose run's "now" is not later than a moment, else the first one: nothing was in
   * force before it.
   */
  inForce(partition: string, at: Date): HistoryEntry | undefined {
    const line = this.#lines.get(partition)
    if (!line) return undefined
    let low = 0
    let high = line.standing.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (line.standing[middle]!.effectiveAt <= at) low = middle + 1
      else high = middle
    }
    return low > 0 ? line.standing[low - 1] : line.entries[0]
  }

  /** The newest version that had been recorded by a sequence number. */
  newest(partition: string, seq = Number.POSITIVE_INFINITY): HistoryEntry | undefined {
    return this.#lines.get(partition)?.entries.findLast((entry) => entry.seq <= seq)
  }

  hash(entry: HistoryEntry): Uint32Array {
    let hash = this.#hashes.get(entry)
    if (!hash) {
      hash = memberHash(entry.partition, entry.dataVersion)
      this.#hashes.set(entry, hash)
    }
    return hash
  }
}
