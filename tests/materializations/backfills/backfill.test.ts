import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
import type { CostEstimate } from '../../../materializations/operations/estimate.ts'
import { chainFiles, type Lab, openLab, repeated } from './support/lab.ts'

/** Three assets over eight days: 24 partitions. */
const CHAIN = { assets: 3, start: '2026-02-25' }
const ALL = 24

let lab: Lab

beforeAll(async () => {
  lab = await openLab(chainFiles(CHAIN))
})
afterAll(() => lab.remove())

afterEach(async () => {
  await lab.boom()
  await lab.gate()
  await lab.project.write(chainFiles(CHAIN))
  await lab.run(['wipe', '*', '--yes'])
  await lab.forgetMade()
})

const create = (...args: string[]) => ['backfill', 'create', '*', ...args]

describe('before anything is written', () => {
  it('#13852 #18413 #26731: --dry-run tells the plan, --check whether there is something to do; neither writes', async () => {
    // The first command of an environment makes its tables.
    await lab.json(['status'])
    const before = await rowCounts()
    const dry = await lab.run(create('--dry-run', '--batch', '10'))
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toContain('24 partitions to make')
    expect(dry.out).toContain('in 3 runs; nothing was written, sources were not looked at')
    expect(await lab.json(create('--check'), { code: 3 })).toMatchObject({
      backfillId: null,
      wanted: ALL,
      counts: { proven: ALL, possible: 0, blocked: 0 },
      estimate: { unknown: ['chain/a0', 'chain/a1', 'chain/a2'] },
    })
    expect(await rowCounts()).toEqual(before)
    expect(await lab.made()).toEqual([])
  })

  it('estimates at the pace of past runs', async () => {
    const { runId } = await lab.json<{ runId: string }>(['materialize'])
    // As if each step had taken 1, 3 or 8 s, and the run a third of their sum.
    await lab.query(
      `UPDATE steps SET duration_ms = CASE asset_key WHEN 'chain/a0' THEN 1000 WHEN 'chain/a1' THEN 3000 ELSE 8000 END`,
    )
    await lab.query(`UPDATE runs SET ended_at = started_at + interval '32 seconds' WHERE run_id = $1`, [runId])
    const steps = await lab.query<{ key: string; count: number }>(
      'SELECT asset_key AS key, count(*)::int AS count FROM steps WHERE run_id = $1 GROUP BY asset_key ORDER BY asset_key',
      [runId],
    )
    expect(steps.map((one) => one.count)).toEqual([8, 8, 8])
    const { estimate } = await lab.json<{ estimate: CostEstimate }>(create('--force', '--check'), { code: 3 })
    expect(estimate).toMatchObject({ durationMs: 32_000, provenMs: 32_000, unknown: [], parallelism: 3 })
    expect(estimate.assets[1]).toEqual({ key: 'chain/a1', proven: 8, possible: 0, usualMs: 3_000, samples: 8 })
  })

  it('says so when there is nothing to do', async () => {
    await lab.json(['materialize'])
    const before = await rowCounts()
    expect(await lab.json(create('--check'))).toMatchObject({ wanted: 0, steps: [] })
    expect((await lab.run(create())).out).toBe('nothing to do: everything selected is fresh\n')
    expect(await rowCounts()).toMatchObject({ backfills: before.backfills })
  })

  it('refuses a size that is none, and two ways to name partitions', async () => {
    const size = await lab.run(create('--batch', '0'))
    expect(size.code).toBe(2)
    expect(size.err).toContain('It is a whole number from 1 on.')
    expect((await lab.run(create('--latest', '--from', '2026-03-01', '--to', '2026-03-02'))).code).toBe(2)
  })
})

