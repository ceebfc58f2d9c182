/** Counts what was done to the rows of each source and day: the truth that accounting is checked against. */
import type { SourceName } from './shapes.ts'
import type { SourceFaults } from './source-faults.ts'

/**
 * - `clean`: the first delivery of a row that typing must accept
 * - `duplicate`: such a row, delivered again; counted in the day of this delivery
 * - `malformed`: a row that typing must refuse, also each time when it is delivered again
 */
export type Delivery = 'clean' | 'duplicate' | 'malformed'

/** Typing must land delivered - duplicates - malformed rows. */
export interface DirtCount {
  delivered: number
  duplicates: number
  malformed: number
}

export interface DirtEntry extends Readonly<DirtCount> {
  readonly source: SourceName
  /** Index of the partition's day. */
  readonly day: number
}

export class DirtLedger {
  private readonly counts = new Map<SourceName, Map<number, DirtCount>>()
  private readonly stops: SourceFaults['stops']

  /** `stops`: of a source that stopped the archive takes nothing, so nothing was delivered. */
  constructor(stops: SourceFaults['stops'] = () => false) {
    this.stops = stops
  }

  /** Call once for every row that is added to an archive writer, with the same day. */
  count(source: SourceName, day: number, delivery: Delivery): void {
    if (this.stops(source, day)) return
    const count = this.countOf(source, day)
    count.delivered += 1
    if (delivery === 'duplicate') count.duplicates += 1
    else if (delivery === 'malformed') count.malformed += 1
  }

  /** Adds what another ledger counted. */
  absorb(entries: readonly DirtEntry[]): void {
    for (const { source, day, delivered, duplicates, malformed } of entries) {
      const count = this.countOf(source, day)
      count.delivered += delivered
      count.duplicates += duplicates
      count.malformed += malformed
    }
  }

  entries(): DirtEntry[] {
    return [...this.counts].flatMap(([source, days]) => [...days].map(([day, count]) => ({ source, day, ...count })))
  }

  private countOf(source: SourceName, day: number): DirtCount {
    let days = this.counts.get(source)
    if (days === undefined) {
      days = new Map()
      this.counts.set(source, days)
    }
    let count = days.get(day)
    if (count === undefined) {
      count = { delivered: 0, duplicates: 0, malformed: 0 }
      days.set(day, count)
    }
    return count
  }
}
