import { describe, expect, test } from 'vitest'
import { cross, daily, fixed, monthly, partitionKey, sets } from '../../../lib/graph/index.ts'
import { single } from '../../../lib/graph/partitions/definitions.ts'
import { type PartitionRequest, parseAddress, requestedPartitions } from '../../../materializations/planner/request.ts'
import { Simulation } from './support/simulation.ts'
import type { AssetSpec } from './support/world.ts'

const auckland = daily({ start: '2026-01-01', timezone: 'Pacific/Auckland' })
const honolulu = daily({ start: '2026-01-01', timezone: 'Pacific/Honolulu' })
const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const months = monthly({ start: '2025-11', timezone: 'UTC' })
const segments = fixed('trial', 'paid')

const spec = (key: string, partitions: AssetSpec['partitions']): AssetSpec => ({
  key,
  kind: 'function',
  partitions,
  inputs: [],
  code: 0,
})
const simulation = new Simulation({
  assets: [
    spec('days', days),
    spec('months', months),
    spec('scores', cross({ day: days, segment: segments })),
    spec('models', cross({ month: months, segment: segments })),
    spec('keys', segments),
    spec('one', single),
    spec('auckland', auckland),
    spec('honolulu', honolulu),
  ],
  hasher: 1,
  now: new Date('2026-03-06T12:00:00Z'),
})
const { state, graph } = simulation.open()

function asked(selected: string[], request: PartitionRequest): Record<string, string[]> {
  const requested = requestedPartitions(state, selected, request)
  return Object.fromEntries(
    [...requested].map(([key, set]) => [
      key,
      [...sets.ordinals(set)].map((o) => partitionKey(state.asset(key).space, o)),
    ]),
  )
}

const keys = (...list: string[]): PartitionRequest => ({ kind: 'keys', keys: list })
const range = (from: string, to: string): PartitionRequest => ({ kind: 'range', from, to })

describe('partitions by key', () => {
  test.each<[string[], PartitionRequest, Record<string, string[]>]>([
    [['days'], keys('2026-03-02'), { days: ['2026-03-02'] }],
    [['days'], keys('2026-03-02', '2026-03-04', '2026-03-02'), { days: ['2026-03-02', '2026-03-04'] }],
    [['scores'], keys('2026-03-02|*'), { scores: ['2026-03-02|trial', '2026-03-02|paid'] }],
    // Another form of key belongs to another asset: `models` is months x segments, and is left out.
    [['models', 'scores', 'days'], keys('2026-03-02|*'), { scores: ['2026-03-02|trial', '2026-03-02|paid'] }],
    [['days', 'months'], keys('2026-02', '2026-03-01'), { days: ['2026-03-01'], months: ['2026-02'] }],
    [['keys', 'scores'], keys('paid'), { keys: ['paid'] }],
    [['one'], keys(''), { one: [''] }],
  ])('%j %j', (selected, request, expected) => expect(asked(selected, request)).toEqual(expected))

  test.each<[string[], string, RegExp]>([
    [
      ['days'],
      '2026-03-06',
      /'2026-03-06' of 'days' does not exist at 2026-03-06T12.*Its partitions are 2026-03-01 \.\. 2026-03-05/,
    ],
    [['days'], '2026-02-30', /No selected asset has a partition '2026-02-30'\. Partitions look like '2026-03-05'/],
    [
      ['scores'],
      '2026-03-02|free',
      /No selected asset has a partition '2026-03-02\|free'\. Partitions look like '2026-03-05\|paid'/,
    ],
    [['one'], '2026-03-02', /the selected assets have a single partition/],
  ])('%j %s', (selected, key, message) => expect(() => asked(selected, keys(key))).toThrow(message))
})

describe('ranges of days, each asset in the days of its own zone', () => {
  test.each<[string[], string, string, Record<string, string[]>]>([
    [['days'], '2026-03-02', '2026-03-03', { days: ['2026-03-02', '2026-03-03'] }],
    [['days'], '2026-03-04', '2026-12-31', { days: ['2026-03-04', '2026-03-05'] }],
    [
      ['auckland', 'honolulu'],
      '2026-02-02',
      '2026-02-03',
      { auckland: ['2026-02-02', '2026-02-03'], honolulu: ['2026-02-02', '2026-02-03'] },
    ],
    [['months'], '2026-01-31', '2026-02-01', { months: ['2026-01', '2026-02'] }],
    [
      ['months', 'days'],
      '2026-02',
      '2026-03',
      { months: ['2026-02'], days: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'] },
    ],
    [['scores', 'keys', 'one'], '2026-03-05', '2026-03-05', { scores: ['2026-03-05|trial', '2026-03-05|paid'] }],
  ])('%j %s .. %s', (selected, from, to, expected) => expect(asked(selected, range(from, to))).toEqual(expected))

  test.each<[string[], string, string, RegExp]>([
    [['days'], '2026-03-03', '2026-03-02', /The range 2026-03-03 \.\. 2026-03-02 is empty/],
    [['days'], '2026-02-30', '2026-03-02', /'2026-02-30' is not on the calendar/],
    [['days'], '2026-13', '2026-14', /'2026-13' is not on the calendar/],
    [['days'], 'yesterday', '2026-03-02', /'yesterday' is not a month, a day or a time/],
    [['days'], '2025-01-01', '2025-02-01', /No partition.*The partitions of 'days' are 2026-03-01 \.\. 2026-03-05/],
    [['one', 'keys'], '2026-03-01', '2026-03-02', /None of them is partitioned by time/],
  ])('%j %s .. %s', (selected, from, to, message) => expect(() => asked(selected, range(from, to))).toThrow(message))
})

test('latest: the newest moment over all keys, all where there is no time', () => {
  expect(asked(['days', 'months', 'scores', 'keys', 'one'], { kind: 'latest' })).toEqual({
    days: ['2026-03-05'],
    months: ['2026-02'],
    scores: ['2026-03-05|trial', '2026-03-05|paid'],
    keys: ['trial', 'paid'],
    one: [''],
  })
})

test('an address is a key, or a key and a partition', () => {
  expect(parseAddress(graph, 'scores')).toEqual({ key: 'scores', partition: undefined })
  expect(parseAddress(graph, 'scores@2026-03-01|paid')).toEqual({ key: 'scores', partition: '2026-03-01|paid' })
  expect(() => parseAddress(graph, 'score@2026-03-01')).toThrow(/Did you mean scores\?/)
})
