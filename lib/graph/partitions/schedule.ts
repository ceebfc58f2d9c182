import { type Cron, parseCron } from '../cron.ts'
import { graphError } from '../errors.ts'
import { DAY, firstDayOfMonth, HOUR, MINUTE } from './civil.ts'

/** Times of day and days at which something ticks. */
export interface Schedule {
  /** Ms since midnight, ascending. */
  readonly times: readonly number[]
  /** Whether it ticks in every hour of a day. */
  readonly everyHour: boolean
  readonly days: DaySet
}

/** Days on which something happens, by number: the first at or after 1970-01-01 is 0. */
export interface DaySet {
  readonly has: (day: number) => boolean
  /** Members before a day, counted from 1970-01-01: negative before it. */
  readonly countBefore: (day: number) => number
  /** The member of this number. */
  readonly member: (index: number) => number
}

const known = new Map<string, Schedule>()

/** The schedule of a cron line; throws a GraphError when it is none, or never ticks. */
export function scheduleOf(line: string): Schedule {
  let schedule = known.get(line)
  if (!schedule) {
    schedule = readSchedule(line)
    known.set(line, schedule)
  }
  return schedule
}

function readSchedule(line: string): Schedule {
  const { minutes, hours, days, months, weekdays, eitherDay } = parseCron(line)
  const everyDay = months.size === 12 && days.size === 31 && weekdays.size === 7
  const ticking = everyDay
    ? EVERY_DAY
    : daySet((month, date, weekday) => {
        if (!months.has(month)) return false
        return eitherDay ? days.has(date) || weekdays.has(weekday) : days.has(date) && weekdays.has(weekday)
      })
  if (!ticking) throw graphError('bad-partitions', `'${line}' never ticks`, 'Give a day that some month has.')
  return {
    times: hours.flatMap((hour) => minutes.map((minute) => hour * HOUR + minute * MINUTE)),
    everyHour: hours.length === 24,
    days: ticking,
  }
}

/** A cron line in one form: lines that tick at the same times have the same text. */
export function canonicalCron(line: string): string {
  const { minutes, hours, days, months, weekdays, eitherDay }: Cron = parseCron(line)
  const fields: readonly [Iterable<number>, number][] = [
    [minutes, 60],
    [hours, 24],
    [days, 31],
    [months, 12],
    [weekdays, 7],
  ]
  const text = fields.map(([values, all]) => {
    const members = [...values].sort((a, b) => a - b)
    return members.length === all ? '*' : members.join(',')
  })
  return `${text.join(' ')}${eitherDay ? ' either' : ''}`
}

/** The calendar repeats after so many days, which are whole weeks. */
const CYCLE = 146_097

const EVERY_DAY: DaySet = { has: () => true, countBefore: (day) => day, member: (index) => index }

/** Undefined when no day is a member. */
function daySet(is: (month: number, date: number, weekday: number) => boolean): DaySet | undefined {
  const before = new Int32Array(CYCLE + 1)
  const days: number[] = []
  let monthEnd = 0
  let monthStart = 0
  let month = 1970 * 12 - 1
  for (let day = 0; day < CYCLE; day++) {
    if (day === monthEnd) {
      month++
      monthStart = monthEnd
      monthEnd = firstDayOfMonth(month + 1)
    }
    // 1970-01-01 was a Thursday.
    const member = is((month % 12) + 1, day - monthStart + 1, (day + 4) % 7)
    if (member) days.push(day)
    before[day + 1] = days.length
  }
  if (days.length === 0) return undefined
  return {
    has: (day) => {
      const place = day - Math.floor(day / CYCLE) * CYCLE
      return before[place + 1]! > before[place]!
    },
    countBefore: (day) => {
      const cycles = Math.floor(day / CYCLE)
      return cycles * days.length + before[day - cycles * CYCLE]!
    },
    member: (index) => {
      const cycles = Math.floor(index / days.length)
      return cycles * CYCLE + days[index - cycles * days.length]!
    },
  }
}

/** Wall-clock times at which a schedule ticks, numbered. */
export interface Slots {
  /** Number of the first slot at or after a wall-clock time. */
  readonly from: (wall: number) => number
  /** The wall-clock time of a slot. */
  readonly wall: (slot: number) => number
  /** Whether neighbours are an hour apart, all of them. */
  readonly hourly: boolean
}

export function slotsOf({ times, days }: Schedule): Slots {
  const count = times.length
  const first = times[0]!
  const step = count === 1 ? DAY : times[1]! - first
  const isEven = count * step === DAY && times.every((time, i) => time === first + i * step)
  // Of the same length on every day: one division, since every recorded partition is found by it.
  if (isEven && days === EVERY_DAY) {
    return {
      from: (wall) => Math.ceil((wall - first) / step),
      wall: (slot) => first + slot * step,
      hourly: step === HOUR,
    }
  }
  const firstAt = (time: number): number => {
    const found = times.findIndex((one) => one >= time)
    return found < 0 ? count : found
  }
  return {
    from: (wall) => {
      const day = Math.floor(wall / DAY)
      return days.countBefore(day) * count + (days.has(day) ? firstAt(wall - day * DAY) : 0)
    },
    wall: (slot) => {
      const day = Math.floor(slot / count)
      return days.member(day) * DAY + times[slot - day * count]!
    },
    hourly: false,
  }
}
