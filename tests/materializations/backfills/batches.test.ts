import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AssetKey,
  asset,
  daily,
  defineGraph,
  fixed,
  type IntervalSet,
  monthly,
  self,
  sets,
  trailing,
  value,
} from '../../../lib/graph/index.ts'
import { defaultMapping } from '../../../lib/graph/mappings/mapping.ts'
import { batchesOf } from '../../../materializations/backfills/batches.ts'
import { keyRanges, partitionsOf } from '../../../materializations/backfills/ranges.ts'
import { GraphState } from '../../../materializations/planner/graph-state.ts'
import { worldArbitrary } from '../planner/support/scenarios.ts'
import { graphOf, type World } from '../planner/support/world.ts'

const RAW = {
  key: 'raw',
  kind: 'function',
  partitions: daily({ start: '2024-01-01', timezone: 'UTC' }),
  inputs: [],
  code: 0,
} as const

function worldOf(assets: World['assets']): World {
  return { assets, hasher: 1, now: new Date('2024-04-01T00:00:00Z') }
}

function stateOf(world: World): GraphState {
  return new GraphState(
    graphOf(world),
    { code: new Map() },
    { assets: new Map(), history: new Map(), seq: 0 },
    world.now,
  )
}

/** Partitions of all assets that are made, thinned out by a bit pattern. */
function wantedOf(state: GraphState, pattern: readonly boolean[]): Map<AssetKey, IntervalSet> {
  const wanted = new Map<AssetKey, IntervalSet>()
  let i = 0
  for (const key of state.graph.order) {
    if (state.graph.asset(key).kind === 'external') continue
    const chosen = [...sets.ordinals(state.asset(key).existing)].filter(() => pattern[i++ % pattern.length])
    wanted.set(key, sets.fromOrdinals(chosen))
  }
  return wanted
}

/** `asset@ordinal` -> number of its batch. */
function numbered(batches: readonly ReadonlyMap<AssetKey, IntervalSet>[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const [number, batch] of batches.entries()) {
    for (const [key, set] of batch) {
      for (const ordinal of sets.ordinals(set)) {
        expect(numbers.has(`${key}@${ordinal}`)).toBe(false)
        numbers.set(`${key}@${ordinal}`, number)
      }
    }
  }
  return numbers
}

