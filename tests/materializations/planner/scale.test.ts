import { expect, test } from 'vitest'
import {
  type Asset,
  asset,
  daily,
  defineGraph,
  existingPartitions,
  externalAsset,
  partitionKey,
  partitionSpace,
  sets,
  through,
  trailing,
  value,
} from '../../../lib/graph/index.ts'
import { memberHash } from '../../../materializations/planner/combined-version.ts'
import { GraphState } from '../../../materializations/planner/graph-state.ts'
import { type Plan, planRun } from '../../../materializations/planner/plan.ts'
import type { PartitionRecord, RecordedInput } from '../../../materializations/planner/recorded.ts'
import { recordedAsset } from './support/recorded.ts'

const DAYS = 365
const ASSETS = 50
const NOW = new Date('2026-01-01T00:00:00Z')
const partitions = daily({ start: '2025-01-01', timezone: 'UTC' })
const space = partitionSpace(partitions)
const ordinals = [...sets.ordinals(existingPartitions(space, NOW))]

/** A source, then assets that each read the day of the one before and a month of the one before that. */
function chain(): Asset[] {
  const assets: Asset[] = [externalAsset({ key: 'a0', partitions, observe: async () => new Map() })]
  for (let i = 1; i < ASSETS; i++) {
    const deps = { day: assets[i - 1]!, month: through(assets[Math.max(0, i - 2)]!, trailing({ days: 30 })) }
    const materialize = async () => ({ kind: 'value' as const, value: 0 })
    assets.push(asset({ key: `a${i}`, partitions, store: value, deps, materialize }))
  }
  return assets
}

function record(
  ordinal: number,
  seq: number,
  code: string,
  inputs: readonly RecordedInput[],
  data = 'same',
): PartitionRecord {
  return {
    partition: partitionKey(space, ordinal),
    failure: undefined,
    unfinished: false,
    current: {
      seq,
      runId: 'r',
      madeAt: NOW,
      asOf: NOW,
      codeVersion: code,
      hash: memberHash(partitionKey(space, ordinal), data),
      partitionsSignature: 'day@UTC',
      inputs,
    },
  }
}

test('365 days of 50 assets', () => {
  const graph = defineGraph({ assets: chain() })
  const code = new Map(graph.order.map((key) => [key, key === 'a0' ? '' : 'h1-tool1:1']))
  const records = new Map<string, PartitionRecord[]>()
  let seq = 0
  records.set(
    'a0',
    ordinals.map((ordinal) => record(ordinal, ++seq, '', [])),
  )
  const open = (versions = code) => {
    const assets = new Map([...records].map(([key, list]) => [key, recordedAsset(list, 31)]))
    return new GraphState(graph, { code: versions }, { assets, history: new Map(), seq }, NOW)
  }
  const plan = (state: GraphState) => planRun(state, { selected: graph.order, request: { kind: 'all' } })
  const counts = ({ entries }: Plan) => ({
    proven: entries.reduce((sum, entry) => sum + sets.size(entry.proven), 0),
    possible: entries.reduce((sum, entry) => sum + sets.size(entry.possible), 0),
    blocked: entries.reduce((sum, entry) => sum + entry.blocked.length, 0),
  })
  const figures: string[] = []
  const measured = <T>(name: string, work: () => T): T => {
    const started = process.cpuUsage()
    const result = work()
    const { user, system } = process.cpuUsage(started)
    figures.push(`${name} ${Math.round((user + system) / 1000)} ms`)
    return result
  }

  const first = open()
  expect(counts(measured('nothing made', () => plan(first)))).toEqual({ proven: 49 * DAYS, possible: 0, blocked: 0 })
  for (const key of graph.order.slice(1)) {
    const made = ordinals.map((ordinal) => record(ordinal, ++seq, 'h1-tool1:1', first.inputs(key, ordinal)))
    for (const [i, one] of made.entries()) first.asset(key).set(ordinals[i]!, one)
    records.set(key, made)
  }
  const fresh = measured('load', () => open())
  expect(measured('all fresh', () => plan(fresh)).entries).toEqual([])

  const late = open()
  for (const ordinal of ordinals.slice(-3)) late.asset('a0').set(ordinal, record(ordinal, ++seq, '', [], 'late'))
  // Three days themselves, in each asset after the first two; their months reach no further than today.
  expect(counts(measured('three late days', () => plan(late)))).toEqual({ proven: 2 * 3, possible: 47 * 3, blocked: 0 })

  const edited = open(new Map([...code, ['a1', 'h1-tool1:2']]))
  expect(counts(measured('an edit of the first', () => plan(edited)))).toEqual({
    proven: DAYS,
    possible: 48 * DAYS,
    blocked: 0,
  })
  console.info(`planning ${DAYS} x ${ASSETS}, CPU: ${figures.join(', ')}`)
})
