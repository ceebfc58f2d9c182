import { graphError } from '../errors.ts'
import { DAY, HOUR, parseOffset } from './civil.ts'

/** A stretch of time over which a zone's clocks keep one distance from UTC. */
export interface Stretch {
  /** Instant, inclusive. */
  readonly from: number
  /** Wall clock minus UTC, in ms. */
  readonly offset: number
}

/** Clock changes are looked for this densely: since 1940 none was followed by another within less than seven days. */
const PROBE = 5 * DAY
/** How much is looked at in one go. */
const SPAN = 8 * 366 * DAY

/** No clock is farther from UTC than this. */
const FARTHEST = 26 * HOUR

const FIRST = Date.parse('0001-01-01T00:00Z')
const LAST = Date.UTC(9999, 11, 31)

/**
 * A time zone as a table of its clock changes, which grows with the instants that are asked for: a look at a
 * formatter for every partition would be most of a plan's time. All times are ms since 1970.
 */
export class Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #stretches: Stretch[] = []
  #from: number
  #to: number
  #recent = 0

  private constructor(name: string) {
    this.name = name
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    // Nothing to look for where clocks never change.
    const isUtc = this.#format.resolvedOptions().timeZone === 'UTC'
    this.#from = isUtc ? FIRST : 0
    this.#to = isUtc ? LAST + DAY : 0
    this.#stretches.push({ from: this.#from, offset: this.#probe(this.#from) })
  }

  static readonly #known = new Map<string, Zone>()

  static of(name: string): Zone {
    let zone = Zone.#known.get(name)
    if (!zone) {
      zone = new Zone(name)
      Zone.#known.set(name, zone)
    }
    return zone
  }

  /** Stretches that begin before an instant, from the one that holds 1970 on; the last may end later. */
  since1970(to: number): readonly Stretch[] {
    this.#cover(to)
    const first = this.#indexAt(0)
    const end = this.#stretches.findIndex((stretch) => stretch.from >= to)
    return this.#stretches.slice(first, end < 0 ? undefined : end)
  }

  offsetAt(instant: number): number {
    return this.#stretches[this.#indexAt(instant)]!.offset
  }

  /** The first instant at which the clocks show a time or a later one: where they skip it, the end of the gap. */
  firstInstantOf(wall: number): number {
    this.#cover(wall + FARTHEST)
    let index = this.#indexAt(wall - FARTHEST)
    for (;;) {
      const { from, offset } = this.#stretches[index]!
      const instant = Math.max(wall - offset, from)
      const next = this.#stretches[index + 1]
      if (!next || instant < next.from) return instant
      index++
    }
  }

  /** The last instant at which the clocks show a time; where they skip it, the end of the gap. */
  lastInstantOf(wall: number): number {
    this.#cover(wall - FARTHEST)
    let index = this.#indexAt(wall + FARTHEST)
    for (;;) {
      const { from, offset } = this.#stretches[index]!
      const before = this.#stretches[index - 1]
      if (wall - offset >= from || !before) return wall - offset
      if (wall - before.offset >= from) return from
      index--
    }
  }

  #indexAt(instant: number): number {
    this.#cover(instant)
    const stretches = this.#stretches
    const recent = this.#recent
    // Most questions come in order of time.
    if (stretches[recent]!.from <= instant && (stretches[recent + 1]?.from ?? this.#to) > instant) return recent
    let low = 0
    let high = stretches.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (stretches[middle]!.from <= instant) low = middle + 1
      else high = middle
    }
    this.#recent = Math.max(0, low - 1)
    return this.#recent
  }

  /** Looks for clock changes until two days beyond an instant are known, so that neighbours are too. */
  #cover(instant: number): void {
    const low = Math.max(FIRST, instant - 2 * DAY)
    const high = Math.min(LAST, instant + 2 * DAY)
    if (low >= this.#from && high < this.#to) return
    if (!(instant >= FIRST && instant <= LAST)) {
      throw graphError('bad-partitions', 'A time lies beyond the years 1 to 9999', 'Give a time within them.')
    }
    while (high >= this.#to) {
      const to = this.#to + SPAN
      this.#stretches.push(...this.#changes(this.#to, to))
      this.#to = to
    }
    while (low < this.#from) {
      const from = this.#from - SPAN
      const changes = this.#changes(from, this.#from)
      this.#stretches.splice(0, 1, { from, offset: this.#probe(from) }, ...changes)
      this.#from = from
      this.#recent = 0
    }
  }

  /** Clock changes in `(from, to]`. */
  #changes(from: number, to: number): Stretch[] {
    const changes: Stretch[] = []
    let before = this.#probe(from)
    for (let at = from; at < to; at += PROBE) {
      const end = Math.min(at + PROBE, to)
      const offset = this.#probe(end)
      if (offset === before) continue
      let low = at
      let high = end
      while (high - low > 1000) {
        const middle = Math.floor((low + high) / 2000) * 1000
        if (this.#probe(middle) === before) low = middle
        else high = middle
      }
      before = this.#probe(high)
      changes.push({ from: high, offset: before })
      // Another change within the same stretch of probing.
      if (before !== offset) at = high - PROBE
    }
    return changes
  }

  #probe(instant: number): number {
    const text = this.#format.format(instant)
    const offset = text.slice(text.indexOf('GMT') + 3)
    return offset === '' ? 0 : parseOffset(offset)!
  }
}