describe('batches', () => {
  it('hold every wanted partition once, none before one that it reads, none larger than asked', () => {
    const pattern = fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }).filter((bits) => bits.includes(true))
    fc.assert(
      fc.property(worldArbitrary, pattern, fc.integer({ min: 1, max: 40 }), (world, bits, size) => {
        const state = stateOf(world)
        const wanted = wantedOf(state, bits)
        const batches = [...batchesOf(state, wanted, size)]
        for (const batch of batches) {
          expect([...batch.values()].reduce((sum, set) => sum + sets.size(set), 0)).toBeLessThanOrEqual(size)
        }
        const numbers = numbered(batches)
        expect(numbers.size).toBe([...wanted.values()].reduce((sum, set) => sum + sets.size(set), 0))
        for (const [key, set] of wanted) {
          for (const ordinal of sets.ordinals(set)) {
            for (const edge of state.graph.upstream.get(key)!) {
              for (const member of state.asset(edge.upstream).members(state.mapping(edge).boxOf(ordinal))) {
                const before = numbers.get(`${edge.upstream}@${member}`)
                if (before !== undefined) expect(before).toBeLessThanOrEqual(numbers.get(`${key}@${ordinal}`)!)
              }
            }
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  const existing = (state: GraphState) => new Map(state.graph.order.map((key) => [key, state.asset(key).existing]))
  const sizes = (state: GraphState, size: number) =>
    [...batchesOf(state, existing(state), size)].map((batch) =>
      Object.fromEntries([...batch].map(([key, set]) => [key, sets.size(set)])),
    )

  it('follow the order in which partitions come to exist: a label waits for its delay, a month for its end', () => {
    const state = stateOf(
      worldOf([
        RAW,
        {
          key: 'label',
          kind: 'function',
          partitions: daily({ start: '2024-01-01', timezone: 'UTC', delay: { days: 34 } }),
          inputs: [{ name: 'raw', upstream: 'raw', mapping: trailing({ days: 1, endOffset: 34 }) }],
          code: 0,
        },
        {
          key: 'month',
          kind: 'function',
          partitions: monthly({ start: '2024-01', timezone: 'UTC' }),
          inputs: [{ name: 'raw', upstream: 'raw', mapping: defaultMapping }],
          code: 0,
        },
      ]),
    )
    // 91 days, 57 labels, 3 months: labels begin 34 days late, a month comes with the label of its turn.
    expect(sizes(state, 50)).toEqual([
      { raw: 41, label: 7, month: 1 },
      { raw: 24, label: 24, month: 1 },
      { raw: 25, label: 25 },
      { raw: 1, label: 1, month: 1 },
    ])
  })

  it('put what reads all of time last, and cut what is larger than a batch', () => {
    const state = stateOf(
      worldOf([
        RAW,
        {
          key: 'whole',
          kind: 'function',
          partitions: fixed('a', 'b'),
          inputs: [{ name: 'raw', upstream: 'raw', mapping: defaultMapping }],
          code: 0,
        },
      ]),
    )
    expect(sizes(state, 40)).toEqual([{ raw: 38 }, { raw: 40 }, { raw: 13, whole: 2 }])
    expect(sizes(state, 1).length).toBe(93)
  })

  it('let what reads its own earlier partitions wait for the first of them that is late', () => {
    const from = (delay: number) => daily({ start: '2024-01-01', timezone: 'UTC', delay: { days: delay } })
    const materialize = async () => ({ kind: 'value', value: 0 }) as const
    const late = asset({ key: 'late', partitions: from(10), store: value, materialize })
    const sum = asset({
      key: 'sum',
      partitions: from(0),
      deps: { late, before: self(trailing({ days: 1, endOffset: -1 })) },
      store: value,
      materialize,
    })
    const state = new GraphState(
      defineGraph({ assets: [late, sum] }),
      { code: new Map() },
      { assets: new Map(), history: new Map(), seq: 0 },
      new Date('2024-01-21T00:00:00Z'),
    )
    const first = state.asset('sum').existing[0]![0]
    // Of the late one only the first day is wanted, which exists on the twelfth.
    const wanted = new Map([
      ['late', sets.interval(first, first + 1)],
      ['sum', sets.interval(first, first + 8)],
    ])
    const batches = [...batchesOf(state, wanted, 3)]
    expect(batches.map((batch) => [...batch])).toEqual([
      [
        ['late', [[first, first + 1]]],
        ['sum', [[first, first + 2]]],
      ],
      [['sum', [[first + 2, first + 5]]]],
      [['sum', [[first + 5, first + 8]]]],
    ])
  })

  it('are cut by interval algebra: a million partitions in no time', () => {
    const long = daily({ start: '1000-01-01', timezone: 'UTC' })
    const assets = Array.from({ length: 3 }, (_, i) => ({
      ...RAW,
      key: `a${i}`,
      partitions: long,
      inputs: i === 0 ? [] : [{ name: 'up', upstream: `a${i - 1}`, mapping: trailing({ days: 30 }) }],
    }))
    const state = stateOf(worldOf(assets))
    const wanted = existing(state)
    const total = [...wanted.values()].reduce((sum, set) => sum + sets.size(set), 0)
    const before = process.cpuUsage()
    const batches = [...batchesOf(state, wanted, 2_000)]
    const { user, system } = process.cpuUsage(before)
    console.log(`${total} partitions in ${batches.length} batches: ${Math.round((user + system) / 1000)} ms of CPU`)
    expect(batches.reduce((sum, batch) => sum + [...batch.values()].reduce((n, set) => n + sets.size(set), 0), 0)).toBe(
      total,
    )
  })
})

describe('ranges of keys', () => {
  it('are read back as what they were, or as undefined where keys came or went', () => {
    const spaceOf = (...keys: string[]) => stateOf(worldOf([{ ...RAW, partitions: fixed(...keys) }])).asset('raw').space
    const space = spaceOf('a', 'b', 'c', 'd')
    const set = sets.intervalSet([
      [0, 2],
      [3, 4],
    ])
    const ranges = keyRanges(space, set)
    expect(ranges).toEqual([
      ['a', 'b', 2],
      ['d', 'd', 1],
    ])
    expect(partitionsOf(space, ranges)).toEqual(set)
    expect(partitionsOf(spaceOf('a', 'x', 'b', 'd'), ranges)).toBeUndefined()
    expect(partitionsOf(spaceOf('a', 'b'), ranges)).toBeUndefined()
  })
})
