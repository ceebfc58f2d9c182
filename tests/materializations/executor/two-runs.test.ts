import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { openPostgres } from '../../../lib/postgres/index.ts'
import { ended, openShop, type ShopCli } from '../cli/shop-cli.ts'

/** No table among them: two processes can run at once, also on the embedded stores. */
const PROJECT = {
  'definitions.ts': `
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asset, defineGraph, value } from 'ottok'
const gated = asset({
  key: 'a/gated',
  store: value,
  async materialize({ resources, log }) {
    writeFileSync(resources.home + '/waiting', '')
    log.info('waits')
    while (!existsSync(resources.home + '/open')) await sleep(20)
    log.info('goes on')
    return { kind: 'value', value: 1 }
  },
})
const other = asset({ key: 'b/other', store: value, materialize: async () => ({ kind: 'value', value: 2 }) })
const after = asset({ key: 'c/after', store: value, deps: { gated }, materialize: async () => ({ kind: 'value', value: 3 }) })
export default defineGraph({ assets: [gated, other, after], resources: async ({ home }) => ({ home }) })
`,
}

interface RunJson {
  readonly status: string
  readonly steps: readonly { readonly key: string; readonly status: string; readonly skippedBecause?: string }[]
}

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop(PROJECT)
})
afterAll(() => shop.remove())

async function startGated(selection = '*') {
  for (const name of ['waiting', 'open']) await rm(join(shop.home, name), { force: true })
  const child = shop.start(['materialize', selection, '--force'])
  const end = ended(child)
  while (!existsSync(join(shop.home, 'waiting'))) {
    if (child.exitCode !== null) throw new Error((await end).err)
    await sleep(20)
  }
  const [run] = await shop.json<{ runId: string }[]>(['runs', 'list', '--limit', '1'])
  return { child, end, runId: run!.runId }
}

/** A statement on this home's lineage. */
async function lineage(sql: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
  const postgres = await openPostgres(await loadSettings({ env: shop.env }))
  try {
    return await postgres.transaction(
      async (client) => (await client.query(sql, [...values])).rows,
      `SET LOCAL search_path TO "ottok_${shop.env.OTTOK_ENV}"`,
    )
  } finally {
    await postgres.close()
  }
}

describe('two runs at once', () => {
  it('the second leaves alone what the first is making, by name, and makes the rest when it may', async () => {
    const { child, end, runId } = await startGated('a/gated')
    const second = await shop.json<RunJson>(['materialize', 'a/gated', '--force'], { code: 1 })
    expect(second.steps).toMatchObject([
      { status: 'skipped', skippedBecause: `Run ${runId} (process ${child.pid} on ${hostname()}) is making it.` },
    ])
    // Asked for together with one that is held.
    const rest = await shop.json<RunJson>(['materialize', 'a/gated or b/other', '--force'], { code: 1 })
    expect(rest.steps.find(({ key }) => key === 'b/other')).toMatchObject({ status: 'succeeded' })
    await writeFile(join(shop.home, 'open'), '')
    expect(await end).toMatchObject({ code: 0 })
    const next = await shop.json<RunJson>(['materialize'])
    expect(next.steps.map(({ key }) => key)).toEqual(['c/after'])
    // All leases are given back, those that were taken ahead too.
    expect(await lineage('SELECT name FROM leases', [])).toEqual([])
  })
})

describe('a run on a machine that is gone', () => {
  it('is interrupted once its heartbeat is missing for long, and the next run says so', async () => {
    const { child, end, runId } = await startGated()
    const beats = async () =>
      (await lineage('SELECT heartbeat_at > started_at AS beats FROM runs WHERE run_id = $1', [runId]))[0]!.beats
    while (!(await beats())) await sleep(100)
    child.kill('SIGKILL')
    await end
    const elsewhere = `UPDATE runs SET holder = jsonb_set(holder, '{host}', '"elsewhere"') WHERE run_id = $1`
    await lineage(elsewhere, [runId])
    const status = async () => (await shop.json<{ status: string }>(['runs', 'show', runId])).status
    expect(await status()).toBe('running')
    await lineage(`UPDATE runs SET heartbeat_at = now() - interval '91 s' WHERE run_id = $1`, [runId])
    expect(await status()).toBe('interrupted')
    // Its leases run out by themselves.
    await lineage(
      `UPDATE leases SET expires_at = now() - interval '1 s', holder = jsonb_set(holder, '{host}', '"elsewhere"')`,
      [],
    )
    await writeFile(join(shop.home, 'open'), '')
    const ran = await shop.run(['materialize', '--force'])
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('finished what 1 interrupted run left') })
    expect(await lineage('SELECT status FROM runs WHERE run_id = $1', [runId])).toEqual([{ status: 'interrupted' }])
  })
})

describe('resume', () => {
  it.each([
    [`request || '{"backfillId": "0b9b0d3c-0000-4000-8000-000000000000"}'`, '`ottok backfill resume 0b9b0d3c`'],
    [`request || '{"tick": 7}'`, 'decides anew at each tick'],
    [`request - 'look'`, 'Give its command again: ottok materialize b/other'],
  ])('refuses a run of %s, and says what to do', async (request, message) => {
    const { runId } = await shop.json<{ runId: string }>(['materialize', 'b/other', '--force'])
    await lineage(`UPDATE runs SET request = ${request} WHERE run_id = $1`, [runId])
    const ran = await shop.run(['runs', 'resume', runId])
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(message) })
  })

  it('refuses what the graph no longer has, by name, unless today`s code is asked for', async () => {
    const { runId } = await shop.json<{ runId: string }>(['materialize', 'b/other', '--force'])
    await lineage(
      `UPDATE runs SET request = jsonb_set(request, '{selected}', '["b/other", "b/gone"]') WHERE run_id = $1`,
      [runId],
    )
    const ran = await shop.run(['runs', 'resume', runId])
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('The graph has no b/gone any more.') })
    expect(await shop.run(['runs', 'resume', runId, '--current-code'])).toMatchObject({ code: 0 })
  })
})

describe('the log of a killed run', () => {
  it('has what was said a second ago, also of a step that never ended', async () => {
    const { child, end, runId } = await startGated()
    const logs = async () =>
      (await shop.json<{ message: string }[]>(['runs', 'logs', runId])).map(({ message }) => message)
    while ((await logs()).length === 0) await sleep(100)
    child.kill('SIGKILL')
    await end
    expect(await logs()).toEqual(['waits'])
    const kill = { OTTOK_KILL_AT: 'value-recorded' }
    await writeFile(join(shop.home, 'open'), '')
    const killed = await ended(shop.start(['materialize', 'a/gated', '--force'], kill))
    expect(killed.code).toBe(-1)
    const [run] = await shop.json<{ runId: string }[]>(['runs', 'list', '--limit', '1'])
    const found = await shop.json<{ message: string }[]>(['runs', 'logs', run!.runId])
    expect(found.map(({ message }) => message)).toEqual(['waits', 'goes on'])
  })
})
