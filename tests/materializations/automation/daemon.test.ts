import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stopPostgres } from '../../../lib/postgres/index.ts'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'
import { DaemonProcess } from './support/daemon-process.ts'
import { AUTOMATED, FEED_OF_MARCH } from './support/project.ts'

let shop: ShopCli
const daemons: DaemonProcess[] = []

beforeAll(async () => {
  shop = await openShop(AUTOMATED)
})
beforeEach(async () => {
  await openGate()
  await shop.setFeed(FEED_OF_MARCH)
  expect(await shop.run(['tick', '--wait'])).toMatchObject({ code: 0 })
  await rm(join(shop.home, 'made'), { force: true })
})
afterEach(async () => {
  for (const daemon of daemons.splice(0)) {
    daemon.child.kill('SIGKILL')
    await daemon.ended
  }
  // One that a failed test made up would be waited for.
  await sql('DELETE FROM leases')
})
afterAll(() => shop.remove())

function start(options: readonly string[] = []): DaemonProcess {
  const daemon = new DaemonProcess(shop, options)
  daemons.push(daemon)
  return daemon
}

const gate = (name = 'gate') => join(shop.home, name)
const openGate = () => rm(gate(), { force: true })
async function closeGate(): Promise<void> {
  await rm(gate('gate-reached'), { force: true })
  await writeFile(gate(), '')
}
async function gateReached(): Promise<void> {
  while (!existsSync(gate('gate-reached'))) await sleep(20)
}
let change = 0
/** New data of the newest day. */
const newData = () => shop.setFeed({ ...FEED_OF_MARCH, '2026-03-04': [`change ${++change}`] })
/** Who made what, one line a making: `pid partition`. */
const made = async () => (await readFile(join(shop.home, 'made'), 'utf8')).trim().split('\n')

