import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  all,
  asOf,
  type Box,
  cross,
  daily,
  existingPartitions,
  fixed,
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
    const shown = keys.length > 1 && /^\d{4}-\d{2}(-\d{2})?$/.test(keys[0]!) ? [`${keys[0]} .. ${keys.at(-1)}`] : keys
    expect(shown).toEqual(expected)
  })

  test('a stretch of months reads the last days of each, not the days between', () => {
    const [reader, read] = [partitionSpace(months), partitionSpace(days)]
    const resolved = resolveMapping(trailing({ days: 1 }), reader, read, existingPartitions(read, NOW))
    const from = partitionOrdinal(reader, '2026-01')!
    const found = resolved.upstreamOf(sets.interval(from, from + 3))
    expect(keysOf(read, sets.ordinals(found))).toEqual(['2026-01-31', '2026-02-28', '2026-03-31'])
  })
})

describe('mappings that do not fit', () => {
  const moscow = daily({ start: '2026-01-01', timezone: 'Europe/Moscow' })
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
