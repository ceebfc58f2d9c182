import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDead, thisProcess } from '../../materializations/lineage/process-identity.ts'
import { EVERYTHING_ONCE, type Machines, openMachines, refusals } from './support/machines.ts'
import { whilePaused } from './support/paused.ts'
import { described } from './support/undisturbed.ts'

const HOUR_MS = 3_600_000

let machines: Machines

beforeAll(async () => {
  machines = await openMachines('machines')
})
afterAll(() => machines.remove())

const statuses = async (environment: string) =>
  (await machines.query<{ status: string }>(environment, 'SELECT status FROM runs ORDER BY started_at')).map(
    (run) => run.status,
  )

describe('two machines on one PostgreSQL and one object store', () => {
  it('started together: everything is made once, and who comes second is told who makes it', async () => {
    const at = { environment: 'together' }
    const both = [
      machines.start('a', ['materialize', '--json'], at),
      machines.start('b', ['materialize', '--json'], at),
    ]
    for (const { ended } of both) {
      const ran = await ended
      expect([0, 1], described(ran)).toContain(ran.code)
      for (const refusal of refusals(ran)) {
        expect(refusal).toMatch(/^skipped: (Run \S+ \(process \d+ on machine-[ab]\) is making it\.|.* was skipped)/)
      }
    }
    const last = await machines.start('a', ['materialize', '--json'], at).ended
    expect(last.code, described(last)).toBe(0)
    expect(await machines.made()).toEqual(EVERYTHING_ONCE)
    expect(await machines.query(at.environment, 'SELECT name FROM leases')).toEqual([])
  })

  it('a run that was planned before another made everything makes nothing again, and acts on nobody twice', async () => {
    const at = { environment: 'planned_before' }
    const late = machines.start('b', ['materialize', '--json'], { ...at, env: { OTTOK_PAUSE_AT: 'run-created' } })
    const ran = await whilePaused(late, async () => {
      const first = await machines.start('a', ['materialize', '--json'], at).ended
      expect(first.code, described(first)).toBe(0)
    })
    expect(ran.code, described(ran)).toBe(0)
    expect(refusals(ran)).toEqual([])
    expect(await machines.made()).toEqual(EVERYTHING_ONCE)
    const recorded = 'SELECT asset_key, partition FROM materializations GROUP BY 1, 2 HAVING count(*) > 1'
    expect(await machines.query(at.environment, recorded)).toEqual([])
  })

  it('a process of another container of the same host is not taken for dead', () => {
    const elsewhere = { ...thisProcess(), pid: 2 ** 22 + 1 }
    expect(isDead(elsewhere)).toBe(true)
    expect(isDead({ ...elsewhere, pidNamespace: 'pid:[1]' })).toBe(false)
    expect(isDead({ ...elsewhere, pidNamespace: 'pid:[1]', boot: 'before' })).toBe(true)
  })
})

describe('a machine whose clock is wrong', () => {
  it.each([
    { name: 'an hour ahead, as the holder of leases', a: HOUR_MS, b: 0 },
    { name: 'an hour behind, as the holder of leases', a: -HOUR_MS, b: 0 },
    { name: 'an hour ahead, as the one that comes second', a: 0, b: HOUR_MS },
    { name: 'an hour behind, as the one that comes second', a: 0, b: -HOUR_MS },
  ])('$name: neither steals a living lease nor loses its own', async ({ a, b }) => {
    const environment = `clock_${a}_${b}`.replaceAll('-', 'minus')
    await machines.closeGate()
    const holder = machines.start('a', ['materialize', '--json'], { environment, clockShiftMs: a })
    await machines.gateReached()
    const second = await machines.start('b', ['materialize', 'm/files', '--json'], { environment, clockShiftMs: b })
      .ended
    expect(second.code, described(second)).toBe(1)
    expect(refusals(second)).toHaveLength(4)
    for (const refusal of refusals(second)) {
      expect(refusal).toMatch(/^skipped: Run \S+ \(process \d+ on machine-a\) is making it\.$/)
    }
    await machines.openGate()
    const ran = await holder.ended
    expect(ran.code, described(ran)).toBe(0)
    expect(refusals(ran)).toEqual([])
    expect(await machines.made()).toEqual(EVERYTHING_ONCE)
    expect(await statuses(environment)).toEqual(['succeeded', 'failed'])
    // It did live in another hour.
    const [log] = await machines.query<{ ahead: number }>(
      environment,
      `SELECT extract(epoch FROM max(at) - now())::float8 AS ahead FROM step_logs`,
    )
    expect(log!.ahead / 3600).toBeCloseTo(a / HOUR_MS, 0)
  })
})