describe('create', () => {
  it('makes what is stale in runs of at most a batch, in order of time, and tells how far it is', async () => {
    const done = await lab.json<BackfillReport>(create('--batch', '6'))
    expect(done).toMatchObject({
      status: 'completed',
      counts: { wanted: ALL, made: ALL, unchanged: 0, failed: 0, waiting: 0 },
      runs: 4,
      driver: null,
      errors: [],
      error: null,
    })
    expect(done.assets[1]).toMatchObject({ key: 'chain/a1', made: 8, ranges: { made: '2026-02-25..2026-03-04' } })
    // Two days of all assets a run.
    const days = (await lab.made()).map((one) => one.split('@')[1]!)
    expect([0, 6, 12, 18].map((at) => [...new Set(days.slice(at, at + 6))].sort())).toEqual([
      ['2026-02-25', '2026-02-26'],
      ['2026-02-27', '2026-02-28'],
      ['2026-03-01', '2026-03-02'],
      ['2026-03-03', '2026-03-04'],
    ])
    const runs = await lab.query<{ status: string }>('SELECT status FROM runs WHERE backfill_id = $1', [
      done.backfillId,
    ])
    expect(runs).toEqual(Array(4).fill({ status: 'succeeded' }))
    expect(await lab.show(done.backfillId.slice(0, 8))).toMatchObject({ counts: done.counts, status: 'completed' })
    const list = await lab.json<object[]>(['backfill', 'list', '--limit', '1'])
    expect(list).toMatchObject([{ backfillId: done.backfillId, status: 'completed', wanted: ALL, made: ALL }])
  })

  it('takes a range, and makes nothing else', async () => {
    const done = await lab.json<BackfillReport>([
      'backfill',
      'create',
      'chain/a0',
      '--from',
      '2026-03-01',
      '--to',
      '2026-03-02',
    ])
    expect(done.counts).toMatchObject({ wanted: 2, made: 2 })
    expect(await lab.made()).toEqual(['a0@2026-03-01', 'a0@2026-03-02'])
  })

  it('ends at what comes out the same: unchanged partitions are not made', async () => {
    await lab.json(create())
    await lab.forgetMade()
    // Only the first asset's code changes, and its values do not.
    const files = chainFiles(CHAIN)
    await lab.project.write({
      'definitions.ts': files['definitions.ts']!.replace('params: { i,', 'params: { i, more: i === 0,'),
    })
    await lab.json(['accept', 'chain/a1 or chain/a2', '--reason', 'a test'])
    const done = await lab.json<BackfillReport>(create('--batch', '6'))
    expect(done.counts).toEqual({ wanted: ALL, made: 8, unchanged: 16, failed: 0, waiting: 0 })
    expect(done.status).toBe('completed')
  })

  it('tells what it left out, since it could not be made', async () => {
    const done = await lab.run(['backfill', 'create', 'chain/a1', '--yes'])
    expect(done.code).toBe(0)
    expect(done.out).toContain('left out: 8 partitions of chain/a1: chain/a0@2026-02-25 was never made')
    expect(done.out).toContain('nothing can be made')
  })

  it('acts on the outside world only with --effects', async () => {
    const more = `all.push(effectAsset({ key: 'chain/mail', partitions: days, deps: { last: all.at(-1) }, act: async () => ({}) }))`
    await lab.project.write(chainFiles({ ...CHAIN, more }))
    const refused = await lab.run(create())
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('It selects the effect chain/mail.')
    expect(refused.err).toContain('Leave it out (`(*) and not key:"chain/mail"`), or pass --effects.')
    const left = await lab.json<BackfillReport>(['backfill', 'create', '(*) and not key:"chain/mail"'])
    expect(left.counts).toMatchObject({ wanted: ALL, made: ALL })
    const acted = await lab.json<BackfillReport>(create('--effects', '--from', '2026-03-03', '--to', '2026-03-04'))
    expect(acted.assets.find((one) => one.key === 'chain/mail')).toMatchObject({ wanted: 2, made: 2 })
  })
})

