import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import {
  cron,
  daily,
  existingPartitions,
  hourly,
  monthly,
  partitionKey,
  partitionOf,
  partitionOrdinal,
  partitionSpace,
  partitionsSignature,
  sets,
  type TimePartitions,
  weekly,
} from '../../../lib/graph/index.ts'
import { timelineOf } from '../../../lib/graph/partitions/calendar.ts'
import { CRON_LINES, timeArbitrary } from './support/arbitraries.ts'
import { windowsOf } from './support/naive-windows.ts'

const berlin = { timezone: 'Europe/Berlin' }

/** Keys of the windows that begin within `[from, to)`, with their starts in UTC. */
function starting(definition: TimePartitions, from: string, to: string): string[] {
  const line = timelineOf(definition)
  const shown: string[] = []
  for (let time = line.at(Date.parse(from) - 1) + 1; line.start(time) < Date.parse(to); time++)
    shown.push(`${line.key(time)} = ${new Date(line.start(time)).toISOString().slice(5, 16)}`)
  return shown
}

describe('clock changes', () => {
  const hours = hourly({ start: '2026-01-01', ...berlin })
  test('the skipped hour is no partition', () => {
    expect(starting(hours, '2026-03-29T00:00Z', '2026-03-29T03:00Z')).toEqual([
      '2026-03-29T01:00 = 03-29T00:00',
      '2026-03-29T03:00 = 03-29T01:00',
      '2026-03-29T04:00 = 03-29T02:00',
    ])
    expect(timelineOf(hours).ordinal('2026-03-29T02:00')).toBeUndefined()
  })

  test('the doubled hour is two, told apart by their offsets', () => {
    expect(starting(hours, '2026-10-24T23:00Z', '2026-10-25T03:00Z')).toEqual([
      '2026-10-25T01:00 = 10-24T23:00',
      '2026-10-25T02:00+02:00 = 10-25T00:00',
      '2026-10-25T02:00+01:00 = 10-25T01:00',
      '2026-10-25T03:00 = 10-25T02:00',
    ])
    for (const text of [
      '2026-10-25T02:00',
      '2026-10-25T02:00+03:00',
      '2026-10-25T02:00+0200',
      '2026-10-25T03:00+01:00',
    ])
      expect(timelineOf(hours).ordinal(text)).toBeUndefined()
  })

  test('hours that begin at a minute keep their length', () => {
    expect(
      starting(hourly({ start: '2026-01-01', minuteOffset: 30, ...berlin }), '2026-03-29T00:00Z', '2026-03-29T03:00Z'),
    ).toEqual(['2026-03-29T01:30 = 03-29T00:30', '2026-03-29T03:30 = 03-29T01:30', '2026-03-29T04:30 = 03-29T02:30'])
  })

  test('clocks that move by half an hour make one hour of 90 minutes', () => {
    const lordHowe = hourly({ start: '2026-01-01', timezone: 'Australia/Lord_Howe' })
    expect(starting(lordHowe, '2026-04-04T13:30Z', '2026-04-04T17:00Z')).toEqual([
      '2026-04-05T01:00 = 04-04T14:00',
      '2026-04-05T02:00 = 04-04T15:30',
      '2026-04-05T03:00 = 04-04T16:30',
    ])
    expect(starting(lordHowe, '2026-10-03T14:00Z', '2026-10-03T17:30Z')).toEqual([
      '2026-10-04T01:00 = 10-03T14:30',
      '2026-10-04T03:00 = 10-03T16:00',
      '2026-10-04T04:00 = 10-03T17:00',
    ])
  })

  test('hours of a half-hour zone begin at its own full hours', () => {
    expect(
      starting(hourly({ start: '2026-01-01', timezone: 'Asia/Kolkata' }), '2026-03-01T00:00Z', '2026-03-01T02:00Z'),
    ).toEqual(['2026-03-01T06:00 = 03-01T00:30', '2026-03-01T07:00 = 03-01T01:30'])
  })

  test.each<[string, TimePartitions]>([
    ['days', daily({ start: '2026-01-01', hourOffset: 2, minuteOffset: 30, ...berlin })],
    ['ticks', cron('30 2 * * *', { start: '2026-01-01', ...berlin })],
  ])(
    '%s at a skipped time begin at the end of the gap, at a doubled one when it is first shown',
    (name, definition) => {
      const key = (date: string) => (name === 'days' ? date : `${date}T02:30`)
      expect(starting(definition, '2026-03-28T12:00Z', '2026-03-31T00:00Z')).toEqual([
        `${key('2026-03-29')} = 03-29T01:00`,
        `${key('2026-03-30')} = 03-30T00:30`,
      ])
      expect(starting(definition, '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
        `${key('2026-10-25')} = 10-25T00:30`,
        `${key('2026-10-26')} = 10-26T01:30`,
      ])
    },
  )

  test('a schedule of every hour goes by elapsed time, one of some hours by the clock', () => {
    const half = cron('0,30 * * * *', { start: '2026-01-01', ...berlin })
    expect(starting(half, '2026-10-25T00:30Z', '2026-10-25T02:00Z').map((text) => text.split(' ')[0])).toEqual([
      '2026-10-25T02:30+02:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T02:30+01:00',
    ])
    const some = cron('0 1,2,3 * * *', { start: '2026-01-01', ...berlin })
    expect(starting(some, '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual([
      '2026-10-25T01:00 = 10-24T23:00',
      '2026-10-25T02:00 = 10-25T00:00',
      '2026-10-25T03:00 = 10-25T02:00',
    ])
    // What would begin at the end of the gap together with another tick is none.
    expect(starting(some, '2026-03-28T12:00Z', '2026-03-29T12:00Z')).toEqual([
      '2026-03-29T01:00 = 03-29T00:00',
      '2026-03-29T03:00 = 03-29T01:00',
    ])
  })

  test('a day that a zone skipped has an empty window', () => {
    const apia = daily({ start: '2011-12-01', timezone: 'Pacific/Apia' })
    expect(starting(apia, '2011-12-29T00:00Z', '2012-01-01T00:00Z')).toEqual([
      '2011-12-29 = 12-29T10:00',
      '2011-12-30 = 12-30T10:00',
      '2011-12-31 = 12-30T10:00',
      '2012-01-01 = 12-31T10:00',
    ])
  })
})

