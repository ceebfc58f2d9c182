import { describe, expect, test } from 'vitest'
import { asOf, cross, daily, fixed, type PartitionsDefinition } from '../../../lib/graph/index.ts'
import { single } from '../../../lib/graph/partitions/definitions.ts'
import type { RefRequest } from './support/reference.ts'
import { planText, Simulation } from './support/simulation.ts'
import type { AssetSpec } from './support/world.ts'

const days = daily({ start: '2024-03-01', timezone: 'UTC' })
const segments = fixed('trial', 'paid')
const morning = (day: number) => new Date(Date.UTC(2024, 2, day, 9))

function spec(key: string, kind: AssetSpec['kind'], partitions: PartitionsDefinition, upstream?: string): AssetSpec {
  const inputs = upstream ? [{ name: 'champion', upstream, mapping: asOf() }] : []
  return { key, kind, partitions, inputs, code: 0 }
}

/** A champion that somebody promotes, and scores that follow it. */
function scoring(champion: PartitionsDefinition, scores: PartitionsDefinition): Simulation {
  const assets = [spec('champion', 'external', champion), spec('scores', 'function', scores, 'champion')]
  return new Simulation({ assets, hasher: 1, now: morning(2) })
}

const everything: RefRequest = { selected: ['scores'], request: { kind: 'all' }, force: false, effects: false }

/** Plans and runs; what was made. */
function run(simulation: Simulation, restate = false): string[] {
  const { state, reference } = simulation.open(restate)
  const { plan } = planText(state, everything)
  return simulation.run(plan, state, reference, { force: false, fails: () => false })
}

function stale(simulation: Simulation, restate = false): string[] {
  const { text } = planText(simulation.open(restate).state, everything)
  return text.entries.flatMap((entry) => entry.proven.map((p) => `${p} ${entry.causes[p]!.join()}`))
}

const at = (simulation: Simulation, now: Date) => {
  simulation.world = { ...simulation.world, now }
}

describe('a promotion changes only later days', () => {
  test('day by day', () => {
    const simulation = scoring(single, days)
    simulation.observe('champion', '', 'v1')
    expect(run(simulation)).toEqual(['scores@2024-03-01'])
    at(simulation, morning(4))
    simulation.observe('champion', '', 'v2')
    // v2 came on the 4th at nine: the days up to the 3rd had ended before it.
    expect(run(simulation)).toEqual(['scores@2024-03-02', 'scores@2024-03-03'])
    expect(simulation.memory.partitions.get('scores')!.get('2024-03-03')!.current!.reads[0]!.versions).toEqual({
      '': 'v1',
    })
    at(simulation, morning(5))
    expect(run(simulation)).toEqual(['scores@2024-03-04'])
    expect(simulation.memory.partitions.get('scores')!.get('2024-03-04')!.current!.reads[0]!.versions).toEqual({
      '': 'v2',
    })
    expect(stale(simulation)).toEqual([])
  })

  test('before the first version the first one counts', () => {
    const simulation = scoring(single, days)
    at(simulation, morning(6))
    simulation.observe('champion', '', 'v1')
    expect(run(simulation)).toHaveLength(5)
    simulation.observe('champion', '', 'v2')
    expect(stale(simulation)).toEqual([])
  })

  test('a promotion at the very end of a day is in force for it', () => {
    const simulation = scoring(single, days)
    simulation.observe('champion', '', 'v1')
    at(simulation, new Date('2024-03-03T00:00:00Z'))
    run(simulation)
    simulation.observe('champion', '', 'v2')
    expect(stale(simulation)).toEqual(['2024-03-02 data:champion:'])
  })

  test('of one segment leaves the other alone', () => {
    const simulation = scoring(segments, cross({ day: days, segment: segments }))
    simulation.observe('champion', 'trial', 't1')
    // Nothing is in force for paid yet: that blocks paid, and only paid.
    expect(run(simulation)).toEqual(['scores@2024-03-01|trial'])
    simulation.observe('champion', 'paid', 'p1')
    expect(run(simulation)).toEqual(['scores@2024-03-01|paid'])
    at(simulation, morning(3))
    simulation.observe('champion', 'paid', 'p2')
    expect(stale(simulation, true)).toEqual([
      '2024-03-01|paid restated:champion',
      '2024-03-02|trial missing',
      '2024-03-02|paid missing',
    ])
  })

  test('every segment counts where the scores have none', () => {
    const simulation = scoring(segments, days)
    simulation.observe('champion', 'trial', 't1')
    expect(run(simulation)).toEqual([])
    simulation.observe('champion', 'paid', 'p1')
    expect(run(simulation)).toEqual(['scores@2024-03-01'])
    expect(
      Object.keys(simulation.memory.partitions.get('scores')!.get('2024-03-01')!.current!.reads[0]!.versions),
    ).toEqual(['trial', 'paid'])
  })
})

