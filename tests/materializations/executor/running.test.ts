import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ended, openShop, type ShopCli } from '../cli/shop-cli.ts'
import { RUNNING } from './running-project.ts'

interface RunJson {
  readonly runId: string
  readonly status: string
  readonly steps: readonly {
    readonly key: string
    readonly partition: string
    readonly status: string
    readonly attempts: number
    readonly error?: string
    readonly skippedBecause?: string
  }[]
}

interface LogJson {
  readonly level: string
  readonly key: string
  readonly attempt: number
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop(RUNNING)
})
afterAll(() => shop.remove())
beforeEach(async () => {
  for (const name of ['trace', 'behaviour.json', 'hanging', 'odd']) await rm(join(shop.home, name), { force: true })
  for (const name of ['base', 'retried', 'limited', 'after'])
    await rm(join(shop.home, `tries-work-${name}`), { force: true })
  for (const name of ['good', 'broken']) await rm(join(shop.home, `tries-hook-${name}`), { force: true })
})

const behave = (actions: object) => writeFile(join(shop.home, 'behaviour.json'), JSON.stringify(actions))
const trace = async () => (await readFile(join(shop.home, 'trace'), 'utf8')).trim().split('\n')
const materialize = (selection: string, code = 0) => shop.json<RunJson>(['materialize', selection, '--force'], { code })
const logs = (run: RunJson, ...rest: string[]) => shop.json<LogJson[]>(['runs', 'logs', run.runId, ...rest])

describe('pools', () => {
  it('steps of a pool of one run one after the other, and hold up no others', async () => {
    await behave({ 'pool/a': { sleepMs: 150 }, 'pool/b': { sleepMs: 150 }, 'pool/c': { sleepMs: 150 } })
    expect(await materialize('pool/* or free/*')).toMatchObject({ status: 'succeeded' })
    const lines = await trace()
    const pooled = lines.filter((line) => line.includes('pool/'))
    expect(pooled.map((line) => line.split(' ')[0])).toEqual(['start', 'end', 'start', 'end', 'start', 'end'])
    expect(lines.findIndex((line) => line.startsWith('end free/'))).toBeLessThan(lines.indexOf(pooled[1]!))
  })

  it('limits of the settings win; one of a pool without assets is warned of', async () => {
    await behave({ 'pool/a': { sleepMs: 300 }, 'pool/b': { sleepMs: 300 }, 'pool/c': { sleepMs: 300 } })
    const env = { OTTOK_POOLS: 'narrow=3,narow=1', OTTOK_CONCURRENCY: '4' }
    const ran = await shop.run(['materialize', 'pool/*', '--force'], { env })
    expect(ran.code).toBe(0)
    expect(ran.err).toContain("OTTOK_POOLS limits the pool 'narow', and no asset is in it. Was narrow meant?")
    expect((await trace()).slice(0, 3).every((line) => line.startsWith('start'))).toBe(true)
  })

  it('a limit that is no number is refused', async () => {
    const ran = await shop.run(['materialize', 'pool/*'], { env: { OTTOK_POOLS: 'narrow=x' } })
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('OTTOK_POOLS') })
  })
})

describe('attempts', () => {
  it('what fails is tried again, as often as its policy says', async () => {
    await behave({ 'work/retried': { failures: 2 } })
    const run = await materialize('work/retried')
    expect(run.steps).toMatchObject([{ status: 'succeeded', attempts: 3 }])
    expect(await logs(run)).toMatchObject([
      {
        level: 'warn',
        attempt: 1,
        message: 'work/retried failed, trying again in 20 ms',
        fields: { error: 'try 1 of work/retried broke: ' },
      },
      { level: 'warn', attempt: 2, message: 'work/retried failed, trying again in 40 ms' },
    ])
  })

  it('and fails when the last attempt does', async () => {
    await behave({ 'work/retried': { failures: 3 } })
    const run = await materialize('work/retried', 1)
    expect(run.steps).toMatchObject([{ status: 'failed', attempts: 3, error: 'try 3 of work/retried broke: ' }])
    expect((await logs(run, '--level', 'error')).map(({ message }) => message)).toEqual(['work/retried failed'])
  })

  it.each(['deaf', 'listening'])(
    'one that takes too long is stopped and has failed: %s to its signal',
    async (hang) => {
      await behave({ 'work/limited': { hang } })
      const run = await materialize('work/limited', 1)
      expect(run.steps).toMatchObject([
        { status: 'failed', error: expect.stringContaining('stopped after 300 ms, the time limit of an attempt') },
      ])
    },
  )

  it('a statement that takes too long is killed in the engine', async () => {
    const run = await materialize('work/slow_sql', 1)
    expect(run.steps).toMatchObject([{ status: 'failed', error: expect.stringContaining('stopped after 1500 ms') }])
    // The engine is free again.
    expect((await shop.run(['verify'])).code).toBe(0)
  })
})

