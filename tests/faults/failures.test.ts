import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Facts, factsOf, leftoversOf, NOTHING_LEFT, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome, type RunOptions } from './support/home.ts'
import { cleanFacts, described, materializeCleanly, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5, FEED } from './support/world.ts'

interface Step {
  readonly key: string
  readonly partition: string
  readonly status: string
  readonly skippedBecause?: string
  readonly error?: string
}

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('failures')
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('work that fails', () => {
  const bad = [
    {
      name: 'an asset that throws',
      day: 'boom',
      error: 'the feed of 2026-03-02 is broken',
    },
    {
      name: 'a blocking check',
      day: [[null, 12]],
      error: 'check no_nulls(user_id) failed: 1 rows with NULL in user_id',
    },
  ]
  it.each(bad)(
    '$name: the last good version stays, downstreams wait, the next run tries again',
    async ({ name, day, error }) => {
      const at = { environment: name.replaceAll(/[^a-z]/g, '_'), now: DAY_5 }
      await materializeCleanly(world, at)
      await world.setFeed({ ...FEED, '2026-03-02': day })
      for (const attempt of ['first', 'second']) {
        const ran = await world.run(['materialize', '--json'], at)
        expect(ran.code, `${attempt}: ${described(ran)}`).toBe(1)
        const { status, steps } = JSON.parse(ran.out) as { status: string; steps: readonly Step[] }
        expect(status).toBe('failed')
        expect(steps.find((step) => step.key === 'raw/events')).toMatchObject({
          partition: '2026-03-02',
          status: 'failed',
          error,
        })
        expect(steps.filter((step) => step.key === 'features/daily')).toMatchObject([
          {
            partition: '2026-03-02',
            status: 'skipped',
            skippedBecause: 'raw/events@2026-03-02 failed or was skipped',
          },
        ])
        // What people and readers see is what it was.
        const facts = await world.session(at, factsOf)
        expect(facts.views).toEqual(undisturbed.views)
      }
      await world.setFeed(FEED)
      expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    },
  )

  it('is told with what failed, why, and what to do next', async () => {
    const at = { environment: 'told', now: DAY_5 }
    await world.setFeed({ ...FEED, '2026-03-02': 'boom' })
    const ran = await world.run(['materialize'], at)
    await world.setFeed(FEED)
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('raw/events@2026-03-02')
    expect(ran.out).toContain('the feed of 2026-03-02 is broken')
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
  })
})

describe('Ctrl-C', () => {
  it('ends a run of functions with 130, cancelled, and nothing half done', async () => {
    const at = { environment: 'ctrl_c', now: DAY_5 }
    await world.closeGate()
    const { child, ended } = world.start(['materialize'], at)
    await world.gateReached()
    child.kill('SIGINT')
    const ran = await ended
    await world.openGate()
    expect(ran.code, described(ran)).toBe(130)
    await expectCancelled(at)
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
  })

  it('kills the statement that runs in the warehouse', async () => {
    const at = { environment: 'ctrl_c_sql', now: DAY_5 }
    await world.setCode('slow')
    const { child, ended } = world.start(['materialize'], at)
    await untilLeased(at, 'features/daily')
    child.kill('SIGINT')
    const ran = await ended
    await world.setCode('A')
    expect(ran.code, described(ran)).toBe(130)
    await expectCancelled(at)
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
  })

  it('twice ends at once; the next run does the rest', async () => {
    const at = { environment: 'ctrl_c_twice', now: DAY_5 }
    await world.closeGate()
    const { child, ended } = world.start(['materialize'], at)
    await world.gateReached()
    child.kill('SIGINT')
    child.kill('SIGINT')
    // The first may have been enough by the time that the second comes.
    expect(['SIGINT', 130]).toContain((await ended).signal ?? (await ended).code)
    await world.openGate()
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
  })

  async function expectCancelled(at: RunOptions): Promise<void> {
    await world.session(at, async (session) => {
      const { stale, ...left } = await leftoversOf(session)
      expect(stale).not.toEqual([])
      expect({ ...left, stale: [] }).toEqual(NOTHING_LEFT)
      expect(await runStatuses(session)).toEqual(['cancelled'])
    })
  }

  async function untilLeased(at: RunOptions, key: string): Promise<void> {
    const leases = `ottok_${world.fullName(at.environment)}.leases`
    const client = new pg.Client({ connectionString: await world.postgresUrl() })
    await client.connect()
    try {
      for (;;) {
        const found = await client.query('SELECT to_regclass($1) AS leases', [leases])
        if (found.rows[0].leases !== null) {
          const leased = await client.query(`SELECT 1 FROM ${leases} WHERE name = $1`, [key])
          if (leased.rowCount === 1) return
        }
        await sleep(50)
      }
    } finally {
      await client.end()
    }
  }
})

describe('an effect', () => {
  it('is not repeated by late data, other code, --force or --restate', async () => {
    const at = { environment: 'effects', now: DAY_5 }
    await materializeCleanly(world, at)
    await world.setCode('B')
    await world.setFeed({ ...FEED, '2026-03-04': [[1, 99]] })
    await materializeCleanly(world, at)
    for (const option of ['--force', '--restate']) {
      expect(await world.run(['materialize', option], at), option).toMatchObject({ code: 0 })
    }
    await world.setCode('A')
    await world.setFeed(FEED)
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    expect(await world.outbox(at.environment, 'attempts')).toEqual(['2026-03-04 A'])
  })

  it('happens for an older partition only when that is named and --effects is given, and then once', async () => {
    const at = { environment: 'effects_named', now: DAY_5 }
    await materializeCleanly(world, at)
    const older = ['materialize', 'delivery/mail', '--partition', '2026-03-02']
    await world.run(older, at)
    expect(await world.outbox(at.environment, 'attempts')).toEqual(['2026-03-04 A'])
    await world.run([...older, '--effects'], at)
    await world.run([...older, '--effects', '--force'], at)
    expect(await world.outbox(at.environment, 'attempts')).toEqual(['2026-03-04 A', '2026-03-02 A'])
    await cleanFacts(world, at)
  })
})
