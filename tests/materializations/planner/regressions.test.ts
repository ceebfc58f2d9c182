import { expect, test } from 'vitest'
import {
  cross,
  daily,
  dynamic,
  type PartitionMapping,
  perDimension,
  staticMap,
  timeOverlap,
  trailing,
} from '../../../lib/graph/index.ts'
import type { RefRequest } from './support/reference.ts'
import { planText, Simulation } from './support/simulation.ts'

/*
 * Cases in which planner and model once differed, each shrunk to the least that shows it.
 */

const days = daily({ start: '2024-03-01', timezone: 'UTC' })

/** Balances that are made of the day's payments and of earlier balances, all of them made. */
function ledger(...earlier: PartitionMapping[]): Simulation {
  const own = earlier.map((mapping, i) => ({ name: `before${i}`, upstream: 'balance', mapping }))
  const payments = { name: 'payments', upstream: 'payments', mapping: { kind: 'default' } } as const
  const simulation = new Simulation({
    assets: [
      { key: 'payments', kind: 'external', partitions: days, inputs: [], code: 0 },
      { key: 'balance', kind: 'function', partitions: days, inputs: [payments, ...own], code: 0 },
    ],
    hasher: 1,
    now: new Date('2024-03-08T00:00:00Z'),
  })
  const { reference } = simulation.open()
  for (const partition of reference.existing('payments')) simulation.observe('payments', partition, 'v1')
  const { state, reference: filled } = simulation.open()
  const { plan } = planText(state, everything)
  simulation.run(plan, state, filled, { force: false, fails: () => false })
  return simulation
}

const everything: RefRequest = { selected: ['balance'], request: { kind: 'all' }, force: false, effects: false }

test('a day that cannot be made again changes no later day that reads it', () => {
  const simulation = ledger(trailing({ days: 1, endOffset: -1 }))
  simulation.change('payments', '2024-03-03', 'wipe')
  const { state, reference } = simulation.open()
  const { entries } = planText(state, everything).text
  expect(entries).toEqual([
    {
      key: 'balance',
      proven: [],
      possible: [],
      blocked: ['2024-03-03: the source payments has nothing for 2024-03-03'],
      causes: {},
    },
  ])
  expect(reference.plan(everything).entries).toEqual(entries)
})

test('a change travels through two inputs of its own in any order, over the days that are asked for', () => {
  const simulation = ledger(
    timeOverlap({ startOffset: -2, endOffset: -2 }),
    timeOverlap({ startOffset: -3, endOffset: -3 }),
  )
  simulation.observe('payments', '2024-03-01', 'late')
  const names = ['2024-03-01', '2024-03-04', '2024-03-06']
  const some: RefRequest = { ...everything, request: { kind: 'sets', names: new Map([['balance', names]]) } }
  const { state, reference } = simulation.open()
  const [entry] = planText(state, some).text.entries
  expect([entry?.proven, entry?.possible]).toEqual([['2024-03-01'], ['2024-03-04', '2024-03-06']])
  expect(reference.plan(some).entries).toEqual([entry])
})

test('a key that a map names, and that comes later, is another input: with the same data it is not fresh', () => {
  const partitions = cross({ day: days, d: dynamic('d') })
  const mapping = perDimension({ d: staticMap({ k: ['a', 'c'] }) })
  const simulation = new Simulation({
    assets: [
      { key: 'seen', kind: 'external', partitions, inputs: [], code: 0 },
      { key: 'read', kind: 'function', partitions, inputs: [{ name: 'seen', upstream: 'seen', mapping }], code: 0 },
    ],
    hasher: 1,
    now: new Date('2024-03-02T00:00:00Z'),
    members: { d: ['a', 'k'] },
  })
  const all: RefRequest = { ...everything, selected: ['read'] }
  for (const partition of simulation.open().reference.existing('seen')) simulation.observe('seen', partition, 'v1')
  const { state, reference } = simulation.open()
  simulation.run(planText(state, all).plan, state, reference, { force: false, fails: () => false })
  expect(planText(simulation.open().state, all).text.entries).toEqual([])

  simulation.world = { ...simulation.world, members: { d: ['a', 'k', 'c'] } }
  const [entry] = planText(simulation.open().state, all).text.entries
  expect(entry?.blocked).toEqual(['2024-03-01|k: the source seen has nothing for 2024-03-01|c'])
  expect(entry?.causes).toEqual({ '2024-03-01|c': ['missing'] })
})
