import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stopPostgres } from '../../lib/postgres/index.ts'
import { type Facts, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { openSeveringProxy } from './support/severing-proxy.ts'
import { described, materializeCleanly, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5 } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('connections', { ownPostgres: true })
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('PostgreSQL that goes away during a run', () => {
  it('ends the run by name; the next one ends right', async () => {
    const at = { environment: 'stopped', now: DAY_5 }
    await world.closeGate()
    const { ended } = world.start(['materialize'], at)
    await world.gateReached()
    expect(await stopPostgres(world.home)).toBe(true)
    // Back before the run looks again: on another port, as after a restart by hand.
    await world.postgresUrl()
    await world.openGate()

    const ran = await ended
    expect(ran.code, described(ran)).toBe(1)
    expect(ran.err).toContain('error: the connection to PostgreSQL, which keeps the lineage, was lost')
    expect(ran.err).toContain('run the same command again')
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    expect(await world.session(at, runStatuses)).toEqual(['interrupted', 'succeeded'])
  })
})

describe('a connection that breaks after COMMIT, before the answer', () => {
  it.each([
    { of: 'intents', needle: 'INSERT INTO intents' },
    { of: 'tables', needle: 'DELETE FROM intents' },
    { of: 'values', needle: '"location":{"kind":"value"' },
    { of: 'objects', needle: '"location":{"kind":"objects"' },
    { of: 'loads', needle: '"location":{"kind":"published"' },
    { of: 'effects', needle: '"location":{"kind":"effect"' },
  ])('of the record of $of', async ({ of, needle }) => {
    const at = { environment: `cut_${of}`, now: DAY_5 }
    const proxy = await openSeveringProxy(await world.postgresUrl(), needle)
    try {
      const ran = await world.start(['materialize'], { ...at, env: { DATABASE_URL: proxy.url } }).ended
      expect(proxy.cuts()).toBe(1)
      expect(ran.code, described(ran)).toBe(1)
    } finally {
      await proxy.close()
    }
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    expect(await world.outbox(at.environment, 'attempts')).toEqual(['2026-03-04 A'])
  })
})
