import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, openShop, type ShopCli } from './shop-cli.ts'

/** A table that is made only when a file says so, so that a run can be met in the middle. */
const GATED = `
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { asset, defineGraph, value, warehouse } from 'ottok'
const before = asset({
  key: 'a/table',
  store: warehouse,
  columns: { x: 'Int64' },
  async materialize() {
    return { kind: 'rows', rows: [[1]] }
  },
})
const gated = asset({
  key: 'a/gated',
  deps: { before },
  store: value,
  async materialize({ resources, signal }) {
    writeFileSync(resources.home + '/waiting', '')
    while (!existsSync(resources.home + '/open')) {
      signal.throwIfAborted()
      await sleep(20)
    }
    return { kind: 'value', value: 1 }
  },
})
export default defineGraph({ assets: [before, gated], resources: async ({ home }) => ({ home }) })
`

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop({ 'definitions.ts': GATED })
})

afterAll(() => shop.remove())

/** Starts a run and waits until it is in the middle. */
async function startRun() {
  await rm(join(shop.home, 'waiting'), { force: true })
  const child = shop.start(['materialize', '--force'])
  const end = ended(child)
  while (!existsSync(join(shop.home, 'waiting'))) {
    if (child.exitCode !== null) throw new Error((await end).err)
    await sleep(20)
  }
  return { child, end }
}

describe('two processes on one home', () => {
  it('reading commands work beside a running materialize; a second writer is told who holds it', async () => {
    const { child, end } = await startRun()
    const [status, runs, second] = await Promise.all([
      ended(shop.start(['status', '--json'])),
      ended(shop.start(['runs', 'list', '--json'])),
      ended(shop.start(['verify'])),
    ])
    expect(status).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(status.out)).toMatchObject([
      { key: 'a/table', partitions: { fresh: 1 } },
      { key: 'a/gated', partitions: { missing: 1 } },
    ])
    expect(JSON.parse(runs.out)).toMatchObject([{ status: 'running', holder: { pid: child.pid } }])
    expect(second.code).toBe(1)
    expect(second.err).toContain('cannot open the warehouse')
    expect(second.err).toContain(`Process ${child.pid} `)
    expect(second.err).toContain('--wait')
    const waiting = ended(shop.start(['verify', '--wait']))
    await writeFile(join(shop.home, 'open'), '')
    expect(await end).toMatchObject({ code: 0 })
    expect(await waiting).toMatchObject({ code: 0 })
    await rm(join(shop.home, 'open'))
  })

  it('Ctrl-C: the records are finished, exit 130; the next run goes on', async () => {
    const { child, end } = await startRun()
    child.kill('SIGINT')
    const ran = await end
    expect(ran.code).toBe(130)
    expect(ran.out).toContain('cancelled')
    expect(await shop.json<{ status: string }[]>(['runs', 'list'])).toMatchObject([{ status: 'cancelled' }, {}])
  })

  it('a killed run shows as interrupted, and the next one finishes what it left', async () => {
    const { child, end } = await startRun()
    child.kill('SIGKILL')
    await end
    expect((await shop.json<{ status: string }[]>(['runs', 'list']))[0]).toMatchObject({ status: 'interrupted' })
    await writeFile(join(shop.home, 'open'), '')
    const next = await ended(shop.start(['materialize', '--force']))
    expect(next.code).toBe(0)
    expect(next.err).toContain('finished what 1 interrupted run left')
    expect(await ended(shop.start(['verify']))).toMatchObject({ code: 0 })
  })

  it('an emptied warehouse is an error, until what was recorded is given up', async () => {
    await rm(join(shop.home, 'warehouse'), { recursive: true })
    const refused = await ended(shop.start(['materialize', '--force']))
    expect(refused.code).toBe(1)
    expect(refused.out + refused.err).toContain('does not belong to this lineage')
    const wiped = await ended(shop.start(['wipe', '*', '--yes']))
    expect(wiped).toMatchObject({ code: 0, out: expect.stringContaining('its data were left alone') })
    expect(await ended(shop.start(['materialize']))).toMatchObject({ code: 0 })
  })

  it('down: stops the embedded PostgreSQL, once; a server of the settings is left alone', async () => {
    const isEmbedded = process.env.DATABASE_URL === undefined
    expect(await shop.json(['down'])).toEqual({ stopped: isEmbedded ? ['postgres'] : [] })
    expect(await shop.json(['down'])).toEqual({ stopped: [] })
  })

  it('a reader that closes the pipe is no failure', async () => {
    const child = shop.start(['--help'])
    child.stdout.destroy()
    expect((await ended(child)).err).not.toContain('EPIPE')
  })
})
