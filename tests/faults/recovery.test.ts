import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Facts, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { materializeAndDie } from './support/kill-and-revert.ts'
import type { KillAt } from './support/kill-cases.ts'
import { materializeCleanly, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5, PROJECT } from './support/world.ts'

/** In the statement that makes four days of `features/daily`: four intents are open, and nothing is swapped. */
const FOUR_INTENTS: KillAt = 'intents-written:5'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('recovery')
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('recovery', () => {
  it('may be killed at each of its own points, and begins again', async () => {
    const at = { environment: 'again', now: DAY_5 }
    await materializeAndDie(world, { ...at, killAt: FOUR_INTENTS })
    for (const killAt of ['partition-swapped:2', 'swapped', 'recorded', 'staging-dropped'] as const) {
      await materializeAndDie(world, { ...at, killAt })
      // Recovery comes before the run: it was killed there if no run has begun.
      expect(await world.session(at, runStatuses), killAt).toEqual(['running'])
    }
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    expect(await world.session(at, runStatuses)).toEqual(['interrupted', 'succeeded'])
  })

  it('finishes the swap of an asset that the definitions no longer have, for the day it comes back', async () => {
    const at = { environment: 'removed', now: DAY_5 }
    await materializeAndDie(world, { ...at, killAt: FOUR_INTENTS })
    await world.write('definitions.ts', WITHOUT_DAILY)
    expect(await world.run(['materialize'], at)).toMatchObject({ code: 0 })
    await world.write('definitions.ts', PROJECT['definitions.ts']!)
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
  })

  it('is told by the command that does it', async () => {
    const at = { environment: 'told', now: DAY_5 }
    await materializeAndDie(world, { ...at, killAt: FOUR_INTENTS })
    const ran = await world.run(['materialize'], at)
    expect(ran.err).toContain('finished what 1 interrupted run left (4 partitions rolled forward)')
  })
})

const WITHOUT_DAILY = `
import { defineGraph } from 'ottok'
import { events, limit, source } from './assets.ts'

export default defineGraph({
  assets: [source, events, limit],
  resources: ({ home }) => ({ feed: home + '/feed.json', gate: home + '/gate', outbox: home + '/outbox-' }),
})
`