describe('hooks', () => {
  it('are told of each outcome once, after its record; the asset first, then the graph', async () => {
    await materialize('hook/good')
    const told = JSON.stringify({ partitions: [''], metadata: { tries: 1 } })
    expect((await trace()).filter((line) => line.includes('success'))).toEqual([
      `asset success hook/good ${told}`,
      `graph success hook/good ${told}`,
    ])
  })

  it('are told why a step failed', async () => {
    await behave({ 'hook/good': { failures: 1, because: 'postgres://me:hunter22@host/db' } })
    await materialize('hook/good', 1)
    expect((await trace()).filter((line) => line.includes('failure'))).toEqual([
      `asset failure hook/good ${JSON.stringify({ partitions: [''], error: 'try 1 of hook/good broke: postgres://me:***@host/db', metadata: {} })}`,
    ])
  })

  it('one that fails is logged and changes nothing', async () => {
    const run = await materialize('hook/broken')
    expect(run.steps).toMatchObject([{ status: 'succeeded' }])
    expect(await logs(run, '--level', 'warn')).toMatchObject([
      { message: expect.stringContaining('the hook onSuccess of hook/broken failed'), level: 'warn' },
    ])
  })
})

describe('the log of a run', () => {
  it('holds what steps said, without secrets, and can be asked by step and level', async () => {
    await behave({
      'work/base': { log: [['read it', { rows: 7, apiToken: 'abcdef' }]], warn: ['from ftp://me:hunter22@host'] },
      'work/after': { log: [['and on', {}]] },
    })
    const run = await materialize('work/base or work/after')
    expect((await logs(run)).map(({ key, message, fields }) => [key, message, fields])).toEqual([
      ['work/base', 'read it', { rows: 7, apiToken: '***' }],
      ['work/base', 'from ftp://me:***@host', {}],
      ['work/after', 'and on', {}],
    ])
    expect((await logs(run, '--level', 'warn')).length).toBe(1)
    expect((await logs(run, '--step', 'work/after')).map(({ message }) => message)).toEqual(['and on'])
    const shown = await shop.run(['runs', 'logs', run.runId.slice(0, 8)])
    expect(shown.out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d info {2}work\/base read it rows=7 apiToken=\*\*\*\n/)
    const lines = (await shop.run(['runs', 'logs', run.runId, '--jsonl'])).out.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as LogJson).message)).toEqual([
      'read it',
      'from ftp://me:***@host',
      'and on',
    ])
  })

  it('#33785: is kept as long as the setting says, and lineage is kept apart from it', async () => {
    await behave({ 'work/base': { log: [['old', {}]] } })
    const first = await materialize('work/base')
    expect(await logs(first)).toHaveLength(1)
    await shop.run(['materialize', 'work/after', '--force'], { env: { OTTOK_KEEP_LOGS_DAYS: '0' } })
    expect(await logs(first)).toEqual([])
    expect((await shop.json<RunJson>(['runs', 'show', first.runId])).steps).toHaveLength(1)
  })

  it.each([
    [['--json', '--jsonl'], '--json and --jsonl were given together'],
    [['--json', '--follow'], '--json and --follow were given together'],
    [['--level', 'loud'], 'loud'],
    [['--step', 'work/bace'], "No asset has the key 'work/bace'"],
  ])('refuses %j', async (options, message) => {
    const run = await materialize('work/base')
    expect(await shop.run(['runs', 'logs', run.runId, ...options])).toMatchObject({
      code: 2,
      err: expect.stringContaining(message),
    })
  })
})