describe('--restate', () => {
  function restated(): Simulation {
    const simulation = scoring(single, days)
    simulation.observe('champion', '', 'v1')
    at(simulation, morning(4))
    run(simulation)
    simulation.observe('champion', '', 'v2')
    return simulation
  }

  test('moves on purpose, once', () => {
    const simulation = restated()
    expect(stale(simulation)).toEqual([])
    expect(stale(simulation, true)).toEqual(['01', '02', '03'].map((d) => `2024-03-${d} restated:champion`))
    expect(run(simulation, true)).toHaveLength(3)
    expect(stale(simulation, true)).toEqual([])
    expect(stale(simulation)).toEqual([])
  })

  test('holds through later promotions and through a remake for another reason', () => {
    const simulation = restated()
    run(simulation, true)
    at(simulation, morning(5))
    simulation.observe('champion', '', 'v3')
    expect(stale(simulation)).toEqual(['2024-03-04 missing'])
    simulation.world = {
      ...simulation.world,
      assets: simulation.world.assets.map((one) => (one.key === 'scores' ? { ...one, code: 1 } : one)),
    }
    expect(run(simulation)).toHaveLength(4)
    const versions = [...simulation.memory.partitions.get('scores')!.values()].map(
      (one) => one.current!.reads[0]!.versions[''],
    )
    expect(versions).toEqual(['v2', 'v2', 'v2', 'v2'])
    expect(stale(simulation)).toEqual([])
    expect(stale(simulation, true)).toHaveLength(4)
  })

  test('does not hold for another upstream of the same name', () => {
    const simulation = restated()
    run(simulation, true)
    const other = spec('rival', 'external', single)
    const [champion, scores] = simulation.world.assets
    const swapped = { ...scores!, inputs: [{ name: 'champion', upstream: 'rival', mapping: asOf() }] }
    simulation.world = { ...simulation.world, assets: [champion!, other, swapped] }
    simulation.observe('rival', '', 'r1')
    expect(stale(simulation)).toEqual(['01', '02', '03'].map((d) => `2024-03-${d} deps:rival`))
  })

  test('counts a promotion that is planned in the same run as possible', () => {
    const simulation = restated()
    const source = spec('verdict', 'external', single)
    const [, scores] = simulation.world.assets
    const chosen: AssetSpec = {
      ...spec('champion', 'function', single),
      inputs: [{ name: 'verdict', upstream: 'verdict', mapping: { kind: 'default' } }],
    }
    simulation.world = { ...simulation.world, assets: [source, chosen, scores!] }
    simulation.observe('verdict', '', 'x')
    run(simulation, true)
    const options = { ...everything, selected: ['champion', 'scores'] }
    const [first, second] = planText(simulation.open(true).state, options).text.entries
    expect(first).toMatchObject({ key: 'champion', proven: [''] })
    expect(second).toMatchObject({ key: 'scores', possible: ['2024-03-01', '2024-03-02', '2024-03-03'] })
    // Not asked to restate: the days that are past keep what they have.
    expect(planText(simulation.open().state, options).text.entries).toHaveLength(1)
  })
})
