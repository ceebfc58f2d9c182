import { DAY, dayKey, firstDayOfMonth, monthKey, monthOfDay, parseDay, parseMonth } from './civil.ts'
import type { Timeline } from './timeline.ts'
import type { Zone } from './zone.ts'

/** How calendar days make windows: numbers of windows by day and back, and what they are called. */
interface Grid {
  readonly firstDay: (ordinal: number) => number
  readonly ofDay: (day: number) => number
  readonly key: (ordinal: number) => string
  readonly ordinal: (key: string) => number | undefined
}

/** The first Sunday from 1970-01-01 on. */
const SUNDAY = 3

export const dayGrid: Grid = {
  firstDay: (ordinal) => ordinal,
  ofDay: (day) => day,
  key: dayKey,
  ordinal: parseDay,
}

/** Weeks that begin `dayOffset` days after a Sunday; a week's key is its first day. */
export function weekGrid(dayOffset: number): Grid {
  const first = SUNDAY + dayOffset
  return {
    firstDay: (ordinal) => first + 7 * ordinal,
    ofDay: (day) => Math.floor((day - first) / 7),
    key: (ordinal) => dayKey(first + 7 * ordinal),
    ordinal: (key) => {
      const day = parseDay(key)
      const week = day === undefined ? Number.NaN : (day - first) / 7
      return Number.isInteger(week) ? week : undefined
    },
  }
}

/** Months that begin on a day of the month, 1 to 28. */
export function monthGrid(dayOffset: number): Grid {
  const ahead = dayOffset - 1
  return {
    firstDay: (ordinal) => firstDayOfMonth(ordinal) + ahead,
    ofDay: (day) => monthOfDay(day - ahead),
    key: monthKey,
    ordinal: parseMonth,
  }
}

/**
 * Windows that begin at one time of day. Where the clocks skip it they begin at the end of the gap, where it is shown
 * twice, at the first.
 */
export function dateLine(grid: Grid, timeOfDay: number, zone: Zone): Timeline {
  const start = (ordinal: number): number => zone.firstInstantOf(grid.firstDay(ordinal) * DAY + timeOfDay)
  return {
    ...grid,
    start,
    at: (instant) => {
      let ordinal = grid.ofDay(Math.floor((instant + zone.offsetAt(instant) - timeOfDay) / DAY))
      // Clocks that are put back show again what lies before a window that has begun.
      while (start(ordinal + 1) <= instant) ordinal++
      return ordinal
    },
    fromDay: (day) => {
      const ordinal = grid.ofDay(day)
      return grid.firstDay(ordinal) < day ? ordinal + 1 : ordinal
    },
  }
}
