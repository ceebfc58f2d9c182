/** Moments as outside systems write them; `Date` would take most of the time that a row takes. */
import { Temporal } from 'temporal-polyfill'
import { DAY, type WorldCalendar } from '../calendar.ts'

const DAY_MS = DAY * 1000
const two = (value: number): string => String(value).padStart(2, '0')
const TIMES = Array.from(
  { length: DAY },
  (_, second) => `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`,
)
const DATES = new Map<number, string>()

function dateOf(day: number): string {
  let date = DATES.get(day)
  if (date === undefined) {
    date = new Date(day * DAY_MS).toISOString().slice(0, 10)
    DATES.set(day, date)
  }
  return date
}

function timeOf(msOfDay: number): string {
  return TIMES[Math.floor(msOfDay / 1000)] as string
}

/** 'YYYY-MM-DD hh:mm:ss' in UTC; parts of a second are cut. */
export function utcText(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  return `${dateOf(day)} ${timeOf(ms - day * DAY_MS)}`
}

/** 'YYYY-MM-DDThh:mm:ssZ'; parts of a second are cut. */
export function isoText(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  return `${dateOf(day)}T${timeOf(ms - day * DAY_MS)}Z`
}

/** 'YYYY-MM-DDThh:mm:ss.mmmZ' of whole milliseconds. */
export function isoMillisText(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  const rest = ms - day * DAY_MS
  return `${dateOf(day)}T${timeOf(rest)}.${String(rest % 1000).padStart(3, '0')}Z`
}

/** 'YYYY-MM-DD hh:mm:ss' by the clocks on the service's walls. */
export function localText(ms: number, calendar: WorldCalendar): string {
  const day = calendar.dayAt(ms)
  const midnight = calendar.midnight(day)
  if (calendar.midnight(day + 1) - midnight === DAY_MS) return `${calendar.text(day)} ${timeOf(ms - midnight)}`
  const wall = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(calendar.timezone).toPlainDateTime()
  return wall.toString({ smallestUnit: 'second' }).replace('T', ' ')
}
