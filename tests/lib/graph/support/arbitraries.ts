import fc from 'fast-check'
import {
  cron,
  cross,
  daily,
  type FixedPartitions,
  fixed,
  hourly,
  monthly,
  type PartitionsDefinition,
  type TimePartitions,
  weekly,
} from '../../../../lib/graph/index.ts'
import { single } from '../../../../lib/graph/partitions/definitions.ts'

const startDay = fc
  .integer({ min: 0, max: 60 })
  .map((n) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10))
const startMonth = fc.constantFrom('2023-11', '2023-12', '2024-01', '2024-02', '2024-03')
const zones = [
  'UTC',
  'Europe/Moscow',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
] as const

const delay = fc.option(
  fc.record({
    months: fc.integer({ min: 0, max: 7 }),
    days: fc.integer({ min: 0, max: 40 }),
    hours: fc.integer({ min: 0, max: 30 }),
  }),
  { nil: { months: 0, days: 0, hours: 0 } },
)

const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)

const shortDelay = fc.option(
  fc.record({ days: fc.integer({ min: 0, max: 3 }), hours: fc.integer({ min: 0, max: 30 }) }),
  {
    nil: { days: 0, hours: 0 },
  },
)

const endOffset = fc.constantFrom(0, 0, 0, 1, -2)
const clock = fc.constantFrom({}, {}, { hourOffset: 2, minuteOffset: 30 }, { hourOffset: 3 })

/** Around clock changes, and away from them. */
const clockChangeDay = fc.constantFrom('2024-03-09', '2024-03-30', '2024-04-05', '2024-02-01', '2023-11-04')

/** Schedules that tick by the clock on the wall, and by elapsed time. */
export const CRON_LINES = ['30 2 * * *', '0 2,3 * * *', '0 */6 * * *', '*/30 * * * *', '0 6 * * 1', '15 3 1,15 * *']

/** Every grain, the windows within 2023-11 .. 2024-08, in one zone or any; those shorter than a day are few. */
export function timeArbitrary(timezones: readonly string[] = zones): fc.Arbitrary<TimePartitions> {
  const timezone = fc.constantFrom(...timezones)
  const length = fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined })
  const days = fc
    .record({ start: startDay, timezone, delay, length, endOffset, clock })
    .map(({ length, clock, ...options }) =>
      daily({ ...options, ...clock, ...(length && { end: addDays(options.start, length) }) }),
    )
  const weeks = fc
    .record({ start: startDay, timezone, delay, dayOffset: fc.integer({ min: 0, max: 6 }), clock })
    .map(({ clock, ...options }) => weekly({ ...options, ...clock }))
  const months = fc
    .record({ start: startMonth, timezone, delay, dayOffset: fc.constantFrom(1, 1, 10), clock })
    .map(({ clock, ...options }) => monthly({ ...options, ...clock }))
  const short = { start: clockChangeDay, timezone, delay: shortDelay, endOffset, days: fc.integer({ min: 1, max: 3 }) }
  const hours = fc
    .record({ ...short, minuteOffset: fc.constantFrom(0, 0, 15, 30) })
    .map(({ days, ...options }) => hourly({ ...options, end: addDays(options.start, days) }))
  const ticks = fc
    .record({ ...short, line: fc.constantFrom(...CRON_LINES) })
    .map(({ days, line, ...options }) =>
      cron(line, { ...options, end: addDays(options.start, line.endsWith('* * *') ? days : 40) }),
    )
  return fc.oneof({ weight: 3, arbitrary: days }, { weight: 2, arbitrary: months }, weeks, hours, ticks)
}

export const fixedArbitrary: fc.Arbitrary<FixedPartitions> = fc.constantFrom(
  fixed('a'),
  fixed('a', 'b'),
  fixed('b', 'a'),
  fixed('a', 'b', 'c'),
)

/** Every kind of partitions. */
export function partitionsIn(timezones?: readonly string[]): fc.Arbitrary<PartitionsDefinition> {
  const time = timeArbitrary(timezones)
  return fc.oneof(
    fc.constant(single),
    fixedArbitrary,
    time,
    fc
      .tuple(time, fixedArbitrary, fc.boolean())
      .map(([t, f, timeFirst]) => (timeFirst ? cross({ t, f }) : cross({ f, t }))),
    fc.tuple(fixedArbitrary, fixedArbitrary).map(([first, second]) => cross({ first, second })),
  )
}

export const partitionsArbitrary = partitionsIn()