describe('what windows are called and where they begin', () => {
  test.each<[string, TimePartitions, string, { key: string; from: string; date: string }]>([
    [
      'weeks begin on Sunday',
      weekly({ start: '2026-01-01', timezone: 'UTC' }),
      '2026-03-04T12:00Z',
      { key: '2026-03-01', from: '2026-03-01T00:00:00.000Z', date: '2026-03-01' },
    ],
    [
      'or on another day, at a time',
      weekly({ start: '2026-01-01', timezone: 'Europe/Moscow', dayOffset: 1, hourOffset: 6 }),
      '2026-03-02T02:59Z',
      { key: '2026-02-23', from: '2026-02-23T03:00:00.000Z', date: '2026-02-23' },
    ],
    [
      'months of an accountant',
      monthly({ start: '2026-01', timezone: 'UTC', dayOffset: 15, hourOffset: 1 }),
      '2026-03-15T00:59Z',
      { key: '2026-02', from: '2026-02-15T01:00:00.000Z', date: '2026-02-15' },
    ],
    [
      'from a tick to the next',
      cron('0 9 * * 1-5', { start: '2026-01-01', timezone: 'UTC' }),
      '2026-03-08T12:00Z',
      { key: '2026-03-06T09:00', from: '2026-03-06T09:00:00.000Z', date: '2026-03-06' },
    ],
    [
      'seldom',
      cron('0 0 29 2 *', { start: '2020-01-01', timezone: 'UTC' }),
      '2026-03-08T12:00Z',
      { key: '2024-02-29T00:00', from: '2024-02-29T00:00:00.000Z', date: '2024-02-29' },
    ],
    [
      'either of two days, as cron has it',
      cron('0 0 13 * 5', { start: '2026-01-01', timezone: 'UTC' }),
      '2026-04-15T00:00Z',
      { key: '2026-04-13T00:00', from: '2026-04-13T00:00:00.000Z', date: '2026-04-13' },
    ],
  ])('%s', (_, definition, at, expected) => {
    const space = partitionSpace(definition)
    const { key, window, date } = partitionOf(space, timelineOf(definition).at(Date.parse(at)))
    expect({ key, from: window!.from.toISOString(), date }).toEqual(expected)
  })

  test('the first partition is the first to begin at the start or later', () => {
    const first = (definition: TimePartitions) => {
      const space = partitionSpace(definition)
      return partitionKey(space, existingPartitions(space, new Date('2026-06-01T00:00Z'))[0]![0])
    }
    expect(first(weekly({ start: '2026-01-01', timezone: 'UTC' }))).toBe('2026-01-04')
    expect(first(weekly({ start: '2026-01-04', timezone: 'UTC' }))).toBe('2026-01-04')
    expect(first(cron('0 9 * * *', { start: '2026-01-01T09:01', timezone: 'UTC' }))).toBe('2026-01-02T09:00')
    expect(first(hourly({ start: '2026-01-01T09:00', timezone: 'Asia/Kolkata' }))).toBe('2026-01-01T09:00')
    expect(first(hourly({ start: '2026-03-29T02:00', ...berlin }))).toBe('2026-03-29T03:00')
    expect(first(hourly({ start: '2025-10-26T02:00', ...berlin }))).toBe('2025-10-26T02:00+02:00')
  })

  test('an end offset lets partitions exist before their windows have ended, or later', () => {
    const last = (endOffset: number, now: string) => {
      const space = partitionSpace(daily({ start: '2026-01-01', timezone: 'UTC', endOffset }))
      return partitionKey(space, sets.last(existingPartitions(space, new Date(now)))!)
    }
    expect(last(0, '2026-03-05T12:00Z')).toBe('2026-03-04')
    expect(last(1, '2026-03-05T00:00Z')).toBe('2026-03-05')
    expect(last(1, '2026-03-04T23:59Z')).toBe('2026-03-04')
    expect(last(-2, '2026-03-05T12:00Z')).toBe('2026-03-02')
  })

  test('a moved start renumbers nothing, and hours are those of UTC', () => {
    const at = (definition: TimePartitions) => partitionOrdinal(partitionSpace(definition), '2026-03-01T05:00')
    expect(at(hourly({ start: '2026-01-01', timezone: 'UTC' }))).toBe(Date.UTC(2026, 2, 1, 5) / 3_600_000)
    expect(at(hourly({ start: '2026-01-01', ...berlin }))).toBe(Date.UTC(2026, 2, 1, 4) / 3_600_000)
    for (const line of ['0 5 * * *', '0 */5 * * *'])
      expect(at(cron(line, { start: '2020-01-01', ...berlin }))).toBe(
        at(cron(line, { start: '2026-02-01', ...berlin })),
      )
  })

  test('the signature holds grain, zone, offsets and schedule', () => {
    const texts = [
      hourly({ start: '2026-01-01', timezone: 'UTC' }),
      hourly({ start: '2026-01-01', timezone: 'UTC', minuteOffset: 15 }),
      daily({ start: '2026-01-01', timezone: 'UTC', hourOffset: 2 }),
      weekly({ start: '2026-01-01', timezone: 'UTC' }),
      weekly({ start: '2026-01-01', timezone: 'UTC', dayOffset: 1 }),
      monthly({ start: '2026-01', timezone: 'UTC', dayOffset: 2 }),
      cron('0 9 * * MON-FRI', { start: '2026-01-01', timezone: 'UTC' }),
    ].map(partitionsSignature)
    expect(texts).toEqual([
      'hour@UTC',
      'hour@UTC+00:15',
      'day@UTC+02:00',
      'week@UTC',
      'week@UTC+1d',
      'month@UTC+1d',
      'cron(0 9 * * 1,2,3,4,5)@UTC',
    ])
    const same = cron(' 0  9 * * 1-5 ', { start: '2020-01-01', end: '2026-01-01', timezone: 'UTC' })
    expect(partitionsSignature(same)).toBe(texts[6])
  })
})

