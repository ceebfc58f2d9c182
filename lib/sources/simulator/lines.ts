/** Growing text rows with their moments of arrival, in the end sorted by them; and the merging of such rows. */

/** Rows in the order of arrival. */
export interface SortedLines {
  /** The rows one after the other, without separators. */
  readonly bytes: Uint8Array
  /** Where each row ends. */
  readonly ends: Uint32Array
  /** When each row arrived, ms UTC. */
  readonly arrivedMs: Float64Array
}

const NEWLINE = 10

export class ArrivingLines {
  private bytes = Buffer.allocUnsafe(65_536)
  private ends = new Uint32Array(256)
  private arrivedMs = new Float64Array(256)
  private count = 0
  private size = 0

  add(line: string | Uint8Array, arrivedMs: number): void {
    if (typeof line === 'string' ? line.includes('\n') : line.includes(NEWLINE)) {
      throw new RangeError(`A row of text has more than one line: ${String(line).slice(0, 80)}`)
    }
    if (this.count === this.ends.length) this.grow()
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    this.reserve(typeof line === 'string' ? 3 * line.length : line.length)
    if (typeof line === 'string') this.size += this.bytes.write(line, this.size)
    else {
      this.bytes.set(line, this.size)
      this.size += line.length
    }
    this.ends[this.count] = this.size
    this.arrivedMs[this.count] = arrivedMs
    this.count += 1
  }

  /** Rows of equal arrival keep the order in which they were added. */
  sorted(): SortedLines {
    const { count, arrivedMs: moments } = this
    const order = Uint32Array.from({ length: count }, (_, index) => index)
    order.sort((a, b) => (moments[a] as number) - (moments[b] as number) || a - b)
    const bytes = new Uint8Array(this.size)
    const ends = new Uint32Array(count)
    const arrivedMs = new Float64Array(count)
    let at = 0
    for (let i = 0; i < count; i += 1) {
      const from = order[i] as number
      const row = this.bytes.subarray(from === 0 ? 0 : this.ends[from - 1], this.ends[from])
      bytes.set(row, at)
      at += row.length
      ends[i] = at
      arrivedMs[i] = moments[from] as number
    }
    return { bytes, ends, arrivedMs }
  }

  private reserve(more: number): void {
    if (this.size + more <= this.bytes.length) return
    const wider = Buffer.allocUnsafe(Math.max(this.size + more, this.bytes.length * 2))
    wider.set(this.bytes.subarray(0, this.size))
    this.bytes = wider
  }

  private grow(): void {
    const ends = new Uint32Array(this.ends.length * 2)
    ends.set(this.ends)
    this.ends = ends
    const arrivedMs = new Float64Array(this.arrivedMs.length * 2)
    arrivedMs.set(this.arrivedMs)
    this.arrivedMs = arrivedMs
  }
}

/** Calls `take` with every row of `parts` in the order of arrival; of equal moments the earlier part's comes first. */
export function mergeLines(parts: readonly SortedLines[], take: (row: Uint8Array, arrivedMs: number) => void): void {
  const heads = parts.map(() => 0)
  for (;;) {
    let first = -1
    let earliest = Number.POSITIVE_INFINITY
    for (let part = 0; part < parts.length; part += 1) {
      const moment = parts[part]?.arrivedMs[heads[part] as number]
      if (moment === undefined || moment >= earliest) continue
      first = part
      earliest = moment
    }
    if (first < 0) return
    const { bytes, ends } = parts[first] as SortedLines
    const row = heads[first] as number
    take(bytes.subarray(row === 0 ? 0 : ends[row - 1], ends[row]), earliest)
    heads[first] = row + 1
  }
}
