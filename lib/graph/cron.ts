import { Temporal } from 'temporal-polyfill'
import { graphError } from './errors.ts'

/** A cron schedule by its members: minute and hour, day of month, month and day of week (0 is Sunday). */
export interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** Cron's old rule: where both days are restricted, either suffices. */
  readonly eitherDay: boolean
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly names?: readonly string[]
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: MONTHS },
  { name: 'day of week', from: 0, to: 7, names: WEEKDAYS },
]

/** Longest gap between two matching days: 29 February over a century that is no leap year. */
const FARTHEST_DAYS = 9 * 366

/**
 * Reads `minute hour day-of-month month day-of-week`: numbers, names (`MON`, `jan`), `*`, lists, ranges, steps, and
 * nicknames such as `@daily`.
 * @throws GraphError that names the field
 */
export function parseCron(text: string): Cron {
  const words = (NICKNAMES[text.trim().toLowerCase()] ?? text).trim().split(/\s+/)
  if (words.length !== FIELDS.length) {
    throw badCron(
      text,
      `it has ${words.length} fields`,
      "Write five: minute, hour, day, month, weekday: '30 6 * * 1-5'.",
    )
  }
  const members = FIELDS.map((field, i) => membersOf(text, field, words[i]!.toLowerCase()))
  const [minutes, hours, days, months, weekdays] = members as [number[], number[], number[], number[], number[]]
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    // Sunday may be written 0 or 7.
    weekdays: new Set(weekdays.map((day) => day % 7)),
    eitherDay: !words[2]!.startsWith('*') && !words[4]!.startsWith('*'),
  }
}

/** The newest moment at or before `at` at which a schedule fires in a zone; undefined when it never does. */
export function previousCronTick(cron: Cron, timezone: string, at: Date): Date | undefined {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timezone)
  // Where clocks are put back, a later wall time of the day before may be the same moment: begin a day late.
  let day = local.toPlainDate().add({ days: 1 })
  for (let looked = 0; looked <= FARTHEST_DAYS; looked++, day = day.subtract({ days: 1 })) {
    if (!matchesDay(cron, day)) continue
    const last = lastTickOfDay(cron, day, timezone, at.getTime())
    if (last !== undefined) return new Date(last)
  }
  return undefined
}

function lastTickOfDay(cron: Cron, day: Temporal.PlainDate, timezone: string, at: number): number | undefined {
  for (const hour of [...cron.hours].reverse()) {
    for (const minute of [...cron.minutes].reverse()) {
      // A wall time that clocks skip fires when they have moved on, a doubled one at its first pass.
      const { epochMilliseconds } = day.toZonedDateTime({ timeZone: timezone, plainTime: { hour, minute } })
      if (epochMilliseconds <= at) return epochMilliseconds
    }
  }
  return undefined
}

function matchesDay(cron: Cron, day: Temporal.PlainDate): boolean {
  if (!cron.months.has(day.month)) return false
  const [ofMonth, ofWeek] = [cron.days.has(day.day), cron.weekdays.has(day.dayOfWeek % 7)]
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek
}

/** Members of one field, ascending, each once. */
function membersOf(text: string, field: Field, word: string): number[] {
  const members = new Set<number>()
  for (const part of word.split(',')) {
    const match = /^(?<range>[^/]+)(\/(?<step>\d+))?$/.exec(part)
    const step = Number(match?.groups?.step ?? 1)
    if (!match || step < 1) throw badField(text, field, part)
    const range = match.groups!.range!
    const [first, last] = range === '*' ? [field.from, field.to] : boundsOf(text, field, range, part)
    // `5/15` is from 5 to the end.
    const end = !range.includes('-') && range !== '*' && match.groups!.step !== undefined ? field.to : last
    if (end < first) throw badField(text, field, part)
    for (let member = first; member <= end; member += step) members.add(member)
  }
  return [...members].sort((a, b) => a - b)
}

function boundsOf(text: string, field: Field, range: string, part: string): readonly [number, number] {
  const ends = range.split('-')
  const numbers = ends.map((end) => {
    const index = field.names?.indexOf(end) ?? -1
    return index >= 0 ? index + field.from : /^\d+$/.test(end) ? Number(end) : Number.NaN
  })
  const [first, last = first] = numbers
  if (ends.length > 2 || !(first! >= field.from && last! <= field.to)) throw badField(text, field, part)
  return [first!, last!]
}

function badField(text: string, field: Field, part: string) {
  return badCron(
    text,
    `'${part}' is no ${field.name}`,
    `A ${field.name} is ${field.from} to ${field.to}${field.names ? ` or ${field.names[0]}, ${field.names[1]}, ...` : ''}; lists a,b, ranges a-b and steps */n are allowed.`,
  )
}

function badCron(text: string, problem: string, mend: string) {
  return graphError('bad-cron', `'${text}' is not a cron schedule: ${problem}`, mend)
}