async function sql<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
  const { url } = await shop.json<{ url: string }>(['url', 'postgres'])
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`SET search_path TO "ottok_${shop.env.OTTOK_ENV}"`)
    return (await client.query<T>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

/** The holder of the lease, somewhere else, stops renewing it. */
const expireLease = () => sql(`UPDATE leases SET expires_at = now() + interval '1 second' WHERE name = '@automation'`)

describe('ottok daemon', () => {
  it('ticks, makes what comes in, and ends with 0 when it is told to', async () => {
    const daemon = start()
    await daemon.tick('idle')
    await newData()
    const done = await daemon.tick('succeeded')
    expect(done).toMatchObject({ assets: 1, partitions: 1, run: expect.any(String) })
    expect(await made()).toEqual([`${daemon.pid} 2026-03-04`])
    expect(daemon.lines.slice(0, 2).map(({ event }) => event)).toEqual(['started', 'leading'])
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    expect(daemon.lines.at(-1)).toMatchObject({ event: 'stopped' })
    expect(await sql('SELECT * FROM leases')).toEqual([])
  })

  it('SIGINT in a run: the records are finished, exit 130, and the next tick asks again at once', async () => {
    await closeGate()
    await newData()
    const daemon = start()
    await gateReached()
    daemon.child.kill('SIGINT')
    expect(await daemon.ended).toBe(130)
    expect(await sql('SELECT status FROM runs ORDER BY started_at DESC LIMIT 1')).toEqual([{ status: 'cancelled' }])
    expect(await sql('SELECT status FROM ticks ORDER BY tick_id DESC LIMIT 1')).toEqual([{ status: 'stopped' }])
    await openGate()
    expect(await shop.json(['tick'])).toMatchObject({
      status: 'succeeded',
      requested: [{ key: 'raw/orders', count: 1 }],
    })
  })

  it('#26192: a run that somebody cancelled is not begun again until something changes', async () => {
    await closeGate()
    await newData()
    const daemon = start()
    await gateReached()
    const [run] = await shop.json<{ runId: string }[]>(['runs', 'list', '--limit', '1'])
    await shop.run(['runs', 'cancel', run!.runId])
    await daemon.tick('cancelled')
    await openGate()
    await daemon.tick('idle')
    await daemon.until(({ event, status }) => event === 'tick' && status === 'idle', daemon.lines.length)
    expect(daemon.lines.filter(({ run: id }) => id !== undefined)).toHaveLength(1)
    await newData()
    await daemon.tick('succeeded')
  })

  it('a second one stands by, and takes over when the leader is killed in the middle of a run', async () => {
    const leader = start()
    await leader.tick('idle')
    const standby = start()
    expect(await standby.event('standby')).toMatchObject({ leaderPid: leader.pid })
    expect((await shop.run(['tick'])).err).toContain(`cause: Process ${leader.pid} `)
    await closeGate()
    await newData()
    await gateReached()
    expect(standby.lines.some(({ event }) => event === 'tick')).toBe(false)
    leader.child.kill('SIGKILL')
    await leader.ended
    await standby.event('leading')
    await openGate()
    await standby.tick('succeeded')
    expect(await made()).toEqual([`${leader.pid} 2026-03-04`, `${standby.pid} 2026-03-04`])
    expect(await sql('SELECT status FROM runs ORDER BY started_at DESC LIMIT 2')).toEqual([
      { status: 'succeeded' },
      { status: 'interrupted' },
    ])
    expect(
      await sql('SELECT status FROM ticks WHERE run_id IS NULL AND status <> $1 ORDER BY tick_id DESC LIMIT 1', [
        'idle',
      ]),
    ).toEqual([{ status: 'died' }])
  })

  it("takes over from another machine when that one's lease has expired, by PostgreSQL's clock", async () => {
    const elsewhere = { host: 'elsewhere', boot: 'b', pid: 7, started: '1' }
    await sql(
      `INSERT INTO leases (name, token, run_id, holder, expires_at)
       VALUES ('@automation', gen_random_uuid(), gen_random_uuid(), $1, now() + interval '1 hour')`,
      [JSON.stringify(elsewhere)],
    )
    const daemon = start()
    expect(await daemon.event('standby')).toMatchObject({ leaderHost: 'elsewhere', leaderPid: 7 })
    await expireLease()
    await daemon.event('leading')
    await daemon.tick('idle')
  })

  it('a leader whose lease was taken away stops its run, and stands by', async () => {
    const daemon = start()
    await daemon.tick('idle')
    await closeGate()
    await newData()
    await gateReached()
    const elsewhere = { host: 'elsewhere', boot: 'b', pid: 7, started: '1' }
    await sql(
      `UPDATE leases SET token = gen_random_uuid(), holder = $1, expires_at = now() + interval '1 hour' WHERE name = '@automation'`,
      [JSON.stringify(elsewhere)],
    )
    await daemon.event('leadership lost')
    await daemon.event('standby')
    await expireLease()
    await openGate()
    await daemon.tick('succeeded')
    expect(await sql(`SELECT status FROM ticks WHERE status <> 'idle' ORDER BY tick_id DESC LIMIT 2`)).toEqual([
      { status: 'succeeded' },
      { status: 'died' },
    ])
  })

  it('definitions that break meanwhile are told of, and waited out', async () => {
    const daemon = start()
    await daemon.tick('idle')
    await shop.project.write({ 'definitions.ts': `throw new Error('half a deployment')` })
    expect(await daemon.event('tick failed')).toMatchObject({ error: expect.stringContaining('half a deployment') })
    const from = daemon.lines.length
    await shop.project.write(AUTOMATED)
    await daemon.tick('idle', from)
  })

  it.skipIf(process.env.DATABASE_URL !== undefined)(
    'PostgreSQL restarts: while idle, and in the middle of a run',
    async () => {
      const daemon = start()
      await daemon.tick('idle')
      // A tick starts the home's own server again where it is gone: only what holds a connection hears of it.
      await stopPostgres(shop.home)
      await newData()
      await daemon.tick('succeeded')

      await closeGate()
      await newData()
      await gateReached()
      const from = daemon.lines.length
      await stopPostgres(shop.home)
      await openGate()
      const told = await daemon.until(({ event }) => event === 'error' || event === 'tick failed', from)
      expect(told).toMatchObject({ error: expect.stringContaining('PostgreSQL') })
      await daemon.tick('succeeded', from)
      await daemon.tick('idle', daemon.lines.length)
      expect(await shop.json(['status', 'raw/orders'])).toMatchObject([{ partitions: { failed: 0 } }])
      daemon.child.kill('SIGTERM')
      expect(await daemon.ended).toBe(0)
    },
  )

  it('is told what it cannot do', async () => {
    expect(await shop.run(['daemon', '--json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--json prints one document, and a daemon has no end'),
    })
    expect(await shop.run(['daemon', '--interval', '30'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("It is a whole number of seconds, minutes or hours, such as '30s', '5m' or '1h'."),
    })
    await shop.project.write({ 'definitions.ts': `throw new Error('never worked')` })
    expect(await shop.run(['daemon'])).toMatchObject({ code: 2, err: expect.stringContaining('never worked') })
    await shop.project.write(AUTOMATED)
  })
})
