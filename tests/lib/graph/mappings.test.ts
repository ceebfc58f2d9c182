import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  all,
  asOf,
  type Box,
  cron,
  cross,
  daily,
  dynamic,
  existingPartitions,
  fixed,
  hourly,
  identity,
  last,
  mappingText,
  monthly,
  type PartitionMapping,
  type PartitionSpace,
  type PartitionsDefinition,
  partitionOrdinal,
  partitionSpace,
  perDimension,
  resolveMapping,
  sets,
  specific,
  staticMap,
  timeOverlap,
  toDimension,
  trailing,
} from '../../../lib/graph/index.ts'
import { defaultMapping } from '../../../lib/graph/mappings/mapping.ts'
import { mappingMisfit } from '../../../lib/graph/mappings/resolve.ts'
import { single } from '../../../lib/graph/partitions/definitions.ts'
import { partitionsIn } from './support/arbitraries.ts'
import { keysOf, naiveReads } from './support/naive-mappings.ts'

const NOW = new Date('2024-05-01T00:00:00Z')
const offset = fc.integer({ min: -40, max: 5 })
const small = fc.integer({ min: -3, max: 3 })

const plainMapping: fc.Arbitrary<PartitionMapping> = fc.oneof(
  fc.constantFrom<PartitionMapping>(defaultMapping, identity(), all(), last()),
  fc.tuple(small, small).map(([startOffset, endOffset]) => timeOverlap({ startOffset, endOffset })),
  fc.tuple(fc.integer({ min: 1, max: 40 }), offset).map(([days, endOffset]) => trailing({ days, endOffset })),
  fc.tuple(fc.integer({ min: 1, max: 30 }), offset).map(([hours, endOffset]) => trailing({ hours, endOffset })),
  fc.tuple(fc.integer({ min: 1, max: 5 }), small).map(([weeks, endOffset]) => trailing({ weeks, endOffset })),
  fc.tuple(fc.integer({ min: 1, max: 4 }), small).map(([months, endOffset]) => trailing({ months, endOffset })),
  fc.tuple(fc.integer({ min: 1, max: 9 }), small).map(([partitions, endOffset]) => trailing({ partitions, endOffset })),
  offset.map((endOffset) => trailing({ partitions: 'all', endOffset })),
  fc.constantFrom(
    ...[['a'], ['a', 'b'], ['a|a', 'a|b'], ['2024-02', '2024-03'], ['2024-02-10'], ['2024-02|a']].map(specific),
    staticMap({ a: 'b', b: ['a', 'b'] }),
    staticMap({ a: 'a' }),
    staticMap({ b: 'a|a', a: ['a|a', 'b|a'] }),
  ),
)

const mappingArbitrary: fc.Arbitrary<PartitionMapping> = fc.oneof(
  { weight: 6, arbitrary: plainMapping },
  fc.constant(asOf()),
  fc.tuple(fc.constantFrom('t', 'f', 'first', 'second'), plainMapping).map(([name, inner]) => toDimension(name, inner)),
  fc.tuple(plainMapping, plainMapping).map(([t, f]) => perDimension({ t, f })),
  fc
    .tuple(fc.constantFrom('t', 'f', 'first', 'second'), plainMapping)
    .map(([name, one]) => perDimension({ [name]: one })),
)

