import { graphError } from '../errors.ts'
import { DAY, HOUR, MINUTE, parseDay, parseMonth, parseWall } from './civil.ts'
import { canonicalCron, scheduleOf } from './schedule.ts'

/** How long after its window has ended a partition comes to exist, e.g. the publish lag or a label's horizon. */
export interface Delay {
  /** Calendar months, counted before days and hours. */
  readonly months: number
  /** Calendar days; of 24 hours each where windows are shorter than a day. */
  readonly days: number
  readonly hours: number
}

export type Grain = 'hour' | 'day' | 'week' | 'month' | 'cron'

/** A partition per window of a calendar. Windows tile the time line: each ends where the next begins. */
export interface TimePartitions {
  readonly kind: 'time'
  readonly grain: Grain
  /** The first partition is the first to begin at this day, month or time, or later. */
  readonly start: string
  /** The first that begins here or later no longer exists (exclusive); open when absent. */
  readonly end: string | undefined
  readonly timezone: string
  readonly delay: Delay
  /** Partitions that exist although their windows have not ended (negative: that do not yet, although they have). */
  readonly endOffset: number
  /** Minutes after the hour, or after the time that `hourOffset` says, at which windows begin. */
  readonly minuteOffset: number
  readonly hourOffset: number
  /** Weeks: days after Sunday (0 to 6). Months: day of the month (1 to 28). Otherwise 0. */
  readonly dayOffset: number
  /** The line of `cron()`. */
  readonly schedule: string | undefined
  /** Column that holds the window's start in warehouse tables: a Date, or a DateTime('UTC') for hours and cron. */
  readonly column: string
}

interface CommonOptions<TDelay> {
  readonly timezone: string
  readonly delay?: TDelay
  readonly endOffset?: number
  readonly column?: string
  readonly start: string
  readonly end?: string
}

type ShortDelay = Partial<Pick<Delay, 'days' | 'hours'>>
type LongDelay = Partial<Delay>

/** `start` and `end`: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`. */
export interface HourlyOptions extends CommonOptions<ShortDelay> {
  readonly minuteOffset?: number
}

/** `start` and `end`: `YYYY-MM-DD`. */
export interface DailyOptions extends CommonOptions<LongDelay> {
  readonly hourOffset?: number
  readonly minuteOffset?: number
}

/** `start` and `end`: `YYYY-MM-DD`. */
export interface WeeklyOptions extends CommonOptions<LongDelay> {
  /** Days after Sunday on which weeks begin, 0 (the default) to 6. */
  readonly dayOffset?: number
  readonly hourOffset?: number
  readonly minuteOffset?: number
}

/** `start` and `end`: `YYYY-MM`. */
export interface MonthlyOptions extends CommonOptions<LongDelay> {
  /** Day of the month on which windows begin, 1 (the default) to 28. */
  readonly dayOffset?: number
  readonly hourOffset?: number
  readonly minuteOffset?: number
}

/** `start` and `end`: `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`. */
export type CronOptions = CommonOptions<ShortDelay>

/** One partition per hour of a time zone; keys look like `2026-03-01T05:00`. */
export function hourly(options: HourlyOptions): TimePartitions {
  return time('hour', 'hour', options, undefined)
}

/** One partition per calendar day in a time zone; keys look like `2026-03-01`. */
export function daily(options: DailyOptions): TimePartitions {
  return time('day', 'day', options, undefined)
}

/** One partition per week, from Sunday on unless `dayOffset` says otherwise; a key is the week's first day. */
export function weekly(options: WeeklyOptions): TimePartitions {
  return time('week', 'week', options, undefined)
}

/** One partition per calendar month in a time zone; keys look like `2026-03`. */
export function monthly(options: MonthlyOptions): TimePartitions {
  return time('month', 'month', options, undefined)
}

/** One partition from each tick of a cron schedule to the next; a key is the tick, `2026-03-01T02:30`. */
export function cron(line: string, options: CronOptions): TimePartitions {
  scheduleOf(line)
  return time('cron', 'tick', options, line.trim().split(/\s+/).join(' '))
}

