/*
 * The Gregorian calendar as integers: days since 1970-01-01 and months since year 0. Wall-clock time is kept as
 * milliseconds since 1970-01-01T00:00 of its own zone, so that none of this knows a zone.
 */

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** Days since 1970-01-01 of a date's text; NaN for text that is none. Takes 30 February for 2 March. */
export function dayOrdinal(date: string): number {
  return Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY)
}

let recentDay = Number.NaN
let recentText = ''

export function dayKey(ordinal: number): string {
  // Partitions come in order, many of them of one day.
  if (ordinal !== recentDay) {
    recentText = new Date(ordinal * DAY).toISOString().slice(0, 10)
    recentDay = ordinal
  }
  return recentText
}

export function monthKey(ordinal: number): string {
  return `${String(Math.floor(ordinal / 12)).padStart(4, '0')}-${pad((((ordinal % 12) + 12) % 12) + 1)}`
}

export function firstDayOfMonth(month: number): number {
  const zeroBased = ((month % 12) + 12) % 12
  return daysFromCivil(Math.floor(month / 12), zeroBased + 1, 1)
}

export function monthOfDay(day: number): number {
  const date = new Date(day * DAY)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** Same day of a later month, or that month's last day where it has no such day. */
export function addMonths(day: number, months: number): number {
  if (months === 0) return day
  const month = monthOfDay(day)
  const wanted = day - firstDayOfMonth(month)
  const length = firstDayOfMonth(month + months + 1) - firstDayOfMonth(month + months)
  return firstDayOfMonth(month + months) + Math.min(wanted, length - 1)
}

/** The day of exactly `YYYY-MM-DD`, or undefined for other text and for days that are not on the calendar. */
export function parseDay(text: string): number | undefined {
  return text.length === 10 ? dayAt(text) : undefined
}

/** The month of exactly `YYYY-MM`, or undefined. */
export function parseMonth(text: string): number | undefined {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  if (text.length !== 7 || !(year >= 0) || text.charCodeAt(4) !== DASH || !(month >= 1 && month <= 12)) return undefined
  return year * 12 + month - 1
}

/** The wall-clock time with which text begins, `YYYY-MM-DDTHH:MM`, or undefined. */
export function parseWall(text: string): number | undefined {
  const day = dayAt(text)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  if (day === undefined || text.charCodeAt(10) !== LETTER_T || text.charCodeAt(13) !== COLON) return undefined
  if (!(hour >= 0 && hour <= 23) || !(minute >= 0 && minute <= 59)) return undefined
  return day * DAY + hour * HOUR + minute * MINUTE
}

export function wallKey(wall: number): string {
  const day = Math.floor(wall / DAY)
  const minutes = Math.floor((wall - day * DAY) / MINUTE)
  return `${dayKey(day)}T${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}

/** The offset of exactly `+HH:MM` or `-HH:MM[:SS]` in milliseconds, or undefined. */
export function parseOffset(text: string): number | undefined {
  const match = /^([+-])(\d{2}):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (!match) return undefined
  const size = Number(match[2]) * HOUR + Number(match[3]) * MINUTE + Number(match[4] ?? 0) * 1000
  return match[1] === '-' ? -size : size
}

export function offsetKey(offset: number): string {
  const size = Math.abs(offset) / 1000
  const text = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 3600))}:${pad(Math.floor(size / 60) % 60)}`
  return size % 60 === 0 ? text : `${text}:${pad(size % 60)}`
}

const pad = (n: number): string => (n < 10 ? `0${n}` : String(n))

const DASH = 45
const COLON = 58
const LETTER_T = 84

function dayAt(text: string): number | undefined {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  if (!(year >= 0) || text.charCodeAt(4) !== DASH || !(month >= 1 && month <= 12)) return undefined
  if (text.charCodeAt(7) !== DASH || !(day >= 1 && day <= daysOf(year, month))) return undefined
  return daysFromCivil(year, month, day)
}

/** A number of `count` digits, or NaN. Loading state reads every recorded partition by this. */
function digits(text: string, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Years begin in March, so that the leap day comes last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
