/**
 * Days and moments of a simulated world.
 *
 * Inside the simulator a moment is a count of local seconds: day index x 86,400 + seconds since local midnight, where
 * day 0 is the first day of the burn-in. Only this file turns them into UTC, so zones with summer time work too.
 */
import { Temporal } from 'temporal-polyfill'

export const DAY = 86_400

export interface WorldCalendar {
  readonly timezone: string
  /** Days simulated, burn-in included; they have indices 0 .. days - 1. */
  readonly days: number
  /** Index of the first day with player events. */
  readonly firstDay: number
  /** 'YYYY-MM-DD' of a day index; indices before 0 and after the end are allowed within the calendar's margin. */
  text(day: number): string
  /** ISO day of week, 1 = Monday. */
  weekday(day: number): number
  dayOfMonth(day: number): number
  /** 1 .. 12. */
  month(day: number): number
  /** Local moment -> milliseconds UTC. */
  utc(moment: number): number
  /** 00:00 of a day, milliseconds UTC. */
  midnight(day: number): number
  /** Index of the day that a UTC moment falls on. */
  dayAt(ms: number): number
  /** c(D): t(D) = 00:00 of D + 1, plus the publish lag. */
  servingCutoff(day: number): number
  /** The day K with c(K-1) < ms <= c(K). */
  servingDayAt(ms: number): number
}

/** Longest plan plus its grace, so that periods may begin before the world and end after it. */
const MARGIN = 800

export function createCalendar(options: {
  start: string
  burnInDays: number
  days: number
  timezone: string
  publishLagHours: number
}): WorldCalendar {
  const { timezone, burnInDays } = options
  const total = burnInDays + options.days
  const origin = Temporal.PlainDate.from(options.start).subtract({ days: burnInDays + MARGIN })
  const size = total + 2 * MARGIN
  const dates = Array.from({ length: size }, (_, index) => origin.add({ days: index }))
  const midnights = Float64Array.from(dates, (date) => date.toZonedDateTime(timezone).epochMilliseconds)
  const texts = dates.map((date) => date.toString())
  const lag = options.publishLagHours * 3_600_000
  const midnight = (day: number): number => {
    const ms = midnights[day + MARGIN]
    if (ms === undefined)
      throw new RangeError(`Day ${day} is outside the simulated calendar (${-MARGIN} .. ${total + MARGIN}).`)
    return ms
  }
  // Getters of Temporal cost more than a simulated day of an account: read each once.
  const weekdays = Uint8Array.from(dates, (date) => date.dayOfWeek)
  const daysOfMonth = Uint8Array.from(dates, (date) => date.day)
  const months = Uint8Array.from(dates, (date) => date.month)
  const dayAt = (ms: number): number => {
    let day = Math.floor((ms - midnight(0)) / (DAY * 1000)) - 1
    while (midnight(day + 1) <= ms) day += 1
    return day
  }
  const servingCutoff = (day: number): number => midnight(day + 1) + lag
  return {
    timezone,
    days: total,
    firstDay: burnInDays,
    text: (day) => texts[day + MARGIN] as string,
    weekday: (day) => weekdays[day + MARGIN] as number,
    dayOfMonth: (day) => daysOfMonth[day + MARGIN] as number,
    month: (day) => months[day + MARGIN] as number,
    utc: (moment) => {
      const day = Math.floor(moment / DAY)
      return midnight(day) + (moment - day * DAY) * 1000
    },
    midnight,
    dayAt,
    servingCutoff,
    servingDayAt: (ms) => {
      let day = dayAt(ms) - 1 - Math.ceil(options.publishLagHours / 24)
      while (servingCutoff(day) < ms) day += 1
      return day
    },
  }
}
