import { DAY, offsetKey, parseOffset, parseWall, wallKey } from './civil.ts'
import { type Schedule, type Slots, slotsOf } from './schedule.ts'
import type { Timeline } from './timeline.ts'
import type { Zone } from './zone.ts'

/**
 * A stretch without clock changes, in which every slot of the schedule is one tick: slots `[first, end)` are ordinals
 * `slot + shift`.
 */
interface Run {
  readonly from: number
  readonly to: number
  readonly offset: number
  readonly first: number
  readonly end: number
  readonly shift: number
  /** Ordinal of the run's first tick. */
  readonly ordinal: number
  /** Slot that the clocks skipped, whose tick is moved to the run's beginning. */
  readonly moved: number | undefined
  /** Wall-clock times that the clocks showed before too; `[from + offset, again)`. */
  readonly again: number
}

/**
 * Windows between the ticks of a schedule (`hourly` is one too). One that ticks in every hour goes by elapsed time:
 * the doubled hour of a clock change ticks twice, the skipped one not at all. Any other goes by the clock on the
 * wall: a doubled time ticks when it is first shown, a skipped one at the end of the gap.
 */
export function tickLine(schedule: Schedule, zone: Zone): Timeline {
  const slots = slotsOf(schedule)
  const twice = schedule.everyHour
  let runs: Run[] = []
  let covered = Number.NEGATIVE_INFINITY
  let recent = 0

  const cover = (instant: number): void => {
    if (instant < covered) return
    // In large bites: each of them makes all runs anew.
    const to = Math.max(instant, 0) + 3000 * DAY
    runs = runsOf(slots, zone, twice, to)
    covered = runs.at(-1)!.to - 2 * DAY
    recent = 0
  }
  const index = (value: number, of: (run: Run) => number): number => {
    if (of(runs[recent]!) <= value && (recent + 1 === runs.length || of(runs[recent + 1]!) > value)) return recent
    let low = 1
    let high = runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (of(runs[middle]!) <= value) low = middle + 1
      else high = middle
    }
    recent = low - 1
    return recent
  }
  const runOfOrdinal = (ordinal: number): Run => {
    cover(0)
    // A slot number is a wall-clock time, which is near enough to the instant to know what to cover.
    const last = runs.at(-1)!
    if (ordinal >= last.first + last.shift) cover(slots.wall(ordinal - last.shift) + 2 * DAY)
    return runs[index(ordinal, (run) => run.ordinal)]!
  }
  const slotOf = (run: Run, ordinal: number): number =>
    run.moved !== undefined && ordinal === run.ordinal ? run.moved : ordinal - run.shift
  const ordinalIn = (run: Run | undefined, slot: number): number | undefined => {
    if (!run) return undefined
    if (slot >= run.first && slot < run.end) return slot + run.shift
    return slot === run.moved ? run.ordinal : undefined
  }
  const isDoubled = (place: number, slot: number): boolean => {
    const wall = slots.wall(slot)
    const next = runs[place + 1]
    return wall < runs[place]!.again || (next !== undefined && wall >= next.from + next.offset && wall < next.again)
  }

  return {
    start: (ordinal) => {
      const run = runOfOrdinal(ordinal)
      return run.moved !== undefined && ordinal === run.ordinal
        ? run.from
        : slots.wall(ordinal - run.shift) - run.offset
    },
    at: (instant) => {
      cover(instant)
      const run = runs[index(instant, ({ from }) => from)]!
      const slot = slots.from(instant + run.offset + 1) - 1
      if (slot >= run.first) return slot + run.shift
      return run.moved === undefined ? run.ordinal - 1 : run.ordinal
    },
    key: (ordinal) => {
      const run = runOfOrdinal(ordinal)
      const slot = slotOf(run, ordinal)
      const text = wallKey(slots.wall(slot))
      return twice && isDoubled(recent, slot) ? `${text}${offsetKey(run.offset)}` : text
    },
    ordinal: (key) => {
      const wall = parseWall(key)
      if (wall === undefined) return undefined
      const slot = slots.from(wall)
      if (slots.wall(slot) !== wall) return undefined
      cover(wall + 2 * DAY)
      // The clocks are less than a day from UTC: the run is this one or a neighbour.
      const place = index(wall, ({ from }) => from)
      const offset = key.length === 16 ? undefined : parseOffset(key.slice(16))
      if (key.length !== 16 && offset === undefined) return undefined
      for (let near = Math.max(0, place - 1); near <= place + 1; near++) {
        const ordinal = ordinalIn(runs[near], slot)
        if (ordinal === undefined) continue
        const doubled = twice && isDoubled(near, slot)
        if (doubled ? offset === runs[near]!.offset && key.slice(16) === offsetKey(offset) : offset === undefined) {
          return ordinal
        }
      }
      return undefined
    },
    firstDay: (ordinal) => Math.floor(slots.wall(slotOf(runOfOrdinal(ordinal), ordinal)) / DAY),
    fromDay: (day) => {
      const wall = day * DAY
      cover(wall + 2 * DAY)
      const instant = zone.firstInstantOf(wall)
      const run = runs[index(instant, ({ from }) => from)]!
      if (instant === run.from && run.moved !== undefined) return run.ordinal
      return Math.max(run.ordinal, slots.from(wall) + run.shift)
    },
  }
}

function runsOf(slots: Slots, zone: Zone, twice: boolean, to: number): Run[] {
  const stretches = zone.since1970(to)
  const runs: Run[] = []
  for (const [i, { from, offset }] of stretches.entries()) {
    const before = runs.at(-1)
    const end = slots.from((stretches[i + 1]?.from ?? to) + offset)
    const stretch = { from, to: stretches[i + 1]?.from ?? to, offset, end }
    if (!before) {
      // Whole hours since 1970 in UTC, where the zone's hours are those of UTC.
      const shift = slots.hourly ? -Math.floor(offset / 3_600_000) : 0
      const first = Number.NEGATIVE_INFINITY
      runs.push({ ...stretch, from: first, first, shift, ordinal: first, moved: undefined, again: first })
      continue
    }
    const shown = from + before.offset
    const again = Math.max(shown, before.again)
    const first = slots.from(twice ? from + offset : Math.max(from + offset, again))
    const skipped = !twice && first > before.end && slots.wall(first) !== from + offset
    const ordinal = before.end + before.shift
    runs.push({
      ...stretch,
      end: Math.max(first, end),
      first,
      shift: ordinal + (skipped ? 1 : 0) - first,
      ordinal,
      moved: skipped ? before.end : undefined,
      again,
    })
  }
  return runs
}