describe('windows tile the time line', () => {
  const zones = [...Intl.supportedValuesOf('timeZone'), 'Etc/GMT-14', 'UTC']
  const instant = fc.integer({ min: Date.UTC(1971, 0, 1), max: Date.UTC(2030, 0, 1) })
  const offsets = { hourOffset: fc.integer({ min: 0, max: 23 }), minuteOffset: fc.integer({ min: 0, max: 59 }) }
  const timezone = fc.constantFrom(...zones)
  const definition: fc.Arbitrary<TimePartitions> = fc.oneof(
    fc.record({ timezone, minuteOffset: offsets.minuteOffset }).map((o) => hourly({ start: '1971-01-01', ...o })),
    fc.record({ timezone, ...offsets }).map((o) => daily({ start: '1971-01-01', ...o })),
    fc
      .record({ timezone, ...offsets, dayOffset: fc.integer({ min: 0, max: 6 }) })
      .map((o) => weekly({ start: '1971-01-01', ...o })),
    fc
      .record({ timezone, ...offsets, dayOffset: fc.integer({ min: 1, max: 28 }) })
      .map((o) => monthly({ start: '1971-01', ...o })),
    fc
      .tuple(timezone, fc.constantFrom(...CRON_LINES, '0 0 29 2 *', '7 0-5 * * *', '30 0,23 * * *'))
      .map(([zone, line]) => cron(line, { start: '1971-01-01', timezone: zone })),
  )

  /** A clock change of the zone after a moment, or the moment. */
  const nextChange = (zone: string, at: number): number =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).getTimeZoneTransition('next')
      ?.epochMilliseconds ?? at

  test('every moment lies in one window, keys and ordinals are inverse, ordinals are in the order of time', () => {
    fc.assert(
      fc.property(
        definition,
        instant,
        fc.boolean(),
        fc.integer({ min: -7_200_000, max: 7_200_000 }),
        (time, any, near, by) => {
          const at = near ? nextChange(time.timezone, any) + by : any
          const line = timelineOf(time)
          const ordinal = line.at(at)
          expect(line.start(ordinal)).toBeLessThanOrEqual(at)
          expect(line.start(ordinal + 1)).toBeGreaterThan(at)
          for (let one = ordinal - 3; one <= ordinal + 3; one++) {
            expect(line.ordinal(line.key(one))).toBe(one)
            const [start, end] = [line.start(one), line.start(one + 1)]
            if (end > start) expect([line.at(start), line.at(end - 1)]).toEqual([one, one])
            else expect(time.grain).toBe('day')
          }
        },
      ),
      { numRuns: 800 },
    )
  })

  test('hours begin when the clock shows their key', () => {
    fc.assert(
      fc.property(timezone, fc.integer({ min: 0, max: 59 }), instant, (zone, minuteOffset, any) => {
        const line = timelineOf(hourly({ start: '1971-01-01', timezone: zone, minuteOffset }))
        const at = nextChange(zone, any)
        const first = line.at(at) - 2
        for (let ordinal = first; ordinal < first + 5; ordinal++) {
          const shown = Temporal.Instant.fromEpochMilliseconds(line.start(ordinal)).toZonedDateTimeISO(zone)
          // Zones were minutes and seconds off until 1972.
          if (shown.second !== 0) return
          const key = line.key(ordinal)
          expect(shown.toPlainDateTime().toString().slice(0, 16)).toBe(key.slice(0, 16))
          if (key.length > 16) expect(shown.offset).toBe(key.slice(16))
        }
      }),
      { numRuns: 200 },
    )
  })

  test('against a clock that is looked at every quarter of an hour', () => {
    fc.assert(
      fc.property(timeArbitrary(), (time) => {
        const line = timelineOf(time)
        const windows = windowsOf(time)
        const first = line.ordinal(windows[0]!.key)!
        windows.forEach(({ key, from, to }, i) => {
          const found = { key: line.key(first + i), from: line.start(first + i), to: line.start(first + i + 1) }
          if (found.key !== key || found.from !== from || found.to !== to) expect(found).toEqual({ key, from, to })
        })
      }),
      { numRuns: 40 },
    )
  })
})