const ZONES = ['UTC', 'Europe/Moscow', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']

/** Many of them in one zone, where days and months fit together, or the same. */
const sides = fc.oneof(
  partitionsIn(ZONES).map((both) => [both, both] as const),
  fc.tuple(partitionsIn(['UTC']), partitionsIn(['UTC'])),
  fc.tuple(partitionsIn(ZONES), partitionsIn(ZONES)),
)

const scenario = fc
  .tuple(sides, mappingArbitrary, fc.infiniteStream(fc.boolean()))
  .map(([[down, up], mapping, coin]) => ({ down: partitionSpace(down), up: partitionSpace(up), mapping, coin }))
  .filter(({ down, up, mapping }) => mappingMisfit(mapping, down, up) === undefined)

function boxKeys(up: PartitionSpace, box: Box): string[] {
  const times = up.time ? Array.from({ length: box.to - box.from }, (_, i) => box.from + i) : [0]
  const keys = box.keys ?? up.keys.map((_, i) => i)
  return keysOf(
    up,
    times.flatMap((time) => keys.map((key) => time * up.keys.length + key)),
  )
}

describe('every mapping on every kind of partitions, against a plain enumeration', () => {
  test('boxOf, upstreamOf, downstreamOf', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(scenario, ({ down, up, mapping, coin }) => {
        const tossed = () => coin.next().value === true
        const existing = [...sets.ordinals(existingPartitions(down, NOW))]
        // A plain enumeration is slow: of long lists, some members.
        const stride = Math.ceil(existing.length / 60)
        const downOrdinals = existing.filter((_, i) => i % stride === 0 || i > existing.length - 10)
        const upExisting = existingPartitions(up, NOW)
        const upOrdinals = [...sets.ordinals(upExisting)]
        const upKeys = keysOf(up, upOrdinals)
        const resolved = resolveMapping(mapping, down, up, upExisting)
        const reads = new Map(
          downOrdinals.map((o) => [o, naiveReads(mapping, down, up, upKeys, keysOf(down, [o])[0]!)] as const),
        )
        for (const [ordinal, keys] of reads) {
          if (boxKeys(up, resolved.boxOf(ordinal)).sort().join() !== [...keys].sort().join())
            expect(boxKeys(up, resolved.boxOf(ordinal))).toEqual(keys)
        }

        const readers = downOrdinals.filter(tossed)
        const read = new Set(readers.flatMap((o) => reads.get(o)!))
        expect(new Set(keysOf(up, sets.ordinals(resolved.upstreamOf(sets.fromOrdinals(readers)))))).toEqual(read)

        // A stretch that begins and ends within a time of several keys.
        const stretch = existing.slice(-8, -1)
        const readByStretch = new Set(stretch.flatMap((o) => reads.get(o)!))
        expect(new Set(keysOf(up, sets.ordinals(resolved.upstreamOf(sets.fromOrdinals(stretch)))))).toEqual(
          readByStretch,
        )
        const upStretch = upOrdinals.slice(-8, -1)
        const upStretchKeys = new Set(keysOf(up, upStretch))
        const readersOfStretch = downOrdinals.filter((o) => reads.get(o)!.some((key) => upStretchKeys.has(key)))
        const everyone = sets.fromOrdinals(downOrdinals)
        expect([...sets.ordinals(resolved.downstreamOf(sets.fromOrdinals(upStretch), everyone))]).toEqual(
          readersOfStretch,
        )

        // Few members leave most readers untouched; many join their stretches.
        const rare = tossed()
        const changed = upOrdinals.filter((o) => (rare ? o % 17 === 3 : tossed()))
        const changedKeys = new Set(keysOf(up, changed))
        const within = downOrdinals.filter((o) => rare || tossed() || o % 2 === 0)
        const hit = within.filter((o) => reads.get(o)!.some((key) => changedKeys.has(key)))
        const found = resolved.downstreamOf(sets.fromOrdinals(changed), sets.fromOrdinals(within))
        expect([...sets.ordinals(found)]).toEqual(hit)
        seen.set(mapping.kind, (seen.get(mapping.kind) ?? 0) + 1)
      }),
      { numRuns: 400 },
    )
    expect([...seen.keys()].sort()).toEqual([
      'all',
      'asOf',
      'default',
      'dimension',
      'identity',
      'last',
      'overlap',
      'perDimension',
      'specific',
      'static',
      'trailing',
    ])
  })
})

const days = daily({ start: '2026-01-01', timezone: 'UTC' })
const months = monthly({ start: '2025-12', timezone: 'UTC' })
const segments = fixed('trial', 'paid')
const daysBySegment = cross({ day: days, segment: segments })
const hours = hourly({ start: '2026-01-01', timezone: 'UTC' })
const ticks = cron('30 2 * * *', { start: '2026-01-01', timezone: 'UTC' })
const campaigns = dynamic('campaigns')
const moscowDays = daily({ start: '2026-01-01', timezone: 'Europe/Moscow' })

