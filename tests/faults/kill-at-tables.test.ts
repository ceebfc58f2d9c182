import { afterAll, beforeAll, describe, it } from 'vitest'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { killAndRevert } from './support/kill-and-revert.ts'
import { TABLE_KILLS } from './support/kill-cases.ts'
import { type Undisturbed, undisturbedRuns } from './support/undisturbed.ts'

let world: FaultHome
let undisturbed: Undisturbed

beforeAll(async () => {
  world = await openFaultHome('tables')
  undisturbed = await undisturbedRuns(world)
})
afterAll(() => world.remove())

describe('a run killed while it makes a warehouse table leaves nothing that the next run does not mend', () => {
  it.each(TABLE_KILLS)('at $making, then at $replacing', (points) => killAndRevert(world, points, undisturbed))
})
