import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Facts, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { cleanFacts, described, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5 } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('two-runs')
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('a second run beside one that holds the embedded warehouse', () => {
  it('is told who holds it, and leaves no trace', async () => {
    const at = { environment: 'second', now: DAY_5 }
    await world.closeGate()
    const first = world.start(['materialize'], at)
    await world.gateReached()

    const second = await world.run(['materialize'], at)
    expect(second.code, described(second)).toBe(1)
    expect(second.err).toContain('cannot open the warehouse')
    expect(second.err).toMatch(new RegExp(`Process ${first.child.pid} on \\S+ \\("ottok.mjs materialize`))
    expect(second.err).toContain('--wait')

    await world.openGate()
    const ran = await first.ended
    expect(ran.code, described(ran)).toBe(0)
    expect(await cleanFacts(world, at)).toEqual(undisturbed)
    expect(await world.session(at, runStatuses)).toEqual(['succeeded'])
  })

  it('waits for it with --wait, and then finds nothing to make', async () => {
    const at = { environment: 'waiting', now: DAY_5 }
    await world.closeGate()
    const first = world.start(['materialize'], at)
    await world.gateReached()
    const second = world.start(['materialize', '--wait', '--json'], at)
    await world.openGate()

    expect(await first.ended).toMatchObject({ code: 0 })
    const ran = await second.ended
    expect(ran.code, described(ran)).toBe(0)
    expect(JSON.parse(ran.out)).toMatchObject({ runId: null, status: 'succeeded', steps: [] })
    expect(await cleanFacts(world, at)).toEqual(undisturbed)
  })

  it('finishes what the first leaves that is killed while it waits', async () => {
    const at = { environment: 'inheriting', now: DAY_5 }
    await world.closeGate()
    const first = world.start(['materialize'], at)
    await world.gateReached()
    const second = world.start(['materialize', '--wait'], at)
    first.child.kill('SIGKILL')
    await world.openGate()

    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })
    const ran = await second.ended
    expect(ran.code, described(ran)).toBe(0)
    expect(await cleanFacts(world, at)).toEqual(undisturbed)
    expect(await world.session(at, runStatuses)).toEqual(['interrupted', 'succeeded'])
  })
})
