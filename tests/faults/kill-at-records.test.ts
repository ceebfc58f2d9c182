import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMIT_POINTS } from '../../materializations/executor/commit-points.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { killAndGoOn, killAndRevert } from './support/kill-and-revert.ts'
import { BACKFILL_KILLS, RECORD_KILLS, REPLACING_KILLS, TABLE_KILLS } from './support/kill-cases.ts'
import { type Undisturbed, undisturbedRuns } from './support/undisturbed.ts'

let world: FaultHome
let undisturbed: Undisturbed

beforeAll(async () => {
  world = await openFaultHome('records')
  undisturbed = await undisturbedRuns(world)
})
afterAll(() => world.remove())

it('kills at every commit point that there is', () => {
  const ofRuns = [...RECORD_KILLS, ...TABLE_KILLS].flatMap(({ making, replacing }) => [making, replacing])
  const tested = [...ofRuns, ...BACKFILL_KILLS].map((killAt) => killAt.split(':')[0])
  expect([...new Set(tested)].sort()).toEqual([...COMMIT_POINTS].sort())
})

describe('a run killed while it records leaves nothing that the next run does not mend', () => {
  it.each(RECORD_KILLS)('at $making, then at $replacing', (points) => killAndRevert(world, points, undisturbed))
})

describe('a run killed while it replaces what other code made is gone on with', () => {
  it.each(REPLACING_KILLS)('at %s', (killAt) => killAndGoOn(world, killAt, undisturbed))
})