describe('what a partition reads', () => {
  const table: [string, PartitionsDefinition, PartitionsDefinition, PartitionMapping, string, string[]][] = [
    ['the same day', days, days, defaultMapping, '2026-01-05', ['2026-01-05']],
    ['the days of a month', months, days, defaultMapping, '2026-02', ['2026-02-01 .. 2026-02-28']],
    ['the days of the first month, from the start on', months, days, defaultMapping, '2025-12', []],
    ['the month of a day', days, months, defaultMapping, '2026-02-11', ['2026-02']],
    ['the month before', days, months, timeOverlap({ startOffset: -1, endOffset: -1 }), '2026-02-11', ['2026-01']],
    ['three days that end today', days, days, trailing({ days: 3 }), '2026-02-01', ['2026-01-30 .. 2026-02-01']],
    ['a window clipped to the start', days, days, trailing({ days: 90 }), '2026-01-03', ['2026-01-01 .. 2026-01-03']],
    [
      'a window moved back',
      days,
      days,
      trailing({ days: 2, endOffset: -34 }),
      '2026-02-10',
      ['2026-01-06 .. 2026-01-07'],
    ],
    ['a window wholly before the start', days, days, trailing({ days: 2, endOffset: -34 }), '2026-01-10', []],
    ['the last days of a month', months, days, trailing({ days: 2 }), '2026-02', ['2026-02-27 .. 2026-02-28']],
    [
      'everything up to a day',
      days,
      days,
      trailing({ days: 'all', endOffset: -1 }),
      '2026-01-03',
      ['2026-01-01 .. 2026-01-02'],
    ],
    ['all there is', single, days, defaultMapping, '', ['2026-01-01 .. 2026-03-14']],
    ['the newest', days, months, last(), '2026-01-01', ['2026-02']],
    ['its own segment', daysBySegment, daysBySegment, trailing({ days: 1 }), '2026-01-05|paid', ['2026-01-05|paid']],
    ['its own segment of an unmoving upstream', daysBySegment, segments, defaultMapping, '2026-01-05|paid', ['paid']],
    ['its own segment of the version in force', daysBySegment, segments, asOf(), '2026-01-05|paid', ['paid']],
    ['every segment', days, daysBySegment, defaultMapping, '2026-01-05', ['2026-01-05|trial', '2026-01-05|paid']],
    ['every segment on purpose', daysBySegment, segments, all(), '2026-01-05|paid', ['trial', 'paid']],
    [
      'the hours of a day elsewhere',
      moscowDays,
      hours,
      defaultMapping,
      '2026-01-03',
      ['2026-01-02T21:00 .. 2026-01-03T20:00'],
    ],
    ['the days of an hour', hours, moscowDays, defaultMapping, '2026-01-03T21:00', ['2026-01-04']],
    [
      'a day before',
      hours,
      hours,
      trailing({ hours: 24, endOffset: -1 }),
      '2026-01-03T05:00',
      ['2026-01-02T05:00 .. 2026-01-03T04:00'],
    ],
    ['the ticks of a month', months, ticks, defaultMapping, '2026-01', ['2026-01-01T02:30 .. 2026-01-31T02:30']],
    ['named days', segments, days, specific(['2026-01-03', '2026-01-02']), 'paid', ['2026-01-02 .. 2026-01-03']],
    ['by a map', segments, fixed('a', 'b', 'c'), staticMap({ trial: ['c', 'a'] }), 'trial', ['a', 'c']],
    ['nothing by a map', segments, fixed('a', 'b', 'c'), staticMap({ trial: ['c', 'a'] }), 'paid', []],
    [
      'a map beside time',
      daysBySegment,
      daysBySegment,
      staticMap({ paid: ['paid', 'trial'] }),
      '2026-01-05|paid',
      ['2026-01-05|trial', '2026-01-05|paid'],
    ],
    [
      'one dimension of two',
      segments,
      daysBySegment,
      toDimension('day', specific(['2026-01-01'])),
      'paid',
      ['2026-01-01|trial', '2026-01-01|paid'],
    ],
    [
      'the matching dimension',
      cross({ a: segments, b: fixed('x', 'y') }),
      segments,
      defaultMapping,
      'paid|y',
      ['paid'],
    ],
    [
      'the matching dimension of two',
      segments,
      cross({ a: segments, b: fixed('x', 'y') }),
      defaultMapping,
      'paid',
      ['paid|x', 'paid|y'],
    ],
    [
      'every pair where it is not known which',
      segments,
      cross({ a: segments, b: segments }),
      defaultMapping,
      'paid',
      ['trial|trial', 'trial|paid', 'paid|trial', 'paid|paid'],
    ],
    [
      'dimension by dimension',
      daysBySegment,
      daysBySegment,
      perDimension({ day: trailing({ days: 1, endOffset: -1 }), segment: all() }),
      '2026-01-05|paid',
      ['2026-01-04|trial', '2026-01-04|paid'],
    ],
    [
      'what is left out by default',
      daysBySegment,
      daysBySegment,
      perDimension({ day: trailing({ days: 1, endOffset: -1 }) }),
      '2026-01-05|paid',
      ['2026-01-04|paid'],
    ],
    ['one thing', days, single, defaultMapping, '2026-01-05', ['']],
    [
      'nothing after an end',
      days,
      daily({ start: '2026-01-01', end: '2026-01-04', timezone: 'UTC' }),
      trailing({ days: 5 }),
      '2026-01-06',
      ['2026-01-02 .. 2026-01-03'],
    ],
  ]
  test.each(table)('%s', (_, down, up, mapping, key, expected) => {
    const [reader, read] = [partitionSpace(down), partitionSpace(up)]
    const existing = existingPartitions(read, new Date('2026-03-15T00:00:00Z'))
    const resolved = resolveMapping(mapping, reader, read, existing)
    const keys = boxKeys(read, resolved.boxOf(partitionOrdinal(reader, key)!))
    const shown =
      keys.length > 1 && /^\d{4}-\d{2}(-\d{2}(T.*)?)?$/.test(keys[0]!) ? [`${keys[0]} .. ${keys.at(-1)}`] : keys
    expect(shown).toEqual(expected)
  })

  test('a stretch of months reads the last days of each, not the days between', () => {
    const [reader, read] = [partitionSpace(months), partitionSpace(days)]
    const resolved = resolveMapping(trailing({ days: 1 }), reader, read, existingPartitions(read, NOW))
    const from = partitionOrdinal(reader, '2026-01')!
    const found = resolved.upstreamOf(sets.interval(from, from + 3))
    expect(keysOf(read, sets.ordinals(found))).toEqual(['2026-01-31', '2026-02-28', '2026-03-31'])
    const most = resolveMapping(trailing({ days: 28 }), reader, read, existingPartitions(read, NOW))
    const gaps = ['2026-01-03', '2026-03-03'].map((key) => partitionOrdinal(read, key)!)
    expect(gaps.map((day) => sets.has(most.upstreamOf(sets.interval(from, from + 3)), day))).toEqual([false, false])
  })
})

