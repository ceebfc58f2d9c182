import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TickReport } from '../../materializations/automation/report.ts'
import { type Facts, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { TICK_KILLS } from './support/kill-cases.ts'
import { cleanFacts, described, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5, PROJECT } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('ticks')
  undisturbed = await undisturbedRun(world)
  const automated = PROJECT['definitions.ts']!.replace(
    'export default defineGraph({',
    "import { eager } from 'ottok'\nexport default defineGraph({\n  automation: eager({ lookbackDays: Infinity }),",
  )
  await world.write('definitions.ts', automated)
})
afterAll(() => world.remove())

describe('a tick killed while its run goes on is followed by one that makes the rest', () => {
  it.each(TICK_KILLS)('at %s', async (killAt) => {
    const at = { environment: `at_${killAt.replaceAll(/[^a-z0-9]/g, '_')}`, now: DAY_5 }
    const killed = await world.start(['tick'], { ...at, killAt }).ended
    expect(killed.signal, described(killed)).toBe('SIGKILL')
    const next = await world.run(['tick', '--json'], at)
    expect(next.code, described(next)).toBe(0)
    const isDone = killAt === 'run-finished'
    expect((JSON.parse(next.out) as TickReport).status).toBe(isDone ? 'idle' : 'succeeded')
    expect(await cleanFacts(world, at)).toEqual(undisturbed)
    expect(await world.session(at, runStatuses)).toEqual(isDone ? ['succeeded'] : ['interrupted', 'succeeded'])
    expect(await world.outbox(at.environment)).toEqual(['2026-03-04'])
    const ticks = 'SELECT status FROM ticks ORDER BY tick_id'
    const [first] = await world.session(at, ({ lineage }) => lineage.query<{ status: string }>(ticks))
    expect(first!.status).toBe('died')
  })
})