describe('many partitions in one call', () => {
  it('are made together and recorded each', async () => {
    const run = await materialize('many/days')
    expect(run.steps.map(({ partition, status }) => [partition, status])).toEqual(
      ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'].map((day) => [day, 'succeeded']),
    )
    expect(await trace()).toEqual(['made 4'])
  })

  it('one that gives nothing for a partition makes none', async () => {
    await writeFile(join(shop.home, 'odd'), '')
    const run = await materialize('many/days', 1)
    expect(run.steps.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed', 'failed'])
    expect(run.steps[0]!.error).toContain('It gave nothing for 2026-03-03.')
  })
})

describe('cancel and resume', () => {
  async function startHanging(selection: string) {
    const child = shop.start(['materialize', selection, '--force'])
    const end = ended(child)
    while (!existsSync(join(shop.home, 'hanging'))) {
      if (child.exitCode !== null) throw new Error((await end).err)
      await sleep(20)
    }
    const [run] = await shop.json<{ runId: string }[]>(['runs', 'list', '--limit', '1'])
    return { child, end, runId: run!.runId }
  }

  it('a run is cancelled by another process, and shows as cancelling until it has ended', async () => {
    await behave({ 'work/base': { hang: 'listening' } })
    const { end, runId } = await startHanging('work/base or work/after')
    expect(await shop.run(['runs', 'resume', runId])).toMatchObject({
      code: 2,
      err: expect.stringContaining('ottok runs cancel'),
    })
    const followed = ended(shop.start(['runs', 'logs', runId, '--follow']))
    expect(await shop.json(['runs', 'cancel', runId.slice(0, 8)])).toEqual({ runId, status: 'cancelling' })
    const ran = await end
    expect(ran.code).toBe(130)
    expect(ran.err).toContain('this run was cancelled by another process')
    expect(await shop.json<RunJson>(['runs', 'show', runId])).toMatchObject({
      status: 'cancelled',
      steps: [
        { key: 'work/base', status: 'cancelled' },
        { key: 'work/after', status: 'skipped' },
      ],
    })
    expect(await followed).toMatchObject({ code: 0 })
    expect(await shop.run(['runs', 'cancel', runId])).toMatchObject({
      code: 2,
      err: expect.stringContaining('It has ended: cancelled.'),
    })
    await behave({})
    const resumed = await shop.json<RunJson>(['runs', 'resume', runId])
    expect(resumed.steps.map(({ key, status }) => [key, status])).toEqual([
      ['work/base', 'succeeded'],
      ['work/after', 'succeeded'],
    ])
    expect(await shop.json(['runs', 'show', resumed.runId])).toMatchObject({ request: { resumes: runId, force: true } })
  })

  it('a killed run is not cancelled but resumed, and what a forced run has made is not made again', async () => {
    await behave({ 'work/after': { hang: 'listening' } })
    const { child, end, runId } = await startHanging('work/base or work/after')
    child.kill('SIGKILL')
    await end
    expect(await shop.run(['runs', 'cancel', runId])).toMatchObject({
      code: 2,
      err: expect.stringContaining('it was interrupted'),
    })
    await behave({})
    await rm(join(shop.home, 'trace'))
    expect(await shop.json<RunJson>(['runs', 'resume', runId])).toMatchObject({ status: 'succeeded' })
    expect(await trace()).toEqual(['start work/after', 'end work/after'])
  })

  it('--failed-only makes what failed and what waited for it, and nothing else', async () => {
    await behave({ 'work/base': { failures: 1 } })
    const run = await materialize('work/* - work/slow_sql'.replace(' - ', ' and not '), 1)
    await rm(join(shop.home, 'trace'))
    const resumed = await shop.json<RunJson>(['runs', 'resume', run.runId, '--failed-only'])
    expect(resumed.steps.map(({ key }) => key)).toEqual(['work/base', 'work/after'])
    expect(await shop.json(['runs', 'resume', resumed.runId, '--failed-only'])).toMatchObject({
      runId: null,
      status: 'succeeded',
    })
  })

  it('other code is refused by name, unless today`s is asked for', async () => {
    const run = await materialize('work/base or hook/good')
    const file = join(shop.project.root, 'answer.ts')
    await writeFile(file, 'export const answer = () => 43\n')
    try {
      expect(await shop.run(['runs', 'resume', run.runId])).toMatchObject({
        code: 2,
        err: expect.stringContaining('The code of hook/good, work/base is another one now.'),
      })
      expect(await shop.json<RunJson>(['runs', 'resume', run.runId, '--current-code'])).toMatchObject({
        status: 'succeeded',
      })
    } finally {
      await writeFile(file, 'export const answer = () => 42\n')
    }
  })
})