describe('mappings that do not fit', () => {
  const moscow = moscowDays
  const table: [string, PartitionsDefinition, PartitionsDefinition, PartitionMapping, RegExp | undefined][] = [
    ['identity of other grains', days, months, identity(), /same partitions on both sides/],
    ['identity of other keys', fixed('a', 'b'), fixed('b', 'a'), identity(), /same partitions on both sides/],
    ['identity with and without keys', days, daysBySegment, identity(), /same partitions on both sides/],
    [
      'identity of one extent and another',
      days,
      daily({ start: '2020-01-01', timezone: 'UTC' }),
      identity(),
      undefined,
    ],
    ['trailing over something without time', days, segments, trailing({ days: 3 }), /upstream partitioned by time/],
    ['trailing from something without time', segments, days, trailing({ days: 3 }), /downstream partitioned by time/],
    ['overlap over something without time', days, single, timeOverlap(), /upstream partitioned by time/],
    ['days over months', days, months, trailing({ days: 3 }), /one partition per month/],
    ['months over days', months, days, trailing({ months: 3 }), /one partition per day/],
    ['months over months', days, months, trailing({ months: 3 }), undefined],
    ['the last of something without time', days, segments, last(), /last needs an upstream/],
    ['asOf from something without time', segments, segments, asOf(), /asOf needs a downstream/],
    ['asOf over something with a time of its own', days, months, asOf(), /no time of its own/],
    ['two zones by default', days, moscow, defaultMapping, undefined],
    ['two zones by overlap', months, moscow, timeOverlap(), undefined],
    ['identity of two zones', days, moscow, identity(), /same partitions on both sides/],
    ['hours over days of another zone', moscow, hours, defaultMapping, undefined],
    [
      'identity of other offsets',
      days,
      daily({ start: '2026-01-01', timezone: 'UTC', hourOffset: 2 }),
      identity(),
      /same/,
    ],
    ['hours counted over days', hours, days, trailing({ hours: 3 }), /counts hours .* one partition per day/],
    ['days counted over ticks', days, ticks, trailing({ days: 3 }), /one partition per tick; count in partitions/],
    ['partitions counted over ticks', days, ticks, trailing({ partitions: 3 }), undefined],
    ['the same dynamic keys', campaigns, dynamic('campaigns'), identity(), undefined],
    ['other dynamic keys', campaigns, dynamic('sellers'), identity(), /same partitions on both sides/],
    ['dynamic and fixed keys', campaigns, segments, identity(), /same partitions on both sides/],
    ['named partitions of something without', days, single, specific(['a']), /a single partition, without a key/],
    ['a named partition that there is not', days, segments, specific(['free']), /no partition 'free'/],
    ['a named partition of another form', days, months, specific(['2026-01-01']), /no partition '2026-01-01'/],
    ['a named partition before the start', days, days, specific(['2025-12-31']), /'2025-12-31' will never be/],
    ['named partitions with a gap', days, months, specific(['2026-01', '2026-03']), /not one stretch of time/],
    [
      'named pairs that are no block',
      days,
      daysBySegment,
      specific(['2026-01-01|paid', '2026-01-02|trial']),
      /not every/,
    ],
    ['named pairs', days, daysBySegment, specific(['2026-01-01|paid', '2026-01-02|paid']), undefined],
    ['a dynamic key that may come', days, campaigns, specific(['spring']), undefined],
    [
      'named pairs of keys that may come',
      days,
      cross({ day: days, campaign: dynamic('campaigns') }),
      specific(['2026-01-01|spring', '2026-01-02|autumn']),
      /not every named time has every named key/,
    ],
    [
      'a named partition of another form, of keys that may come',
      days,
      cross({ day: days, campaign: dynamic('campaigns') }),
      specific(['spring']),
      /no partition 'spring'/,
    ],
    ['a static map from days', days, segments, staticMap({ a: 'paid' }), /static needs keys downstream/],
    ['a static map to days', segments, days, staticMap({ paid: 'a' }), /static needs keys upstream/],
    [
      'a static map of an unknown key',
      segments,
      segments,
      staticMap({ pad: 'paid' }),
      /downstream has no key 'pad'; was paid/,
    ],
    [
      'a static map to an unknown key',
      segments,
      segments,
      staticMap({ paid: 'tria' }),
      /upstream has no key 'tria'; was trial/,
    ],
    ['a static map from dynamic keys', campaigns, segments, staticMap({ spring: 'paid' }), undefined],
    ['a dimension of neither side', days, days, toDimension('day'), /neither has two/],
    ['a dimension of both sides', daysBySegment, daysBySegment, toDimension('day'), /both have two/],
    [
      'a dimension that there is not',
      days,
      daysBySegment,
      toDimension('dy'),
      /upstream has no dimension 'dy', only day and segment/,
    ],
    ['a dimension of the downstream', daysBySegment, days, toDimension('day', trailing({ days: 3 })), undefined],
    [
      'a dimension whose mapping does not fit',
      days,
      daysBySegment,
      toDimension('segment', last()),
      /last needs an upstream/,
    ],
    ['per dimension of one', days, daysBySegment, perDimension({ day: all() }), /two dimensions downstream/],
    ['per dimension over one', daysBySegment, days, perDimension({ day: all() }), /two dimensions upstream/],
    ['per an unknown dimension', daysBySegment, daysBySegment, perDimension({ dy: all() }), /no dimension 'dy'/],
    [
      'per dimension, one of which does not fit',
      daysBySegment,
      daysBySegment,
      perDimension({ segment: trailing({ days: 3 }) }),
      /of 'segment', trailing needs an upstream partitioned by time/,
    ],
    ['two zones, all of them', days, moscow, all(), undefined],
    ['two zones, the newest', days, moscow, last(), undefined],
  ]
  test.each(table)('%s', (_, down, up, mapping, expected) => {
    const misfit = mappingMisfit(mapping, partitionSpace(down), partitionSpace(up))
    if (expected) expect(misfit).toMatch(expected)
    else expect(misfit).toBeUndefined()
  })

  test.each([
    [() => trailing({ days: 0 }), /trailing\(\) of 0 days/],
    [() => trailing({ months: 1.5 }), /trailing\(\) of 1.5 months/],
    [() => trailing({ days: 3, endOffset: 0.5 }), /endOffset 0.5/],
    [() => timeOverlap({ startOffset: Number.NaN }), /startOffset NaN/],
    [() => trailing({ partitions: -1 }), /trailing\(\) of -1 partitions/],
    [() => specific([]), /specific\(\[\]\) is not a list of partitions/],
    [() => specific(['a', 'a']), /none twice/],
    [() => staticMap({}), /maps nothing/],
    [() => staticMap({ a: [] }), /maps 'a' to \[\]/],
    [() => staticMap({ a: ['b', 'b'] }), /maps 'a' to \[b, b\]/],
    [() => toDimension('day', asOf()), /toDimension\(\) was given asOf/],
    [() => perDimension({ day: perDimension({}) }), /perDimension\(\) was given perDimension/],
  ])('%#', (make, message) => expect(make).toThrow(message))
})

