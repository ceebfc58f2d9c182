import { afterAll, beforeAll, expect, it } from 'vitest'
import { stopPostgres } from '../../lib/postgres/index.ts'
import type { BackfillReport } from '../../materializations/backfills/report.ts'
import type { Facts } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { cleanFacts, described, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5 } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('backfill-connection', { ownPostgres: true })
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

it('a backfill whose PostgreSQL is stopped under it shows as interrupted, and is resumed', async () => {
  const at = { environment: 'stopped', now: DAY_5 }
  await world.closeGate()
  const { ended } = world.start(['backfill', 'create', '*', '--effects', '--batch', '6'], at)
  await world.gateReached()
  expect(await stopPostgres(world.home)).toBe(true)
  // Back on another port: this process has lost it for good.
  await world.postgresUrl()
  await world.openGate()
  const ran = await ended
  expect(ran.code, described(ran)).toBe(1)
  expect(ran.err).toContain('error: the connection to PostgreSQL, which keeps the lineage, was lost')
  const id = /`ottok backfill resume (\w{8})` goes on with it/.exec(ran.err)?.[1]
  expect(id, ran.err).toBeDefined()

  const list = JSON.parse((await world.run(['backfill', 'list', '--json'], at)).out) as BackfillReport[]
  expect(list).toMatchObject([{ status: 'interrupted' }])
  const resumed = await world.run(['backfill', 'resume', id!, '--json'], at)
  expect(resumed.code, described(resumed)).toBe(0)
  expect(JSON.parse(resumed.out)).toMatchObject({ status: 'completed', error: null })
  expect(await cleanFacts(world, at)).toEqual(undisturbed)
})
