import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
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
  await lab.gate()
  await lab.project.write(chainFiles(CHAIN))
  await lab.run(['wipe', '*', '--yes'])
  await lab.forgetMade()
})

const CREATE = ['backfill', 'create', '*', '--batch', '6']

/** Starts a backfill in a process of its own, and waits until it is in the middle of its second run. */
async function startDriver() {
  await lab.gate('a1@2026-02-27')
  const driver = lab.spawn([...CREATE, '--json'])
  await lab.gateReached(driver)
  return { driver, id: await newest() }
}

async function newest(): Promise<string> {
  const [row] = await lab.json<{ backfillId: string }[]>(['backfill', 'list', '--limit', '1'])
  return row!.backfillId
}

describe('a backfill that runs', () => {
  it('is shown from another process: who drives it, how fast, how much is left', async () => {
    const { driver, id } = await startDriver()
    const shown = await lab.show(id)
    expect(shown).toMatchObject({ status: 'running', driver: { pid: driver.child.pid }, endedAt: null })
    expect(shown.counts.made).toBeGreaterThanOrEqual(6)
    expect(shown.counts.made + shown.counts.waiting).toBe(ALL)
    expect(shown.ratePerSecond).toBeGreaterThan(0)
    expect(shown.timeLeftMs).toBeGreaterThan(0)
    const text = await lab.run(['backfill', 'show', id])
    expect(text.out).toMatch(/running: \d+ of 24 partitions done in 2 runs, [\d.]+\/s, about .* left, by process \d+/)
    await lab.gate()
    const ran = await driver.ended
    expect(JSON.parse(ran.out)).toMatchObject({ backfillId: id, status: 'completed', counts: { made: ALL } })
    expect(ran.code).toBe(0)
  })

  it('is not run by a second process', async () => {
    const { driver, id } = await startDriver()
    const second = await lab.run(['backfill', 'resume', id])
    expect(second.code).toBe(1)
    expect(second.err).toContain(`cannot run backfill ${id.slice(0, 8)}`)
    expect(second.err).toContain(`Process ${driver.child.pid} on`)
    await lab.gate()
    expect((await driver.ended).code).toBe(0)
    expect(repeated(await lab.made())).toEqual({})
  })

  it('stops when it is cancelled from another process, and can be resumed', async () => {
    const { driver, id } = await startDriver()
    expect(await lab.json(['backfill', 'cancel', id])).toEqual({ backfillId: id, status: 'cancelling', changed: true })
    // The gate stays closed: the step that waits at it is aborted.
    const ran = await driver.ended
    expect(ran.code).toBe(130)
    expect(JSON.parse(ran.out)).toMatchObject({ status: 'cancelled' })
    expect((await lab.run(['backfill', 'cancel', id])).out).toContain('is cancelled already')
    await lab.gate()
    const done = await lab.json<BackfillReport>(['backfill', 'resume', id])
    expect(done).toMatchObject({ status: 'completed', counts: { made: ALL, waiting: 0 } })
    expect(repeated(await lab.made())).toEqual({})
    const runs = await lab.query<{ status: string }>(
      'SELECT status FROM runs WHERE backfill_id = $1 ORDER BY started_at',
      [id],
    )
    expect(runs.map((run) => run.status)).toEqual([
      'succeeded',
      'cancelled',
      ...Array(runs.length - 2).fill('succeeded'),
    ])
  })

  it('leaves what another backfill makes at that time, and says so; it is gone on with afterwards', async () => {
    const { driver } = await startDriver()
    const second = await lab.run(['backfill', 'create', 'chain/a0 or chain/a1'])
    expect(second.code).toBe(1)
    expect(second.err).toMatch(/warning: \d+ of chain\/a0 skipped: Run [\w-]+ \(process \d+ on .*\) is making it\./)
    const id = await newest()
    expect(await lab.show(id)).toMatchObject({ status: 'failed', counts: { failed: 0 } })
    await lab.gate()
    expect((await driver.ended).code).toBe(0)
    expect(await lab.json(['backfill', 'resume', id])).toMatchObject({ status: 'completed', counts: { waiting: 0 } })
    expect(repeated(await lab.made())).toEqual({})
  })

  it('is one with its runs: they are cancelled, and resumed, as a part of it', async () => {
    const { driver, id } = await startDriver()
    const [run] = await lab.json<{ runId: string }[]>(['runs', 'list', '--limit', '1'])
    await lab.json(['runs', 'cancel', run!.runId])
    expect((await driver.ended).code).toBe(130)
    expect(await lab.show(id)).toMatchObject({ status: 'cancelled' })
    const resumed = await lab.run(['runs', 'resume', run!.runId])
    expect(resumed.code).toBe(2)
    expect(resumed.err).toContain(`ottok backfill resume ${id.slice(0, 8)}`)
  })

  it('is cancelled by Ctrl-C', async () => {
    const { driver, id } = await startDriver()
    driver.child.kill('SIGINT')
    expect((await driver.ended).code).toBe(130)
    expect(await lab.show(id)).toMatchObject({ status: 'cancelled', driver: null })
  })

  it('shows as interrupted when its process is killed, and is resumed by another', async () => {
    const { driver, id } = await startDriver()
    driver.child.kill('SIGKILL')
    await driver.ended
    expect(await lab.show(id)).toMatchObject({ status: 'interrupted', driver: null })
    expect((await lab.run(['backfill', 'show', id])).out).toContain('goes on where it stopped')
    await lab.gate()
    const resumed = lab.spawn(['backfill', 'resume', id, '--json'])
    expect(JSON.parse((await resumed.ended).out)).toMatchObject({ status: 'completed', counts: { made: ALL } })
    expect(repeated(await lab.made())).toEqual({})
  })

  it('is lost by a process that slept past its lease; the one that took it over is left alone', async () => {
    const { driver, id } = await startDriver()
    driver.child.kill('SIGSTOP')
    // As on another machine, half a minute later: nobody can tell whether the sleeper lives.
    for (const table of ['backfills', 'leases', 'runs'])
      await lab.query(`UPDATE ${table} SET holder = jsonb_set(holder, '{host}', '"elsewhere"')`)
    expect(await lab.show(id)).toMatchObject({ status: 'running', driver: { host: 'elsewhere' } })
    await lab.query(`UPDATE backfills SET expires_at = now() - interval '1 second' WHERE backfill_id = $1`, [id])
    await lab.query(`UPDATE leases SET expires_at = now() - interval '1 second'`)
    expect(await lab.show(id)).toMatchObject({ status: 'interrupted' })
    await lab.gate('a2@2026-03-04')
    const second = lab.spawn(['backfill', 'resume', id, '--json'])
    await lab.gateReached(second)
    driver.child.kill('SIGCONT')
    const sleeper = await driver.ended
    expect(sleeper.code).toBe(1)
    expect(sleeper.err).toContain('did not renew its lease in time, and another has taken the backfill over')
    await lab.gate()
    expect(JSON.parse((await second.ended).out)).toMatchObject({ status: 'completed', counts: { made: ALL } })
  })
})

