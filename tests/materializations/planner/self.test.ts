import { expect, test } from 'vitest'
import {
  asset,
  daily,
  defineGraph,
  externalAsset,
  type IntervalSet,
  identity,
  type PartitionMapping,
  partitionKey,
  self,
  sets,
  timeOverlap,
  trailing,
  value,
} from '../../../lib/graph/index.ts'
import { stepsOf } from '../../../materializations/executor/schedule.ts'
import { memberHash } from '../../../materializations/planner/combined-version.ts'
import { GraphState } from '../../../materializations/planner/graph-state.ts'
import { type Plan, planRun } from '../../../materializations/planner/plan.ts'
import type { PartitionRecord } from '../../../materializations/planner/recorded.ts'
import { recordedAsset } from './support/recorded.ts'

const NOW = new Date('2026-03-07T00:00:00Z')
const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const ALL = [0, 1, 2, 3, 4, 5]
const yesterday = trailing({ days: 1, endOffset: -1 })

/** Balances: each day from the one before and the day's payments. */
function ledger(mapping: PartitionMapping = yesterday) {
  const payments = externalAsset({ key: 'payments', partitions: days, observe: async () => new Map() })
  const balance = asset({
    key: 'balance',
    partitions: days,
    deps: { payments, before: self(mapping) },
    store: value,
    range: 3,
    materialize: async () => ({ kind: 'value', value: 0 }),
  })
  return defineGraph({ assets: [payments, balance] })
}

/** Records payments of some days (0: the first), and makes balances of as many of the first days as are told. */
function recorded(payments: readonly number[], made: number, late?: { readonly day: number }) {
  const graph = ledger()
  const code = new Map([
    ['payments', ''],
    ['balance', 'c1'],
  ])
  let seq = 0
  const record = (key: 'payments' | 'balance', data: string, ordinal: number, state?: GraphState): PartitionRecord => ({
    partition: partitionKey(graph.space(key), ordinal),
    failure: undefined,
    unfinished: false,
    current: {
      seq: ++seq,
      runId: 'r',
      madeAt: NOW,
      asOf: NOW,
      codeVersion: code.get(key)!,
      hash: memberHash(partitionKey(graph.space(key), ordinal), data),
      partitionsSignature: 'day@UTC',
      inputs: state?.inputs(key, ordinal) ?? [],
    },
  })
  const first = days.start
  const start = Date.parse(`${first}T00:00:00Z`) / 86_400_000
  const seen = payments.map((i) => record('payments', 'd', start + i))
  const state = new GraphState(
    graph,
    { code },
    { assets: new Map([['payments', recordedAsset(seen)]]), history: new Map(), seq },
    NOW,
  )
  for (let i = 0; i < made; i++) state.asset('balance').set(start + i, record('balance', `b${i}`, start + i, state))
  if (late) state.asset('payments').set(start + late.day, record('payments', 'late', start + late.day))
  return { state, plan: planRun(state, { selected: ['balance'], request: { kind: 'all' } }) }
}

function told(state: GraphState, { entries }: Plan) {
  const [entry] = entries
  const keys = (set: IntervalSet) =>
    [...sets.ordinals(set)].map((ordinal) => partitionKey(state.asset('balance').space, ordinal).slice(8))
  return {
    proven: keys(entry?.proven ?? []).join(' '),
    possible: keys(entry?.possible ?? []).join(' '),
    blocked: entry?.blocked.map(({ partition, reason }) => `${partition}: ${reason}`) ?? [],
  }
}

test('nothing made: every day, each after the day before it, one at a time', () => {
  const { state, plan } = recorded(ALL, 0)
  expect(told(state, plan)).toEqual({ proven: '01 02 03 04 05 06', possible: '', blocked: [] })
  const steps = stepsOf(state, plan)
  expect(steps.map(({ no, ordinals, after }) => [no, ordinals.length, after])).toEqual([
    [0, 1, []],
    [1, 1, [0]],
    [2, 1, [1]],
    [3, 1, [2]],
    [4, 1, [3]],
    [5, 1, [4]],
  ])
})

test('all made: nothing to do', () => {
  const { state, plan } = recorded(ALL, 6)
  expect(told(state, plan)).toEqual({ proven: '', possible: '', blocked: [] })
})

test('late data of one day: that day, and every later one is looked at again', () => {
  const { state, plan } = recorded(ALL, 6, { day: 2 })
  expect(told(state, plan)).toEqual({ proven: '03', possible: '04 05 06', blocked: [] })
})

test('a day that cannot be made keeps the later ones from being made', () => {
  const { state, plan } = recorded([0, 1, 2, 4, 5], 1)
  expect(told(state, plan)).toEqual({
    proven: '02 03',
    possible: '',
    blocked: [
      '2026-03-04: the source payments has nothing for 2026-03-04',
      '2026-03-05: balance@2026-03-04 was never made',
      '2026-03-06: balance@2026-03-05 was never made',
    ],
  })
})

test.each([
  ['identity', identity()],
  ['a window that ends today', trailing({ days: 2 })],
  ['tomorrow', timeOverlap({ startOffset: 1, endOffset: 1 })],
])('%s is no earlier partition', (_, mapping) => {
  expect(() => ledger(mapping)).toThrow(
    "Asset 'balance' reads partitions of its own (input 'before') that are not all earlier ones",
  )
})
