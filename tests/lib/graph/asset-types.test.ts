import { describe, expect, expectTypeOf, test } from 'vitest'
import {
  type Asset,
  asOf,
  asset,
  cron,
  cross,
  type Dep,
  daily,
  defineGraph,
  dynamic,
  type ExternalAsset,
  effectAsset,
  externalAsset,
  type FunctionAsset,
  fixed,
  hourly,
  type Input,
  type InputPartition,
  type Partition,
  type SqlAsset,
  sql,
  sqlAsset,
  through,
  trailing,
  value,
} from '../../../lib/graph/index.ts'

// `tsc` checks these; at run time the factories are called all the same.

const source = externalAsset({ key: 'src/log', observe: async () => new Map([['', { version: '1' }]]) })
const events = sqlAsset({
  key: 'raw/events',
  deps: { source },
  orderBy: ['user_id'],
  sql: ({ source }) => sql`SELECT * FROM ${source}`,
})

describe('inputs have the names of the deps', () => {
  test('of a function', () => {
    const made = asset({
      key: 'features/view',
      deps: { events, history: through(events, trailing({ days: 3 })) },
      store: value,
      materialize: async ({ inputs, partition, previous }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly events: Input; readonly history: Input }>()
        expectTypeOf(inputs.events.only()).toEqualTypeOf<InputPartition>()
        expectTypeOf(partition).toEqualTypeOf<Partition>()
        expectTypeOf(previous).toEqualTypeOf<InputPartition | undefined>()
        // @ts-expect-error there is no such input
        void inputs.evnts
        return { kind: 'value', value: inputs.events.key }
      },
    })
    expectTypeOf(made).toEqualTypeOf<FunctionAsset>()
    expect(Object.keys(made.deps)).toEqual(['events', 'history'])
  })

  test('of SQL, beside the partition', () => {
    const made = sqlAsset({
      key: 'features/sums',
      deps: { events },
      orderBy: [],
      sql: (refs) => {
        expectTypeOf(refs.events).toEqualTypeOf<string>()
        expectTypeOf(refs.partition.keys('segment')).toEqualTypeOf<string>()
        // @ts-expect-error there is no such input
        return sql`SELECT 1 FROM ${refs.events} ${String(refs.evnts)}`
      },
    })
    expectTypeOf(made).toEqualTypeOf<SqlAsset>()
    expect(made.sqlTemplate).toContain('undefined')
  })

  test('of an effect, which has no previous version', () => {
    const made = effectAsset({
      key: 'send',
      deps: { events },
      act: async (context) => {
        expectTypeOf(context.inputs).toEqualTypeOf<{ readonly events: Input }>()
        // @ts-expect-error an effect makes no versions
        void context.previous
        return { metadata: { sent: context.inputs.events.partitions.length } }
      },
    })
    expect(made.kind).toBe('effect')
  })

  test('none without deps', () => {
    const plain = asset({
      key: 'plain',
      store: value,
      materialize: async ({ inputs }) => {
        // @ts-expect-error nothing is declared
        void inputs.events
        return { kind: 'value', value: 0 }
      },
    })
    const table = sqlAsset({
      key: 'table',
      orderBy: [],
      // @ts-expect-error nothing is declared
      sql: ({ events }) => sql`SELECT ${String(events)}`,
    })
    const sent = effectAsset({
      key: 'send',
      act: async ({ inputs }) => {
        // @ts-expect-error nothing is declared
        void inputs.events
        return {}
      },
    })
    expect([plain, table, sent].map((a) => Object.keys(a.deps))).toEqual([[], [], []])
  })
})

describe('what does not compile', () => {
  test('deps are values, not names', () => {
    const make = () =>
      asset({
        key: 'a',
        // @ts-expect-error a key is not an asset
        deps: { events: 'raw/events' },
        store: value,
        materialize: async () => ({ kind: 'value', value: 0 }),
      })
    expect(make).toThrow()
  })

  test('what a function returns fits a store', () => {
    const made = asset({
      key: 'a',
      store: value,
      // @ts-expect-error neither bytes, value, rows nor select
      materialize: async () => ({ kind: 'text', text: '' }),
    })
    expect(made.kind).toBe('function')
  })

  test('an external asset has no deps, a mapping no other fields', () => {
    const external = externalAsset({
      key: 'src/x',
      // @ts-expect-error others make it
      deps: { events },
      observe: async () => new Map(),
    })
    expectTypeOf(external).toEqualTypeOf<ExternalAsset>()
    // @ts-expect-error not a unit of partitions
    trailing({ quarters: 2 })
  })
})

test('through keeps the type of its asset', () => {
  expectTypeOf(through(events, asOf())).toEqualTypeOf<Dep<SqlAsset>>()
  expectTypeOf(defineGraph({ assets: [source, events] }).asset('raw/events')).toEqualTypeOf<Asset>()
  expect(through(events, asOf()).asset).toBe(events)
})

test('partitions have the options that mean something for them', () => {
  const [timezone, start] = ['UTC', '2026-01-01']
  // @ts-expect-error hours begin at a minute, at no hour
  hourly({ start, timezone, hourOffset: 2 })
  // @ts-expect-error an hour's delay is in days and hours
  hourly({ start, timezone, delay: { months: 1 } })
  // @ts-expect-error a day begins on no other day
  daily({ start, timezone, dayOffset: 1 })
  // @ts-expect-error a schedule says when
  cron('0 2 * * *', { start, timezone, minuteOffset: 5 })
  // @ts-expect-error days of whose clocks?
  daily({ start })
  // @ts-expect-error one unit
  expect(() => trailing({ days: 2, hours: 3 })).not.toThrow()
  // @ts-expect-error a name, not keys
  expect(() => dynamic('a', 'b')).not.toThrow()
  // @ts-expect-error no dimensions within dimensions
  expect(() => cross({ a: cross({ x: fixed('x'), y: fixed('y') }), b: fixed('z') })).not.toThrow()
})