describe('a backfill that is queued', () => {
  it('is written down and nothing else, and run by resume in another process', async () => {
    const queued = await lab.json<BackfillReport>([...CREATE, '--queue'])
    expect(queued).toMatchObject({
      status: 'requested',
      runs: 0,
      startedAt: null,
      counts: { wanted: ALL, waiting: ALL },
    })
    expect(await lab.made()).toEqual([])
    const resumed = lab.spawn(['backfill', 'resume', queued.backfillId.slice(0, 8), '--json'])
    expect(JSON.parse((await resumed.ended).out)).toMatchObject({ status: 'completed', counts: { made: ALL }, runs: 4 })
  })

  it('makes no partition again that was made meanwhile', async () => {
    const queued = await lab.json<BackfillReport>([...CREATE, '--queue'])
    await lab.json(['materialize', 'chain/a0'])
    expect((await lab.show(queued.backfillId)).counts).toMatchObject({ made: 8, waiting: 16 })
    await lab.json(['backfill', 'resume', queued.backfillId])
    expect(repeated(await lab.made())).toEqual({})
  })

  it('is cancelled at once', async () => {
    const queued = await lab.run([...CREATE, '--queue'])
    expect(queued.out).toMatch(/backfill \w{8} is queued: `ottok backfill resume \w{8}` runs it/)
    const id = await newest()
    expect(await lab.json(['backfill', 'cancel', id])).toEqual({ backfillId: id, status: 'cancelled', changed: true })
  })
})

describe('a change of definitions since it was created', () => {
  it('is refused and named; --current-code plans anew, and what it makes is of today', async () => {
    await lab.gate('a1@2026-02-27')
    const driver = lab.spawn(CREATE)
    await lab.gateReached(driver)
    const id = await newest()
    driver.child.kill('SIGKILL')
    await driver.ended
    await lab.gate()
    await lab.project.write({
      'definitions.ts': chainFiles(CHAIN)['definitions.ts']!.replace('params: { i,', 'params: { i, more: i === 2,'),
    })
    const refused = await lab.run(['backfill', 'resume', id])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('Since it was created, chain/a0 (code), chain/a1 (code), chain/a2 (code) changed.')
    expect(refused.err).toContain(`ottok backfill resume ${id.slice(0, 8)} --current-code`)
    expect(await lab.show(id)).toMatchObject({ status: 'interrupted' })
    const done = await lab.json<BackfillReport>(['backfill', 'resume', id, '--current-code'])
    expect(done).toMatchObject({ status: 'completed', counts: { wanted: ALL, made: ALL } })
    expect(await lab.json([...CREATE, '--check'])).toMatchObject({ wanted: 0 })
  })

  it('may be an asset that is gone, other inputs or other partitions', async () => {
    const { backfillId: id } = await lab.json<BackfillReport>([...CREATE, '--queue'])
    const [text] = Object.values(chainFiles(CHAIN))
    await lab.project.write({ 'definitions.ts': text!.replace('i < 3', 'i < 2') })
    expect((await lab.run(['backfill', 'resume', id])).err).toContain('chain/a2 (no longer in the graph)')
    expect((await lab.show(id)).assets.at(-1)).toMatchObject({ key: 'chain/a2', waiting: 8 })
    await lab.project.write({ 'definitions.ts': text!.replace('trailing({ days: 2 })', 'trailing({ days: 3 })') })
    expect((await lab.run(['backfill', 'resume', id])).err).toContain('chain/a2 (inputs)')
    await lab.project.write({ 'definitions.ts': text!.replace('Europe/Moscow', 'UTC') })
    expect((await lab.run(['backfill', 'resume', id])).err).toContain('chain/a0 (partitions)')
    const done = await lab.json<BackfillReport>(['backfill', 'resume', id, '--current-code'])
    expect(done).toMatchObject({ status: 'completed', counts: { failed: 0, waiting: 0 } })
  })
})
