import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Asset,
  all,
  asset,
  type DepsSpec,
  daily,
  defineGraph,
  hourly,
  type PartitionsDefinition,
  self,
  sets,
  through,
  timeOverlap,
  trailing,
  value,
} from '../../../lib/graph/index.ts'
import { type Step, stepsOf } from '../../../materializations/executor/schedule.ts'
import { GraphState } from '../../../materializations/planner/graph-state.ts'
import { planRun } from '../../../materializations/planner/plan.ts'

const NOW = new Date('2026-03-11T00:30:00Z')
const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const hours = hourly({ start: '2026-03-08', timezone: 'UTC' })

function node(key: string, partitions: PartitionsDefinition, range: number, deps: DepsSpec = {}): Asset {
  return asset({ key, partitions, range, deps, store: value, materialize: async () => ({ kind: 'value', value: 1 }) })
}

function stateOf(assets: readonly Asset[]): GraphState {
  const graph = defineGraph({ assets })
  const code = new Map(graph.order.map((key) => [key, 'code']))
  return new GraphState(graph, { code }, { assets: new Map(), history: new Map(), seq: 0 }, NOW)
}

function cut(state: GraphState): readonly Step[] {
  return stepsOf(state, planRun(state, { selected: state.graph.order, request: { kind: 'all' } }))
}

describe('stepsOf', () => {
  it('an asset that reads its own day before is made day by day, each after the one before', () => {
    const state = stateOf([node('a', days, 5, { before: self(trailing({ days: 1, endOffset: -1 })) })])
    expect(cut(state).map(({ partitions, after }) => [partitions.join(), after])).toEqual(
      Array.from({ length: 10 }, (_, i) => [`2026-03-${String(i + 1).padStart(2, '0')}`, i === 0 ? [] : [i - 1]]),
    )
  })

  it('a step waits for exactly the steps that make what it reads', () => {
    const read = fc.constantFrom(
      { mapping: trailing({ days: 1 }), above: days },
      { mapping: trailing({ days: 3 }), above: days },
      { mapping: trailing({ days: 3, endOffset: -2 }), above: days },
      { mapping: all(), above: days },
      { mapping: timeOverlap(), above: hours },
      { mapping: timeOverlap({ startOffset: -1 }), above: hours },
    )
    const range = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(read, range, range, ({ mapping, above }, most, below) => {
        const up = node('up', above, most)
        const state = stateOf([up, node('down', days, below, { up: through(up, mapping) })])
        const steps = cut(state)
        const [edge] = state.graph.upstream.get('down')!
        const makers = steps.filter(({ key }) => key === 'up')
        for (const step of steps.filter(({ key }) => key === 'down')) {
          const wanted = state.mapping(edge!).upstreamOf(sets.fromOrdinals(step.ordinals))
          const expected = makers.filter(({ ordinals }) => ordinals.some((ordinal) => sets.has(wanted, ordinal)))
          expect([...step.after].sort((a, b) => a - b)).toEqual(expected.map(({ no }) => no))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('every planned partition is in one step, of at most `range`', () => {
    const state = stateOf([node('a', days, 4)])
    expect(cut(state).map(({ ordinals }) => ordinals.length)).toEqual([4, 4, 2])
  })
})
