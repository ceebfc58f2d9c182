import fc from 'fast-check'
import {
  cross,
  daily,
  type FixedPartitions,
  fixed,
  monthly,
  type PartitionsDefinition,
  type TimePartitions,
} from '../../../../lib/graph/index.ts'
import { single } from '../../../../lib/graph/partitions/definitions.ts'

const startDay = fc
  .integer({ min: 0, max: 60 })
  .map((n) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10))
const startMonth = fc.constantFrom('2023-11', '2023-12', '2024-01', '2024-02', '2024-03')
const zones = ['UTC', 'Europe/Moscow', 'America/New_York', 'Pacific/Kiritimati'] as const

const delay = fc.option(
  fc.record({
    months: fc.integer({ min: 0, max: 7 }),
    days: fc.integer({ min: 0, max: 40 }),
    hours: fc.integer({ min: 0, max: 30 }),
  }),
  { nil: { months: 0, days: 0, hours: 0 } },
)

/** Days and months, their windows within 2023-11 .. 2024-08, in one zone or any. */
export function timeArbitrary(timezones: readonly string[] = zones): fc.Arbitrary<TimePartitions> {
  const timezone = fc.constantFrom(...timezones)
  return fc.oneof(
    fc
      .record({
        start: startDay,
        timezone,
        delay,
        length: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
      })
      .map(({ length, ...options }) =>
        daily({
          ...options,
          ...(length && { end: new Date(Date.parse(options.start) + length * 86_400_000).toISOString().slice(0, 10) }),
        }),
      ),
    fc.record({ start: startMonth, timezone, delay }).map((options) => monthly(options)),
  )
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
