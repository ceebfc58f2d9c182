import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  cron,
  cross,
  daily,
  defineGraph,
  dynamic,
  dynamicNames,
  existingPartitions,
  existsFrom,
  fixed,
  GraphError,
  hourly,
  monthly,
  type PartitionsDefinition,
  partitionColumns,
  partitionKey,
  partitionOf,
  partitionOrdinal,
  partitionSpace,
  partitionsMatching,
  partitionsSignature,
  sets,
  weekly,
  withDynamicPartitions,
} from '../../../lib/graph/index.ts'
import { single } from '../../../lib/graph/partitions/definitions.ts'
import { partitionsArbitrary } from './support/arbitraries.ts'
import { node } from './support/assets.ts'

const keysAt = (definition: PartitionsDefinition, now: string) => {
  const space = partitionSpace(definition)
  return [...sets.ordinals(existingPartitions(space, new Date(now)))].map((o) => partitionKey(space, o))
}

const day = (timezone: string, rest: object = {}) => daily({ start: '2026-03-01', timezone, ...rest })
const month = (timezone: string, rest: object = {}) => monthly({ start: '2026-01', timezone, ...rest })

describe('a partition exists when its window has ended by now', () => {
  const table: [string, PartitionsDefinition, string, string[]][] = [
    ['nothing before the first window ends', day('UTC'), '2026-03-01T23:59:59.999Z', []],
    ['at midnight sharp', day('UTC'), '2026-03-02T00:00:00Z', ['2026-03-01']],
    ['Moscow is three hours ahead', day('Europe/Moscow'), '2026-03-01T20:59:59Z', []],
    ['Moscow is three hours ahead', day('Europe/Moscow'), '2026-03-01T21:00:00Z', ['2026-03-01']],
    ['the most eastern zone', day('Pacific/Kiritimati'), '2026-03-01T10:00:00Z', ['2026-03-01']],
    ['the most western zone', day('Pacific/Niue'), '2026-03-02T10:59:59Z', []],
    ['the most western zone', day('Pacific/Niue'), '2026-03-02T11:00:00Z', ['2026-03-01']],
    ['a half-hour zone', day('Asia/Kolkata'), '2026-03-01T18:30:00Z', ['2026-03-01']],
    ['a delay in hours', day('UTC', { delay: { hours: 6 } }), '2026-03-02T05:59:59Z', []],
    ['a delay in hours', day('UTC', { delay: { hours: 6 } }), '2026-03-02T06:00:00Z', ['2026-03-01']],
    ['a delay of 34 days (labels)', day('UTC', { delay: { days: 34 } }), '2026-04-04T23:59:59Z', []],
    ['a delay of 34 days (labels)', day('UTC', { delay: { days: 34 } }), '2026-04-05T00:00:00Z', ['2026-03-01']],
    ['days and hours', day('UTC', { delay: { days: 1, hours: 30 } }), '2026-03-04T06:00:00Z', ['2026-03-01']],
    ['an end is exclusive', day('UTC', { end: '2026-03-03' }), '2030-01-01T00:00:00Z', ['2026-03-01', '2026-03-02']],
    ['months', month('UTC'), '2026-03-01T00:00:00Z', ['2026-01', '2026-02']],
    ['months', month('UTC'), '2026-02-28T23:59:59Z', ['2026-01']],
    ['months in Moscow', month('Europe/Moscow'), '2026-02-28T21:00:00Z', ['2026-01', '2026-02']],
    [
      'months with a delay across their end',
      month('UTC', { delay: { days: 40 } }),
      '2026-03-13T00:00:00Z',
      ['2026-01'],
    ],
    ['months after months', month('UTC', { delay: { months: 6 } }), '2026-07-31T23:59:59Z', []],
    ['months after months', month('UTC', { delay: { months: 6 } }), '2026-08-01T00:00:00Z', ['2026-01']],
    ['a month after a 30th', day('UTC', { start: '2026-01-30', delay: { months: 1 } }), '2026-02-27T23:59:59Z', []],
    [
      'a month after a 30th',
      day('UTC', { start: '2026-01-30', delay: { months: 1 } }),
      '2026-02-28T00:00:00Z',
      ['2026-01-30'],
    ],
    [
      'months, days and hours',
      day('UTC', { delay: { months: 2, days: 1, hours: 6 } }),
      '2026-05-03T06:00:00Z',
      ['2026-03-01'],
    ],
    [
      'a delay in months ends on the last day of a shorter month',
      daily({ start: '2026-01-29', timezone: 'UTC', delay: { months: 1 } }),
      '2026-02-28T00:00:00Z',
      ['2026-01-29', '2026-01-30'],
    ],
    ['months come before days', day('UTC', { delay: { months: 1, days: 1 } }), '2026-04-03T00:00:00Z', ['2026-03-01']],
    ['months come before days', day('UTC', { delay: { months: 1, days: 1 } }), '2026-04-02T23:59:59Z', []],
    ['fixed keys always exist', fixed('b', 'a'), '1970-01-01T00:00:00Z', ['b', 'a']],
    ['a single partition always exists', single, '1970-01-01T00:00:00Z', ['']],
    [
      'time x keys, all keys of a day together',
      cross({ day: day('UTC'), segment: fixed('trial', 'paid') }),
      '2026-03-03T00:00:00Z',
      ['2026-03-01|trial', '2026-03-01|paid', '2026-03-02|trial', '2026-03-02|paid'],
    ],
    [
      'keys x time keep the declared order in the key',
      cross({ segment: fixed('trial', 'paid'), month: month('UTC') }),
      '2026-02-01T00:00:00Z',
      ['trial|2026-01', 'paid|2026-01'],
    ],
    [
      'two fixed dimensions',
      cross({ a: fixed('x', 'y'), b: fixed('1', '2') }),
      '2026-01-01T00:00:00Z',
      ['x|1', 'x|2', 'y|1', 'y|2'],
    ],
  ]
  test.each(table)('%s', (_, definition, now, keys) => {
    expect(keysAt(definition, now)).toEqual(keys)
  })
})