/** What the windows of time partitions are, as text: not which of them exist. */
export function calendarText(definition: TimePartitions): string {
  const { grain, timezone, hourOffset, minuteOffset, dayOffset, schedule } = definition
  if (schedule !== undefined) return `cron(${canonicalCron(schedule)})@${timezone}`
  const days =
    grain === 'week' && dayOffset > 0
      ? `+${dayOffset}d`
      : grain === 'month' && dayOffset > 1
        ? `+${dayOffset - 1}d`
        : ''
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${grain}@${timezone}${days}${hourOffset + minuteOffset > 0 ? `+${two(hourOffset)}:${two(minuteOffset)}` : ''}`
}

/** Wall-clock time of a bound, ms since 1970 in the zone; undefined for text of another form. */
export function boundWall(grain: Grain, text: string): number | undefined {
  if (grain === 'month') {
    const month = parseMonth(text)
    return month === undefined ? undefined : Date.UTC(Math.floor(month / 12), month % 12)
  }
  const day = parseDay(text)
  if (day !== undefined) return day * DAY
  return (grain === 'hour' || grain === 'cron') && text.length === 16 ? parseWall(text) : undefined
}

const FORMS: Readonly<Record<Grain, string>> = {
  hour: 'YYYY-MM-DD or YYYY-MM-DDTHH:MM',
  day: 'YYYY-MM-DD',
  week: 'YYYY-MM-DD',
  month: 'YYYY-MM',
  cron: 'YYYY-MM-DD or YYYY-MM-DDTHH:MM',
}

const NAMES: Readonly<Record<Grain, string>> = {
  hour: 'an hour partition',
  day: 'a day partition',
  week: 'a week partition',
  month: 'a month partition',
  cron: 'a time',
}

type AnyOptions = CommonOptions<LongDelay> & Partial<Record<'hourOffset' | 'minuteOffset' | 'dayOffset', number>>

function time(grain: Grain, column: string, options: AnyOptions, schedule: string | undefined): TimePartitions {
  checkBounds(grain, options)
  checkZone(options.timezone)
  const delay = { months: options.delay?.months ?? 0, days: options.delay?.days ?? 0, hours: options.delay?.hours ?? 0 }
  checkDelay(delay)
  const firstDay = grain === 'month' ? 1 : 0
  const { minuteOffset = 0, hourOffset = 0, dayOffset = firstDay, endOffset = 0 } = options
  checkWhole('minuteOffset', minuteOffset, 0, 59)
  checkWhole('hourOffset', hourOffset, 0, 23)
  if (grain === 'week') checkWhole('dayOffset', dayOffset, 0, 6)
  if (grain === 'month') checkWhole('dayOffset', dayOffset, 1, 28)
  checkWhole('endOffset', endOffset, -1_000_000, 1_000_000)
  return Object.freeze({
    kind: 'time',
    grain,
    start: options.start,
    end: options.end,
    timezone: options.timezone,
    delay: Object.freeze(delay),
    endOffset,
    minuteOffset,
    hourOffset,
    dayOffset,
    schedule,
    column: options.column ?? column,
  })
}

function checkBounds(grain: Grain, { start, end }: AnyOptions): void {
  const walls = [start, end].map((bound) => {
    if (bound === undefined) return undefined
    const wall = boundWall(grain, bound)
    if (wall !== undefined) return wall
    throw graphError('bad-partitions', `'${bound}' is not ${NAMES[grain]}`, `Write it as ${FORMS[grain]}.`)
  })
  if ((grain === 'hour' || grain === 'cron') && walls[0]! < 2 * DAY) {
    throw graphError(
      'bad-partitions',
      `Partitions of hours cannot start at '${start}'`,
      'Start in 1970-01-03 or later: they are counted from 1970 on.',
    )
  }
  if (walls[1] !== undefined && walls[1] <= walls[0]!) {
    throw graphError(
      'bad-partitions',
      `Partitions from '${start}' to before '${end}' are none`,
      'Give an end after the start; the end itself is not a partition.',
    )
  }
}

function checkZone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw graphError('bad-partitions', `'${timezone}' is not a time zone`, "Use an IANA name such as 'Europe/Moscow'.")
  }
}

function checkDelay({ months, days, hours }: Delay): void {
  const isWhole = Number.isInteger(months) && Number.isInteger(days) && Number.isFinite(hours)
  if (isWhole && months >= 0 && days >= 0 && hours >= 0) return
  throw graphError(
    'bad-partitions',
    `A delay of ${months} months, ${days} days and ${hours} hours is not possible`,
    'Give whole months and days, and hours, from 0 on: a partition never exists before its window has ended.',
  )
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw graphError('bad-partitions', `A ${name} of ${value} is not possible`, `Give a whole number, ${min} to ${max}.`)
}

/** Time of day, in ms, at which days, weeks and months begin. */
export function timeOfDay({ hourOffset, minuteOffset }: TimePartitions): number {
  return hourOffset * HOUR + minuteOffset * MINUTE
}
