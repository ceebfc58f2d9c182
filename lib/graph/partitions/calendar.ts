import { Temporal } from 'temporal-polyfill'
import type { TimePartitions } from './definitions.ts'

/**
 * Time ordinals are absolute: days since 1970-01-01, or months since year 0, so that a moved
 * `start` renumbers nothing. Calendar arithmetic needs no zone; only instants do.
 */
export function dayOrdinal(date: string): number {
  return Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / 86_400_000)
}

export function dayKey(ordinal: number): string {
  return new Date(ordinal * 86_400_000).toISOString().slice(0, 10)
}

/**
 * The ordinal of exactly `YYYY-MM-DD` or `YYYY-MM`, or undefined for other text and for days that are not
 * on the calendar. Reads digits: loading state does this for every recorded partition.
 */
export function strictOrdinal(grain: 'day' | 'month', text: string): number | undefined {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  if (!(year >= 0) || text.charCodeAt(4) !== DASH || !(month >= 1 && month <= 12)) return undefined
  if (grain === 'month') return text.length === 7 ? year * 12 + month - 1 : undefined
  const day = digits(text, 8, 2)
  if (text.length !== 10 || text.charCodeAt(7) !== DASH || !(day >= 1 && day <= daysOf(year, month))) return undefined
  return daysFromCivil(year, month, day)
}

const DASH = 45

/** A number of `count` digits, or NaN. */
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

/** Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day comes last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export function monthOrdinal(key: string): number {
  return Number(key.slice(0, 4)) * 12 + Number(key.slice(5, 7)) - 1
}

export function monthKey(ordinal: number): string {
  return `${String(Math.floor(ordinal / 12)).padStart(4, '0')}-${String((ordinal % 12) + 1).padStart(2, '0')}`
}

export function timeOrdinal(definition: TimePartitions, key: string): number {
  return definition.grain === 'day' ? dayOrdinal(key) : monthOrdinal(key)
}

export function timeKey(definition: TimePartitions, ordinal: number): string {
  return definition.grain === 'day' ? dayKey(ordinal) : monthKey(ordinal)
}

/** First calendar day of a partition, as a day ordinal. */
export function firstDay(grain: 'day' | 'month', ordinal: number): number {
  return grain === 'day' ? ordinal : Date.UTC(Math.floor(ordinal / 12), ordinal % 12) / 86_400_000
}

/** The partition of a grain that holds a calendar day. */
export function ordinalOfDay(grain: 'day' | 'month', day: number): number {
  if (grain === 'day') return day
  const date = new Date(day * 86_400_000)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

const starts = new Map<string, Map<number, number>>()

/** The moment at which a calendar day begins in a zone. Remembered: a plan asks for the same days over and over. */
export function startOfDay(day: number, timezone: string): Date {
  let known = starts.get(timezone)
  if (!known) {
    known = new Map()
    starts.set(timezone, known)
  }
  let start = known.get(day)
  if (start === undefined) {
    start = Temporal.PlainDate.from(dayKey(day)).toZonedDateTime({ timeZone: timezone }).epochMilliseconds
    known.set(day, start)
  }
  return new Date(start)
}

/** The partition's window as instants, `from` inclusive, `to` exclusive. */
export function timeWindow(definition: TimePartitions, ordinal: number): { from: Date; to: Date } {
  return {
    from: startOfDay(firstDay(definition.grain, ordinal), definition.timezone),
    to: startOfDay(firstDay(definition.grain, ordinal + 1), definition.timezone),
  }
}

/** The moment from which a partition exists: its window has ended and its delay has passed. */
export function existsFrom(definition: TimePartitions, ordinal: number): Date {
  const { months, days, hours } = definition.delay
  const day = addMonths(firstDay(definition.grain, ordinal + 1), months) + days
  return new Date(startOfDay(day, definition.timezone).getTime() + hours * 3_600_000)
}

/** Same day of a later month, or that month's last day where it has no such day. */
function addMonths(day: number, months: number): number {
  return months === 0 ? day : dayOrdinal(Temporal.PlainDate.from(dayKey(day)).add({ months }).toString())
}

/** One past the newest ordinal that exists at `now`. */
export function existingEnd(definition: TimePartitions, now: Date): number {
  const today = Math.floor(now.getTime() / 86_400_000)
  const { months, days } = definition.delay
  // A zone is at most a day off UTC and a month has 28 days or more, so the answer is at most two past this guess.
  let end = ordinalOfDay(definition.grain, today - days - 28 * months) + 2
  while (existsFrom(definition, end - 1) > now) end--
  return definition.end === undefined ? end : Math.min(end, timeOrdinal(definition, definition.end))
}