describe('what fails', () => {
  it('outside of it holds up what reads it: shown with the reason', async () => {
    await lab.json(['materialize', 'chain/a0'])
    const { backfillId: id } = await lab.json<BackfillReport>(['backfill', 'create', 'chain/a1', '--queue'])
    await lab.json(['wipe', 'chain/a0', '--partition', '2026-03-02', '--yes'])
    const failed = await lab.json<BackfillReport>(['backfill', 'resume', id], { code: 1 })
    expect(failed).toMatchObject({ status: 'failed', counts: { made: 7, failed: 0, waiting: 1 } })
    expect(failed.waitingFor).toEqual([{ key: 'chain/a1', count: 1, reason: 'chain/a0@2026-03-02 was never made' }])
    const shown = await lab.run(['backfill', 'show', id])
    expect(shown.out).toContain('held up: 1 partition of chain/a1: chain/a0@2026-03-02 was never made')
  })

  it('stops what reads it, also in later runs, and nothing else; it always ends', async () => {
    await lab.boom('a0@2026-02-27')
    const failed = await lab.json<BackfillReport>(create('--batch', '6'), { code: 1 })
    expect(failed).toMatchObject({
      status: 'failed',
      // a1 of that day; a2 of that day and, through its window of two days, of the next.
      counts: { wanted: ALL, made: 20, unchanged: 0, failed: 1, waiting: 3 },
      errors: [{ key: 'chain/a0', partition: '2026-02-27', message: 'a0 cannot be made on 2026-02-27', count: 1 }],
    })
    expect(failed.assets[2]!.ranges.waiting).toBe('2026-02-27..2026-02-28')
    const shown = await lab.run(['backfill', 'show', failed.backfillId])
    expect(shown.out).toContain('failed: chain/a0: 2026-02-27')
    // The failed one itself could be made now, and with it all that waits.
    expect(failed.waitingFor).toEqual([])
    expect(shown.out).toContain(`next: mend the cause, then \`ottok backfill resume ${failed.backfillId.slice(0, 8)}\``)
  })

  it('is made by resume, and good partitions are never made again', async () => {
    await lab.boom('a0@2026-02-27')
    const { backfillId } = await lab.json<BackfillReport>(create('--batch', '6'), { code: 1 })
    await lab.boom()
    const done = await lab.json<BackfillReport>(['backfill', 'resume', backfillId])
    expect(done).toMatchObject({ status: 'completed', counts: { made: ALL, failed: 0, waiting: 0 } })
    expect(repeated(await lab.made())).toEqual({})
    expect(await lab.json(create('--check'))).toMatchObject({ wanted: 0 })
    // Nothing is left to resume.
    expect(await lab.json(['backfill', 'resume', backfillId])).toMatchObject({ status: 'completed', runs: done.runs })
  })

  it('reads no older version of what failed in an earlier run', async () => {
    await lab.json(create())
    await lab.forgetMade()
    await lab.project.write(chainFiles({ ...CHAIN, mark: 'B' }))
    await lab.boom('a1@2026-02-26')
    const failed = await lab.json<BackfillReport>(create('--batch', '3'), { code: 1 })
    expect(failed.counts).toMatchObject({ made: 21, failed: 1, waiting: 2 })
    expect(await lab.made()).not.toContain('a2@2026-02-27')
  })

  it('alone is made with --failed-only, with what was skipped for it', async () => {
    await lab.boom('a0@2026-02-25')
    await lab.gate('a2@2026-03-01')
    const driver = lab.spawn(create('--batch', '6'))
    await lab.gateReached(driver)
    const [row] = await lab.query<{ backfill_id: string }>(
      'SELECT backfill_id FROM backfills ORDER BY created_at DESC LIMIT 1',
    )
    driver.child.kill('SIGKILL')
    await driver.ended
    await lab.boom()
    await lab.gate()
    const before = await lab.made()
    // What nobody has come to yet stays to be made.
    const part = await lab.json<BackfillReport>(['backfill', 'resume', row!.backfill_id, '--failed-only'], {
      code: 130,
    })
    expect((await lab.made()).slice(before.length).sort()).toEqual([
      'a0@2026-02-25',
      'a1@2026-02-25',
      'a2@2026-02-25',
      'a2@2026-02-26',
    ])
    expect(part).toMatchObject({ status: 'cancelled', counts: { failed: 0 } })
    const done = await lab.json<BackfillReport>(['backfill', 'resume', row!.backfill_id])
    expect(done.counts).toEqual({ wanted: ALL, made: ALL, unchanged: 0, failed: 0, waiting: 0 })
    expect(repeated(await lab.made())).toEqual({})
  })
})

describe('--force', () => {
  it('makes what is fresh too, and once: resume goes on where it stopped', async () => {
    await lab.json(create())
    await lab.forgetMade()
    const killed = lab.spawn(create('--force', '--batch', '6'), { OTTOK_KILL_AT: 'value-recorded:10' })
    expect((await killed.ended).signal).toBe('SIGKILL')
    const [{ backfillId, status } = { backfillId: '', status: '' }] = await lab.json<BackfillReport[]>([
      'backfill',
      'list',
    ])
    expect(status).toBe('interrupted')
    const done = await lab.json<BackfillReport>(['backfill', 'resume', backfillId])
    expect(done.counts).toEqual({ wanted: ALL, made: ALL, unchanged: 0, failed: 0, waiting: 0 })
    expect(Object.keys(repeated(await lab.made())).length).toBeLessThanOrEqual(2)
  })
})

describe('names', () => {
  it('an unknown backfill is an error', async () => {
    for (const command of ['show', 'cancel', 'resume']) {
      const ran = await lab.run(['backfill', command, 'ffffffff'])
      expect(ran.code).toBe(2)
      expect(ran.err).toContain("there is no backfill 'ffffffff'")
      expect(ran.err).toContain('ottok backfill list')
    }
  })

  it('a start that several share is an error that lists them', async () => {
    const [{ backfillId: id } = { backfillId: '' }] = await lab.json<BackfillReport[]>([
      'backfill',
      'list',
      '--limit',
      '1',
    ])
    const twin = `${id.slice(0, 8)}-0000-4000-8000-000000000000`
    await lab.query(
      `INSERT INTO backfills (backfill_id, command, selection, request, status, as_of, since_seq)
       VALUES ($1, '', '*', '{"selected":[]}', 'requested', now(), 0)`,
      [twin],
    )
    const ran = await lab.run(['backfill', 'show', id.slice(0, 8)])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(`more than one backfill '${id.slice(0, 8)}'`)
    expect(ran.err).toContain(twin)
  })
})

async function rowCounts(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const tables = await lab.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`,
  )
  for (const { name } of tables) {
    const [row] = await lab.query<{ count: number }>(`SELECT count(*)::int AS count FROM "${name}"`)
    counts[name] = row!.count
  }
  return counts
}