describe('daylight saving', () => {
  const berlin = partitionSpace(daily({ start: '2026-01-01', timezone: 'Europe/Berlin' }))
  const hours = (key: string) => {
    const { window } = partitionOf(berlin, partitionOrdinal(berlin, key)!)
    return (window!.to.getTime() - window!.from.getTime()) / 3_600_000
  }
  test.each([
    ['2026-03-28', 24],
    ['2026-03-29', 23],
    ['2026-10-25', 25],
    ['2026-10-26', 24],
  ])('%s has %i hours', (key, expected) => expect(hours(key)).toBe(expected))

  test('a day without midnight begins with its first moment', () => {
    // Cairo's clocks go from 00:00 to 01:00 on 24 April 2026.
    const cairo = partitionSpace(daily({ start: '2026-04-01', timezone: 'Africa/Cairo' }))
    const { window } = partitionOf(cairo, partitionOrdinal(cairo, '2026-04-24')!)
    expect(window!.from.toISOString()).toBe('2026-04-23T22:00:00.000Z')
    expect(window!.to.toISOString()).toBe('2026-04-24T21:00:00.000Z')
  })

  test('windows of neighbours touch, whatever the zone does', () => {
    const zones = ['Europe/Berlin', 'Africa/Cairo', 'Pacific/Apia']
    for (const timezone of zones) {
      const space = partitionSpace(daily({ start: '2011-01-01', timezone }))
      const first = partitionOrdinal(space, '2011-01-01')!
      const windows = Array.from({ length: 400 }, (_, i) => partitionOf(space, first + i).window!)
      expect(windows.slice(1).map((w) => w.from)).toEqual(windows.slice(0, -1).map((w) => w.to))
    }
  })
})

