import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BackfillReport } from '../../materializations/backfills/report.ts'
import type { Facts } from './support/facts.ts'
import { type FaultHome, openFaultHome, type RunOptions } from './support/home.ts'
import { BACKFILL_KILLS, type KillAt } from './support/kill-cases.ts'
import { cleanFacts, described, undisturbedRun } from './support/undisturbed.ts'
import { DAY_5 } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('backfills')
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

describe('a backfill killed while it runs is resumed by another process', () => {
  it.each(BACKFILL_KILLS)('at %s', async (killAt) => {
    const at = { environment: `at_${killAt.replaceAll(/[^a-z0-9]/g, '_')}`, now: DAY_5 }
    const killed = await world.start(['backfill', 'create', '*', '--effects', '--batch', '6'], { ...at, killAt }).ended
    expect(killed.signal, described(killed)).toBe('SIGKILL')

    const [before] = await json<BackfillReport[]>(['backfill', 'list'], at)
    expect(before!.status).toBe(statusAfter(killAt))
    const resumed = await world.start(['backfill', 'resume', before!.backfillId, '--json'], at).ended
    expect(resumed.code, described(resumed)).toBe(0)
    const report = JSON.parse(resumed.out) as BackfillReport
    expect(report).toMatchObject({ status: 'completed', driver: null, error: null })
    expect(report.counts).toMatchObject({ made: report.counts.wanted, failed: 0, waiting: 0 })

    expect(await cleanFacts(world, at)).toEqual(undisturbed)
    // What a dead process had recorded is not made again.
    expect(await recordedTwice(at)).toEqual([])
  })
})

function statusAfter(killAt: KillAt): BackfillReport['status'] {
  if (killAt === 'backfill-created') return 'requested'
  return killAt === 'backfill-finished' ? 'completed' : 'interrupted'
}

async function json<T>(args: readonly string[], at: RunOptions): Promise<T> {
  const ran = await world.run([...args, '--json'], at)
  expect(ran.code, described(ran)).toBe(0)
  return JSON.parse(ran.out) as T
}

function recordedTwice(at: RunOptions): Promise<object[]> {
  return world.session(at, ({ lineage }) =>
    lineage.query(
      `SELECT asset_key, partition, count(*)::int AS times FROM materializations
       GROUP BY asset_key, partition HAVING count(*) > 1`,
    ),
  )
}
