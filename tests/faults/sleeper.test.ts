import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import { LeaseHeld, openLeases } from '../../materializations/lineage/leases.ts'
import { LeaseLost, type NewVersion, recordFailure, recordVersions } from '../../materializations/lineage/record.ts'
import { materialize, type PlanRequest } from '../../materializations/operations/materialize.ts'
import type { Session } from '../../materializations/session.ts'
import { type Facts, factsOf, leftoversOf, NOTHING_LEFT } from './support/facts.ts'
import { type FaultHome, openFaultHome } from './support/home.ts'
import { undisturbedRun } from './support/undisturbed.ts'
import { DAY_5, FEED } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('sleeper')
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('a run that sleeps until another has taken over its leases', () => {
  it.each([
    ['before its staging is filled', 'INSERT INTO `staging'],
    ['between its intents and the swap', 'REPLACE PARTITION'],
  ])('%s: changes nothing any more, and says so', async (name, statement) => {
    const at = { environment: name.replaceAll(/[^a-z]/g, '_'), now: DAY_5 }
    await world.session(at, async (session) => {
      const sleeper = sleepingAt(session, 'features__daily', statement, () => takeOver(session))
      const { run } = await materialize(sleeper, everything(session))
      expect(run?.status).toBe('failed')
      expect(
        run?.results.filter((result) => result.key === 'features/daily').map((result) => result.status),
      ).not.toContain('succeeded')
      expect(await leftoversOf(session)).toEqual(NOTHING_LEFT)
      expect(await factsOf(session)).toEqual(undisturbed)
    })
  })

  it('before it empties a partition that has rows again: they stay', async () => {
    const at = { environment: 'emptying', now: DAY_5 }
    await world.session(at, async (session) => {
      const sleeper = sleepingAt(session, 'features__daily', 'MOVE PARTITION', async () => {
        await world.setFeed({ ...FEED, '2026-03-03': [[2, 70]] })
        await takeOver(session)
      })
      const { run } = await materialize(sleeper, everything(session))
      expect(run?.status).toBe('failed')
      expect(await leftoversOf(session)).toEqual(NOTHING_LEFT)
      const { partitions } = await factsOf(session)
      expect(partitions['features/daily@2026-03-03']).toMatchObject({
        content: [{ day: '2026-03-03', user_id: 2, spent: '70' }],
      })
      await world.setFeed(FEED)
    })
  })

  it('cannot record a version or a failure under its old token, nor take a lease that another holds', async () => {
    const at = { environment: 'tokens', now: DAY_5 }
    await world.session(at, async ({ lineage }) => {
      const key = 'models/limit'
      const sleeper = openLeases(lineage, randomUUID())
      await sleeper.acquire(key)
      const other = openLeases(lineage, randomUUID())
      await expect(other.acquire(key)).rejects.toThrow(LeaseHeld)

      await lineage.query('DELETE FROM leases WHERE token = $1', [sleeper.token])
      await other.acquire(key)
      const lease = { assetKey: key, token: sleeper.token }
      await expect(recordVersions(lineage, [versionOf(key)], { lease })).rejects.toThrow(LeaseLost)
      await recordFailure(lineage, { ...lease, partitions: [''], runId: randomUUID(), message: 'too late' })
      expect(await lineage.query('SELECT * FROM partition_state')).toEqual([])
      expect(await recordVersions(lineage, [versionOf(key)], { lease: { ...lease, token: other.token } })).toHaveLength(
        1,
      )
      await sleeper.release()
      await other.release()
    })
  })
})

/** A session whose warehouse calls `then` before the first such statement on a table or its staging, and goes on with it. */
function sleepingAt(session: Session, table: string, statement: string, then: () => Promise<void>): Session {
  let slept = false
  let isOurs = false
  const wrap = (warehouse: Warehouse): Warehouse => ({
    ...warehouse,
    command: async (sql, options) => {
      if (sql.startsWith('CREATE TABLE') && sql.includes(table)) isOurs = true
      if (!slept && isOurs && sql.includes(statement)) {
        slept = true
        await then()
      }
      return warehouse.command(sql, options)
    },
  })
  return { ...session, stores: { ...session.stores, warehouse: async () => wrap(await session.stores.warehouse()) } }
}

/** What another process does after the leases have expired. */
async function takeOver(session: Session): Promise<void> {
  await session.lineage.query(`UPDATE leases SET expires_at = now() - interval '1 second'`)
  const { run } = await materialize(session, everything(session))
  expect(run?.status).toBe('succeeded')
}

function everything(session: Session) {
  const request: PlanRequest = { selected: session.graph.order, request: { kind: 'all' }, restate: false, look: true }
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  return { command: 'a test', request, signal: new AbortController().signal, log }
}

function versionOf(assetKey: string): NewVersion {
  return {
    assetKey,
    partition: '',
    runId: randomUUID(),
    stepNo: 0,
    codeVersion: 'c',
    dataVersion: 'd',
    partitionsSignature: 'single',
    inputs: [],
    location: { kind: 'value', value: 1 },
    metadata: {},
    asOf: new Date(DAY_5),
  }
}