test('texts are canonical and tell all mappings apart', () => {
  expect(mappingText(trailing({ days: 90, endOffset: -34 }))).toBe('trailing(90 day,-34)')
  expect(mappingText(trailing({ months: 'all' }))).toBe('trailing(all month,0)')
  expect(mappingText(timeOverlap({ startOffset: -1 }))).toBe('overlap(-1,0)')
  fc.assert(
    fc.property(mappingArbitrary, mappingArbitrary, (a, b) => {
      expect(mappingText(a) === mappingText(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
    }),
  )
})

test('a default has the text of what it comes to', () => {
  const text = (down: PartitionsDefinition, up: PartitionsDefinition) =>
    resolveMapping(defaultMapping, partitionSpace(down), partitionSpace(up), sets.EMPTY).text
  expect(text(days, days)).toBe('identity')
  expect(text(months, days)).toBe('overlap(0,0)')
  expect(text(single, days)).toBe('all')
  expect(text(segments, segments)).toBe('identity')
})

test('texts of a block that moves with time are those of the plain mapping: its version alone tells', () => {
  const text = (
    mapping: PartitionMapping,
    down: PartitionsDefinition = daysBySegment,
    up: PartitionsDefinition = daysBySegment,
  ) => resolveMapping(mapping, partitionSpace(down), partitionSpace(up), sets.EMPTY).text
  expect(text(perDimension({ day: last(), segment: all() }))).toBe('last')
  expect(text(perDimension({ day: timeOverlap(), segment: all() }))).toBe('perDimension(day=overlap(0,0),segment=all)')
  expect(text(toDimension('day', trailing({ days: 2 })), daysBySegment, days)).toBe('dimension(day=trailing(2 day,0))')
  expect(text(staticMap({ paid: 'trial' }), segments)).toBe('all')
  expect(text(staticMap({ paid: 'trial' }))).toBe('static(paid=trial)')
  expect(text(staticMap({ paid: 'trial' }), segments, segments)).toBe('static(paid=trial)')
  expect(mappingText(staticMap({ b: ['z', 'y'], a: 'x' }))).toBe('static(a=x,b=y+z)')
  expect(mappingText(specific(['b', 'a']))).toBe('specific(a,b)')
  expect(mappingText(trailing({ weeks: 2 }))).toBe('trailing(2 week,0)')
})

test('a hundred thousand keys are mapped without a look at each of them', () => {
  const keys = new Map([['users', Array.from({ length: 100_000 }, (_, i) => `u${i}`)]])
  const users = partitionSpace(dynamic('users'), keys)
  const byDay = partitionSpace(cross({ day: days, user: dynamic('users') }), keys)
  const existing = existingPartitions(byDay, new Date('2026-01-03T00:00:00Z'))
  const mine = resolveMapping(defaultMapping, byDay, users, existingPartitions(users, NOW))
  const ordinal = partitionOrdinal(byDay, '2026-01-02|u99999')!
  expect(mine.boxOf(ordinal).keys).toEqual([99_999])
  expect(mine.upstreamOf(existing)).toEqual([[0, 100_000]])
  expect(mine.downstreamOf([[99_999, 100_000]], existing)).toEqual([
    [ordinal - 100_000, ordinal - 99_999],
    [ordinal, ordinal + 1],
  ])
})
