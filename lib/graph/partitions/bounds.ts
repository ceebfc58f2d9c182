import type { Interval } from '../interval-set.ts'
import { isDated, timelineOf } from './calendar.ts'
import { DAY, firstDayOfMonth, MINUTE, parseDay, parseMonth, parseOffset, parseWall } from './civil.ts'
import type { TimePartitions } from './time-partitions.ts'
import { Zone } from './zone.ts'

/** What a user names as an end of a range: a month, a day or a minute, as wall-clock times `[from, to)`. */
export interface TimeBound {
  readonly from: number
  readonly to: number
  /** Minutes only: UTC offset, where the clocks show them twice. */
  readonly offset: number | undefined
}

/** Reads `YYYY-MM`, `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM` (with `+HH:MM` where the hour is doubled). */
export function parseTimeBound(text: string): TimeBound | undefined {
  const month = parseMonth(text)
  if (month !== undefined) {
    return { from: firstDayOfMonth(month) * DAY, to: firstDayOfMonth(month + 1) * DAY, offset: undefined }
  }
  const day = parseDay(text)
  if (day !== undefined) return { from: day * DAY, to: (day + 1) * DAY, offset: undefined }
  const wall = parseWall(text)
  if (wall === undefined) return undefined
  const offset = text.length === 16 ? undefined : parseOffset(text.slice(16))
  return text.length === 16 || offset !== undefined ? { from: wall, to: wall + MINUTE, offset } : undefined
}

/**
 * Times whose windows touch the stretch between two bounds, both inclusive. Days and months are those that a window
 * is called by, in its own zone: a day that begins at 02:30 is still that day.
 */
export function timesBetween(time: TimePartitions, first: TimeBound, last: TimeBound): Interval {
  if (time.grain === 'cron') {
    const line = timelineOf(time)
    const zone = Zone.of(time.timezone)
    // The ticks that are meant, by their keys; where there are none, the window that holds the stretch.
    const from = line.at(instantOf(zone, first, 'first') - 1) + 1
    const to = line.at(instantOf(zone, last, 'last')) + 1
    return from < to ? [from, to] : [to - 1, to]
  }
  return [timeOfMoment(time, first, 'first'), timeOfMoment(time, last, 'last') + 1]
}

function timeOfMoment(time: TimePartitions, bound: TimeBound, end: 'first' | 'last'): number {
  const line = timelineOf(time)
  if (isDated(time) && bound.to - bound.from >= DAY) {
    const day = (end === 'first' ? bound.from : bound.to - DAY) / DAY
    const after = line.fromDay(day)
    return line.firstDay(after) > day ? after - 1 : after
  }
  return line.at(instantOf(Zone.of(time.timezone), bound, end))
}

/** The first or the last instant of a bound. */
function instantOf(zone: Zone, { from, to, offset }: TimeBound, end: 'first' | 'last'): number {
  if (end === 'first') return offset === undefined ? zone.firstInstantOf(from) : from - offset
  return offset === undefined ? zone.lastInstantOf(to - 1) : to - 1 - offset
}
