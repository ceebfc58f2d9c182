import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Facts, leftoversOf, NOTHING_LEFT, runStatuses } from './support/facts.ts'
import { type FaultHome, openFaultHome, type RunOptions } from './support/home.ts'
import { cleanFacts, described, materializeCleanly, undisturbedRun } from './support/undisturbed.ts'
import { CODE, DAY_5, FILE_LIMIT, LARGE } from './support/world.ts'

let world: FaultHome
let undisturbed: Facts

beforeAll(async () => {
  world = await openFaultHome('space')
  undisturbed = await undisturbedRun(world)
})
afterAll(() => world.remove())

/** Requires that a run that ended in an error left work to do, and nothing else. */
async function expectNothingHalfDone(at: RunOptions, failed: string): Promise<void> {
  await world.session(at, async (session) => {
    const { stale, ...left } = await leftoversOf(session)
    expect({ ...left, stale: [] }).toEqual(NOTHING_LEFT)
    expect(stale).toContain(failed)
    expect(await runStatuses(session)).not.toContain('running')
  })
}

describe('a disk that has no room for a file', () => {
  it.each([
    {
      place: 'tables' as const,
      failed: 'features/window',
      error: /the warehouse database \S+ did not carry out .* cut short, as on a disk that was full: make room/,
    },
    {
      place: 'columns that no data version counts' as const,
      failed: 'features/window',
      error: /the warehouse database \S+ did not carry out .* cut short, as on a disk that was full: make room/,
    },
    {
      place: 'objects' as const,
      failed: 'reports/daily',
      error:
        /cannot write \S+\/reports\/daily\/\S+: The system does not let this user write a file of that size\. Make room there/,
    },
  ])('of $place: the step fails by name and place, and nothing is half recorded', async ({ place, failed, error }) => {
    await world.write('rule.ts', LARGE[place])
    const large = await materializeCleanly(world, { environment: `large_${place.slice(0, 7)}`, now: DAY_5 })
    const at = { environment: `full_${place.slice(0, 7)}`, now: DAY_5 }
    const ran = await world.start(['materialize', '--json'], { ...at, fileLimit: FILE_LIMIT }).ended
    expect(ran.code, described(ran)).toBe(1)
    const { steps } = JSON.parse(ran.out) as { steps: { key: string; status: string; error?: string }[] }
    const failures = steps.filter(({ status }) => status === 'failed')
    expect(new Set(failures.map(({ key }) => key))).toEqual(new Set([failed]))
    for (const failure of failures) expect(failure.error).toMatch(error)
    await expectNothingHalfDone(at, failed)
    expect(await materializeCleanly(world, at)).toEqual(large)
    await world.write('rule.ts', CODE.A)
  })
})

describe('PostgreSQL that has no space left', () => {
  it.each([
    { table: 'intents', rows: 'true' },
    // Not what is observed before the run.
    { table: 'materializations', rows: "new.asset_key = 'features/daily'" },
    { table: 'step_logs', rows: 'true' },
    { table: 'steps', rows: 'true' },
  ])('for $table: the run ends by name, and the next one ends right', async ({ table, rows }) => {
    const at = { environment: `full_${table}`, now: DAY_5 }
    // The schema, and nothing made yet.
    expect(await world.run(['status'], at)).toMatchObject({ code: 0 })
    await world.session(at, ({ lineage }) => lineage.query(refusing(table, rows)))
    const ran = await world.start(['materialize'], at).ended
    expect(ran.code, described(ran)).toBe(1)
    expect(ran.out + ran.err).toContain('PostgreSQL, which keeps the lineage, has no space left')
    expect(ran.out + ran.err).toContain('Free space on the disk of its data folder')
    await world.session(at, ({ lineage }) => lineage.query(`DROP TRIGGER no_space ON ${table}`))
    expect(await materializeCleanly(world, at)).toEqual(undisturbed)
    expect(await world.outbox(at.environment)).toEqual(['2026-03-04'])
  })
})

describe('a command that has no space for what it says', () => {
  it.each([
    { full: 'stdout' as const, says: 'error: cannot write the output of the command' },
    { full: 'stderr' as const, says: '' },
  ])('on $full: its run goes on to the end, and it fails', async ({ full, says }) => {
    const at = { environment: `full_${full}`, now: DAY_5 }
    const ran = await world.start(['materialize'], { ...at, full }).ended
    expect(ran.code, described(ran)).toBe(1)
    expect(ran.err).toContain(says)
    expect(ran.err).not.toContain('node:')
    expect(await world.session(at, runStatuses)).toEqual(['succeeded'])
    expect(await cleanFacts(world, at)).toEqual(undisturbed)
  })
})

/** What the server answers when it cannot extend the file of a table. */
const refusing = (table: string, rows: string): string => `
  CREATE OR REPLACE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION 'could not extend file "base/5/16384": No space left on device' USING ERRCODE = 'disk_full'; END $$;
  CREATE TRIGGER no_space BEFORE INSERT ON ${table} FOR EACH ROW WHEN (${rows}) EXECUTE FUNCTION no_space()`