describe('properties', () => {
  const instant = fc.integer({ min: Date.UTC(2023, 10, 1), max: Date.UTC(2024, 8, 1) }).map((ms) => new Date(ms))

  test('keys and ordinals are inverse, and a key names its window', () => {
    fc.assert(
      fc.property(partitionsArbitrary, instant, (definition, now) => {
        const space = partitionSpace(definition)
        const existing = [...sets.ordinals(existingPartitions(space, now))]
        const keys = existing.map((ordinal) => partitionKey(space, ordinal))
        expect(new Set(keys).size).toBe(keys.length)
        expect(keys.map((key) => partitionOrdinal(space, key))).toEqual(existing)
        expect(keys.map((key) => partitionsMatching(space, key))).toEqual(existing.map((o) => [o]))
        for (const ordinal of existing) {
          const partition = partitionOf(space, ordinal)
          expect(Object.keys(partition.values)).toEqual(partitionColumns(space).map((c) => c.name))
          if (partition.date) expect(partition.key).toContain(partition.date.slice(0, 7))
        }
      }),
      { numRuns: 200 },
    )
  })

  test('dates are read as Date reads them, and only those there are', () => {
    const days = partitionSpace(daily({ start: '2026-01-01', timezone: 'UTC' }))
    const part = (min: number, max: number, width: number) =>
      fc.integer({ min, max }).map((n) => String(n).padStart(width, '0'))
    fc.assert(
      fc.property(part(1600, 2500, 4), part(0, 14, 2), part(0, 33, 2), (year, month, day) => {
        const text = `${year}-${month}-${day}`
        const date = new Date(`${text}T00:00:00Z`)
        const isDate = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text
        expect(partitionOrdinal(days, text)).toBe(isDate ? date.getTime() / 86_400_000 : undefined)
      }),
      { numRuns: 2000 },
    )
    for (const text of [
      '2026-1-011',
      '+026-01-01',
      '2026/01/01',
      '2026-01-0a',
      '2026-01-01 ',
      ' 2026-01-01',
      '２026-01-01',
    ])
      expect(partitionOrdinal(days, text)).toBeUndefined()
  })

  test('exactly those exist whose moment has come', () => {
    fc.assert(
      fc.property(partitionsArbitrary, instant, (definition, now) => {
        const space = partitionSpace(definition)
        if (!space.time) return
        const existing = existingPartitions(space, now)
        const first = partitionOrdinal(partitionSpace(space.time), space.time.start)!
        const end = space.time.end && partitionOrdinal(partitionSpace(space.time), space.time.end)!
        for (let time = first - 2; time < first + 260; time++) {
          const wanted = time >= first && (!end || time < end) && existsFrom(space.time, time) <= now
          const here = space.keys.map((_, key) => sets.has(existing, time * space.keys.length + key))
          if (here.some((exists) => exists !== wanted)) expect({ time, here }).toEqual({ time, wanted })
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('keys that name no partition', () => {
  const days = partitionSpace(daily({ start: '2026-01-01', timezone: 'UTC' }))
  const months = partitionSpace(monthly({ start: '2026-01', timezone: 'UTC' }))
  const segments = partitionSpace(
    cross({ month: monthly({ start: '2026-01', timezone: 'UTC' }), segment: fixed('trial', 'paid') }),
  )
  test.each([
    [days, '2026-02-30'],
    [days, '2026-13-01'],
    [days, '2026-02'],
    [days, '2026-2-3'],
    [days, '2026-02-03|trial'],
    [days, ''],
    [days, '*'],
    [months, '2026-13'],
    [months, '2026-00'],
    [months, '2026-01-01'],
    [segments, '2026-01'],
    [segments, '2026-01|free'],
    [segments, 'trial|2026-01'],
    [segments, '2026-01|trial|paid'],
    [segments, '2026-01-01|*'],
    [segments, '*|trial'],
    [partitionSpace(fixed('a')), 'b'],
    [partitionSpace(single), 'a'],
  ])('%#: %j', (space, key) => {
    expect(partitionOrdinal(space, key)).toBeUndefined()
    expect(partitionsMatching(space, key)).toBeNull()
  })

  test('a star stands for all keys of a fixed dimension', () => {
    const named = (space: typeof days, text: string) =>
      partitionsMatching(space, text)!.map((o) => partitionKey(space, o))
    expect(named(segments, '2026-03|*')).toEqual(['2026-03|trial', '2026-03|paid'])
    const two = partitionSpace(cross({ a: fixed('x', 'y'), b: fixed('1', '2') }))
    expect(named(two, 'x|*')).toEqual(['x|1', 'x|2'])
    expect(named(two, '*|2')).toEqual(['x|2', 'y|2'])
    expect(named(two, '*|*')).toEqual(['x|1', 'x|2', 'y|1', 'y|2'])
    expect(partitionsMatching(two, 'z|*')).toBeNull()
  })
})

describe('definitions that cannot be', () => {
  const table: [string, () => unknown, RegExp][] = [
    ['another form', () => daily({ start: '2026-1-1', timezone: 'UTC' }), /'2026-1-1' is not a day partition/],
    ['a month as a day', () => daily({ start: '2026-01', timezone: 'UTC' }), /'2026-01' is not a day partition/],
    [
      'a day that is not on the calendar',
      () => daily({ start: '2026-02-30', timezone: 'UTC' }),
      /'2026-02-30' is not a day/,
    ],
    ['a thirteenth month', () => monthly({ start: '2026-13', timezone: 'UTC' }), /'2026-13' is not a month/],
    [
      'a bad end',
      () => daily({ start: '2026-01-01', end: '2026-04-31', timezone: 'UTC' }),
      /'2026-04-31' is not a day/,
    ],
    ['an end before the start', () => daily({ start: '2026-01-02', end: '2026-01-02', timezone: 'UTC' }), /are none/],
    [
      'an unknown zone',
      () => daily({ start: '2026-01-01', timezone: 'Europe/Mosow' }),
      /'Europe\/Mosow' is not a time zone/,
    ],
    [
      'a negative delay',
      () => daily({ start: '2026-01-01', timezone: 'UTC', delay: { hours: -1 } }),
      /0 days and -1 hours/,
    ],
    ['half a month', () => monthly({ start: '2026-01', timezone: 'UTC', delay: { months: 0.5 } }), /of 0.5 months/],
    ['half a day', () => daily({ start: '2026-01-01', timezone: 'UTC', delay: { days: 0.5 } }), /0 months, 0.5 days/],
    [
      'hours from nowhere',
      () => hourly({ start: '2026-01-01T5:00', timezone: 'UTC' }),
      /'2026-01-01T5:00' is not an hour/,
    ],
    [
      'hours that end at no minute',
      () => hourly({ start: '2026-01-01', end: '2026-01-01T05:60', timezone: 'UTC' }),
      /T05:60/,
    ],
    [
      'hours long ago',
      () => hourly({ start: '1969-12-31', timezone: 'UTC' }),
      /cannot start at '1969-12-31'[\s\S]*1970-01-03/,
    ],
    ['a week as a month', () => weekly({ start: '2026-01', timezone: 'UTC' }), /'2026-01' is not a week partition/],
    [
      'minute 60',
      () => hourly({ start: '2026-01-01', timezone: 'UTC', minuteOffset: 60 }),
      /A minuteOffset of 60.*0 to 59/,
    ],
    ['hour 24', () => daily({ start: '2026-01-01', timezone: 'UTC', hourOffset: 24 }), /A hourOffset of 24.*0 to 23/],
    ['weekday 7', () => weekly({ start: '2026-01-01', timezone: 'UTC', dayOffset: 7 }), /A dayOffset of 7.*0 to 6/],
    ['a day that some months lack', () => monthly({ start: '2026-01', timezone: 'UTC', dayOffset: 29 }), /29.*1 to 28/],
    ['half a partition', () => daily({ start: '2026-01-01', timezone: 'UTC', endOffset: 0.5 }), /endOffset of 0.5/],
    [
      'four fields',
      () => cron('* * * *', { start: '2026-01-01', timezone: 'UTC' }),
      /'\* \* \* \*' is not a cron schedule/,
    ],
    ['a schedule that never ticks', () => cron('0 0 30 2 *', { start: '2026-01-01', timezone: 'UTC' }), /never ticks/],
    ['a tick that is none', () => cron('0 0 * * *', { start: 'today', timezone: 'UTC' }), /'today' is not a time/],
    ['a name with a space', () => dynamic('my keys'), /dynamic\('my keys'\) is not a name/],
    ['no key', () => fixed(), /is not a list of partition keys/],
    ['a key twice', () => fixed('a', 'a'), /'a', 'a'/],
    ...['', 'a|b', 'a*', 'a,b', 'a@b', 'a b'].map((key): [string, () => unknown, RegExp] => [
      `the key '${key}'`,
      () => fixed('ok', key),
      /is not a list/,
    ]),
    ['one dimension', () => cross({ a: fixed('x') }), /1 dimensions/],
    ['three dimensions', () => cross({ a: fixed('x'), b: fixed('y'), c: fixed('z') }), /3 dimensions/],
    ['two of time', () => cross({ day: day('UTC'), month: month('UTC') }), /2 of them in time/],
  ]
  test.each(table)('%s', (_, make, message) => {
    expect(make).toThrow(message)
    expect(make).toThrow(GraphError)
  })
})

test('the signature says what a key means, not how far partitions reach', () => {
  expect(partitionsSignature(day('UTC'))).toBe(
    partitionsSignature(day('UTC', { end: '2027-01-01', delay: { days: 3 } })),
  )
  expect(partitionsSignature(day('UTC'))).not.toBe(partitionsSignature(day('Europe/Moscow')))
  expect(partitionsSignature(fixed('a'))).toBe(partitionsSignature(fixed('a', 'b')))
  expect(partitionsSignature(cross({ month: month('UTC'), segment: fixed('a') }))).toBe('month=month@UTC|segment=fixed')
})

test('columns and values', () => {
  const space = partitionSpace(
    cross({ segment: fixed('trial', 'paid'), month: monthly({ start: '2026-01', timezone: 'UTC' }) }),
  )
  expect(partitionColumns(space)).toEqual([
    { name: 'segment', type: 'String' },
    { name: 'month', type: 'Date' },
  ])
  expect(partitionOf(space, partitionOrdinal(space, 'paid|2026-02')!)).toEqual({
    key: 'paid|2026-02',
    values: { segment: 'paid', month: '2026-02-01' },
    date: '2026-02-01',
    window: { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') },
  })
  expect(partitionOf(partitionSpace(single), 0)).toEqual({ key: '', values: {}, date: undefined, window: undefined })
})

test('columns of hours and ticks hold moments in UTC', () => {
  const hours = partitionSpace(hourly({ start: '2026-01-01', timezone: 'Europe/Berlin' }))
  const ticks = partitionSpace(
    cross({ tick_at: cron('30 2 * * *', { start: '2026-01-01', timezone: 'Europe/Berlin' }), to: dynamic('shops') }),
    new Map([['shops', ['a', 'b']]]),
  )
  expect(partitionColumns(hours)).toEqual([{ name: 'hour', type: "DateTime('UTC')" }])
  expect(partitionColumns(ticks)).toEqual([
    { name: 'tick_at', type: "DateTime('UTC')" },
    { name: 'to', type: 'String' },
  ])
  const valuesOf = (space: typeof hours, key: string) => partitionOf(space, partitionOrdinal(space, key)!).values
  expect(valuesOf(hours, '2026-10-25T02:00+02:00')).toEqual({ hour: '2026-10-25 00:00:00' })
  expect(valuesOf(hours, '2026-10-25T02:00+01:00')).toEqual({ hour: '2026-10-25 01:00:00' })
  expect(valuesOf(ticks, '2026-03-01T02:30|b')).toEqual({ tick_at: '2026-03-01 01:30:00', to: 'b' })
})

describe('dynamic partitions', () => {
  const shops = dynamic('shops')
  const one = node('shops/one', { partitions: shops })
  const days = daily({ start: '2026-03-01', timezone: 'UTC' })
  const graph = defineGraph({
    assets: [
      one,
      node('shops/days', { partitions: cross({ day: days, shop: shops }), deps: { one } }),
      node('shops/kinds', { partitions: cross({ kind: fixed('x', 'y'), town: dynamic('towns') }) }),
      node('other/days', { partitions: days }),
    ],
  })
  const bound = withDynamicPartitions(graph, new Map([['shops', ['b', 'a']]]))

  test('have the keys that a graph is bound to, in their order, and none before', () => {
    const now = new Date('2026-03-03T00:00:00Z')
    const keys = (key: string, on = bound) => {
      const space = on.space(key)
      return [...sets.ordinals(existingPartitions(space, now))].map((ordinal) => partitionKey(space, ordinal))
    }
    expect(dynamicNames(graph)).toEqual(['shops', 'towns'])
    expect(keys('shops/one', graph)).toEqual([])
    expect(keys('shops/days', graph)).toEqual([])
    expect(keys('shops/one')).toEqual(['b', 'a'])
    expect(keys('shops/days')).toEqual(['2026-03-01|b', '2026-03-01|a', '2026-03-02|b', '2026-03-02|a'])
    expect(keys('shops/kinds')).toEqual([])
    expect(keys('shops/kinds', withDynamicPartitions(graph, new Map([['towns', ['t']]])))).toEqual(['x|t', 'y|t'])
    expect(bound.space('other/days')).toBe(graph.space('other/days'))
  })

  test('a key that went has no ordinal, a star stands for those that are there', () => {
    expect(partitionOrdinal(bound.space('shops/one'), 'c')).toBeUndefined()
    expect(partitionsMatching(bound.space('shops/days'), '2026-03-01|*')).toHaveLength(2)
    expect(partitionsMatching(graph.space('shops/days'), '2026-03-01|*')).toBeNull()
  })

  test('select works on the bound graph, and a graph without any stays itself', () => {
    expect(bound.select('shops/one+')).toEqual(['shops/one', 'shops/days'])
    const plain = defineGraph({ assets: [node('other/days', { partitions: days })] })
    expect(withDynamicPartitions(plain, new Map())).toBe(plain)
  })
})
