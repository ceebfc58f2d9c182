import { describe, expect, test } from 'vitest'
import { cross, daily, fixed } from '../../../lib/graph/index.ts'
import type { RefRequest } from './support/reference.ts'
import { planText, Simulation } from './support/simulation.ts'

const days = daily({ start: '2024-03-01', timezone: 'UTC' })
const input = { name: 'mart', upstream: 'mart', mapping: { kind: 'default' } } as const
const on = (day: number) => new Date(Date.UTC(2024, 2, day, 6))

function delivery(partitions: typeof days | ReturnType<typeof cross> = days): Simulation {
  const simulation = new Simulation({
    assets: [
      { key: 'mart', kind: 'external', partitions, inputs: [], code: 0 },
      { key: 'send', kind: 'effect', partitions, inputs: [input], code: 0 },
    ],
    hasher: 1,
    now: on(4),
  })
  const { reference } = simulation.open()
  for (const partition of reference.existing('mart')) simulation.observe('mart', partition, 'v1')
  return simulation
}

const everything: RefRequest = { selected: ['send'], request: { kind: 'all' }, force: false, effects: false }

function run(simulation: Simulation, options: Partial<RefRequest> = {}, fails = false): string[] {
  const { state, reference } = simulation.open()
  const request = { ...everything, ...options }
  const { plan } = planText(state, request)
  return simulation.run(plan, state, reference, { force: request.force, fails: () => fails })
}

const editCode = (simulation: Simulation) => {
  const assets = simulation.world.assets.map((spec) => ({ ...spec, code: spec.code + 1 }))
  simulation.world = { ...simulation.world, assets }
}

test('only the newest partition acts', () => {
  const simulation = delivery()
  expect(run(simulation)).toEqual(['send@2024-03-03'])
  simulation.world = { ...simulation.world, now: on(6) }
  simulation.observe('mart', '2024-03-04', 'v1')
  simulation.observe('mart', '2024-03-05', 'v1')
  expect(run(simulation)).toEqual(['send@2024-03-05'])
})

test('the newest moment acts for every key', () => {
  const simulation = delivery(cross({ day: days, segment: fixed('trial', 'paid') }))
  expect(run(simulation)).toEqual(['send@2024-03-03|trial', 'send@2024-03-03|paid'])
})

describe('what has happened does not happen again', () => {
  test.each<[string, ((simulation: Simulation) => void) | undefined, Partial<RefRequest>]>([
    ['when its code changes', editCode, {}],
    ['when its input changes', (simulation) => simulation.observe('mart', '2024-03-03', 'v2'), {}],
    ['when it is forced', undefined, { force: true }],
    [
      'when it is forced by name, with effects',
      undefined,
      { force: true, effects: true, request: { kind: 'keys', keys: ['2024-03-03'] } },
    ],
    ['when a backfill with effects covers it', undefined, { effects: true, request: { kind: 'latest' } }],
  ])('%s', (_, change, options) => {
    const simulation = delivery()
    run(simulation)
    change?.(simulation)
    expect(run(simulation, options)).toEqual([])
  })
})

test('what failed is tried again', () => {
  const simulation = delivery()
  expect(run(simulation, {}, true)).toEqual([])
  expect(run(simulation)).toEqual(['send@2024-03-03'])
})

test('a backfill reaches older ones only with --effects and partitions that are named', () => {
  const older = { kind: 'keys', keys: ['2024-03-01'] } as const
  expect(run(delivery(), { request: older })).toEqual([])
  expect(run(delivery(), { request: older, effects: true })).toEqual(['send@2024-03-01'])
  expect(run(delivery(), { request: { kind: 'all' }, effects: true })).toEqual(['send@2024-03-03'])
})
