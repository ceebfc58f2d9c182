import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Facts, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import type { KillAt } from './support/kill-cases.ts'
import { whilePaused } from './support/paused.ts'
import { crashAndRestart } from './support/postgres-restart.ts'
import { described, materializeCleanly, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5 } from './support/world.ts'

const MOMENTS: readonly { readonly moment: string; readonly pauseAt: KillAt }[] = [
  { moment: 'before the first step', pauseAt: 'run-created' },
  { moment: 'between steps', pauseAt: 'staging-dropped:4' },
  { moment: 'with four swaps decided and none begun', pauseAt: 'intents-written:5' },
  { moment: 'in the midst of four swaps', pauseAt: 'partition-swapped:6' },
  { moment: 'between objects and their record', pauseAt: 'object-written:6' },
  { moment: 'inside the transaction that loads and records', pauseAt: 'published-loaded' },
  { moment: 'between an act and its record', pauseAt: 'effect-acted' },
  { moment: 'before the end is recorded', pauseAt: 'journal-closed' },
]

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('restarts', { ownPostgres: true })
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('PostgreSQL that crashes and is back under a run', () => {
  it.each(MOMENTS)('$moment: the run goes on or says why not, and the next one ends right', async ({ pauseAt }) => {
    const at = { environment: `at_${pauseAt.replaceAll(/[^a-z0-9]/g, '_')}`, now: DAY_5 }
    const started = world.start(['materialize'], { ...at, env: { OTTOK_PAUSE_AT: pauseAt } })
    const ran = await whilePaused(started, () => crashAndRestart(world.home))
    // Nothing but the loss of the connection keeps it from its end.
    if (ran.code !== 0) {
      expect(ran.code, described(ran)).toBe(1)
      expect(ran.out + ran.err).toContain('the connection to PostgreSQL, which keeps the lineage, was lost')
    }
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    expect(await world.session(at, runStatuses)).not.toContain('running')
    expect(await world.outbox(at.environment)).toEqual(['2026-03-04'])
  })
})
