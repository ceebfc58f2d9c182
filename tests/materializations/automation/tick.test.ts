import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TickReport } from '../../../materializations/automation/report.ts'
import { ended, openShop, type ShopCli } from '../cli/shop-cli.ts'
import { AUTOMATED, FEED_OF_MARCH } from './support/project.ts'

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop(AUTOMATED)
  await shop.setFeed(FEED_OF_MARCH)
})
afterAll(() => shop.remove())

const at = (time: string) => ({ now: `2026-03-${time}:00+03:00` })
const requested = ({ requested: list }: TickReport) =>
  Object.fromEntries(
    list.map(({ key, partitions }) => [key, partitions.map(([a, b]) => (a === b ? a : `${a}..${b}`)).join()]),
  )

async function rows<T extends object>(sql: string): Promise<T[]> {
  const { url } = await shop.json<{ url: string }>(['url', 'postgres'])
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`SET search_path TO "ottok_${shop.env.OTTOK_ENV}"`)
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('ottok tick', () => {
  it('--dry-run says what would be asked for, and writes nothing', async () => {
    const report = await shop.json<TickReport>(['tick', '--dry-run'])
    expect(report).toMatchObject({
      dryRun: true,
      tickId: null,
      status: 'evaluated',
      automated: 3,
      runId: null,
      steps: [],
    })
    expect(requested(report)).toEqual({
      'raw/orders': '2026-03-02..2026-03-04',
      'features/spend': '2026-03-03..2026-03-04',
      'delivery/mail': '2026-03-04',
    })
    expect(await rows('SELECT * FROM ticks')).toEqual([])
    expect(await shop.run(['tick', '--dry-run'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('would ask for 6 partitions of 3 assets of 3'),
    })
  })

  it('makes the whole chain as one run; the next tick does nothing, and is counted', async () => {
    const first = await shop.run(['tick'])
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringContaining('tick 1: asked for 6 partitions of 3 assets of 3; run '),
    })
    for (let i = 0; i < 3; i++) {
      const report = await shop.json<TickReport>(['tick'])
      expect(report).toMatchObject({ status: 'idle', requested: [], runId: null, steps: [] })
    }
    const ticks = await rows<{ status: string; looks: number; run_id: string | null; partitions: number }>(
      'SELECT status, looks, run_id, partitions::int FROM ticks ORDER BY tick_id',
    )
    expect(ticks[0]).toMatchObject({ status: 'succeeded', looks: 1, partitions: 6, run_id: expect.any(String) })
    // The first finds other things true than the tick that made it all; then all are the same.
    expect(ticks.slice(1).reduce((sum, { looks }) => sum + looks, 0)).toBe(3)
    expect(ticks.at(-1)!.looks).toBeGreaterThan(1)
    const runs = await shop.json<{ runId: string; command: string }[]>(['runs', 'list'])
    expect(runs).toMatchObject([{ runId: ticks[0]!.run_id, status: 'succeeded' }])
    expect(await readFile(join(shop.home, 'sent'), 'utf8')).toBe('2026-03-04\n')
  })

  it('late data: what is eager follows at once, what is scheduled waits for its time', async () => {
    await shop.setFeed({ ...FEED_OF_MARCH, '2026-03-03': [33] })
    expect(requested(await shop.json(['tick'], at('05T23:00')))).toEqual({ 'raw/orders': '2026-03-03' })
    expect(requested(await shop.json(['tick'], at('06T06:59')))).toEqual({})
    expect(requested(await shop.json(['tick'], at('06T07:00')))).toEqual({ 'features/spend': '2026-03-03..2026-03-04' })
  })

  it('a failure: exit 1, tried again when it is due and not before, given up at last', async () => {
    await shop.setFeed({ ...FEED_OF_MARCH, '2026-03-03': [33], '2026-03-05': 'boom' })
    const failed = await shop.run(['tick'], at('06T08:00'))
    expect(failed).toMatchObject({ code: 1, out: expect.stringContaining('the feed of 2026-03-05 is broken') })
    const why = async (time: string) => (await shop.run(['why', 'raw/orders@2026-03-05'], at(`06T${time}`))).out
    await shop.run(['tick'], at('06T08:01'))
    expect(await why('08:02')).toContain('(attempt 2 from 2026-03-06T05:10:00.000Z on)')
    const codes = []
    for (const time of ['08:09', '08:10', '08:29', '08:30', '09:09', '09:10', '23:00']) {
      const ran = await shop.run(['tick'], at(`06T${time}`))
      codes.push([time, ran.code])
    }
    expect(codes.filter(([, code]) => code === 1).map(([time]) => time)).toEqual(['08:10', '08:30', '09:10'])
    expect(await why('23:00')).toContain('(given up after 4 attempts)')
    await shop.setFeed({ ...FEED_OF_MARCH, '2026-03-03': [33], '2026-03-05': [50] })
    expect(requested(await shop.json(['tick'], at('06T23:01')))).toMatchObject({ 'raw/orders': '2026-03-05' })
  })

  it('a source that does not answer: said, exit 1, and the rest goes on', async () => {
    await shop.setFeed('away' as unknown as Record<string, unknown>)
    const ran = await shop.run(['tick'], at('06T23:02'))
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('cannot observe feed/orders: the feed does not answer')
    await shop.setFeed({ ...FEED_OF_MARCH, '2026-03-03': [33], '2026-03-05': [50] })
  })

  it('why: the last decision, each condition in words, of an asset and of one partition', async () => {
    const partition = await shop.run(['why', 'features/spend@2026-03-05'], at('06T23:03'))
    expect(partition.out).toContain(`features/spend@2026-03-05 is fresh`)
    expect(partition.out).toMatch(/automation: not requested by tick \d+ \(20/)
    expect(partition.out).toContain('yes it ends less than 3 days before the newest')
    expect(partition.out).toContain("no  a tick of '0 7 * * *' (Europe/Moscow) has passed since the tick before")
    expect(partition.out).toContain('yes not: an input is not there and is not requested')
    expect(partition.out).toMatch(/last requested by tick \d+ \(.*\), which succeeded, run [0-9a-f]{8}/)
    const whole = await shop.run(['why', 'raw/orders'], at('06T23:03'))
    expect(whole.out).toContain('2026-03-03..2026-03-05: it ends less than 3 days before the newest')
    expect(whole.out).toMatch(/last requested \(2026-03-05\) by tick \d+/)
    const json = await shop.json<{ automation: { requested: boolean; decision: object } }>([
      'why',
      'raw/orders@2026-03-01',
    ])
    expect(json.automation).toMatchObject({ requested: false, lastRequest: null, decision: { requested: [] } })
    expect((await shop.run(['why', 'models/by_hand'])).out).toContain('automation leaves it alone')
    expect((await shop.run(['why', 'feed/orders'])).out).not.toContain('requested')
  })

  it('ticks are kept for a month, the newest for ever', async () => {
    await rows(`UPDATE ticks SET started_at = started_at - interval '31 days'`)
    const [before] = await rows<{ newest: number }>('SELECT max(tick_id)::int AS newest FROM ticks')
    await shop.setFeed({ ...FEED_OF_MARCH, '2026-03-03': [33], '2026-03-05': [51] })
    await shop.run(['tick'], at('06T23:04'))
    const kept = await rows<{ tick_id: number }>('SELECT tick_id::int FROM ticks')
    expect(kept).toEqual([{ tick_id: before!.newest + 1 }])
    expect(await rows('SELECT DISTINCT tick_id::int FROM tick_decisions')).toEqual(kept)
  })

  it('doctor: the last tick, and who leads', async () => {
    const findings = await shop.json<{ name: string; detail: string }[]>(['doctor'])
    expect(findings.find(({ name }) => name === 'automation')?.detail).toMatch(
      /^tick \d+ \(\w+\) \d+ s ago, nobody leads$/,
    )
  })

  it('two at once: the second is told who does it, or waits', async () => {
    const [one, two] = await Promise.all([ended(shop.start(['tick'])), ended(shop.start(['tick', '--wait']))])
    expect(two).toMatchObject({ code: 0 })
    expect([0, 1]).toContain(one.code)
    if (one.code === 1) expect(one.err).toMatch(/cause: Process \d+ on .* does it\./)
  })

  it('a graph without automation is told so', async () => {
    const plain = await openShop()
    try {
      expect(await plain.run(['tick'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('error: there is no automation to evaluate'),
      })
    } finally {
      await plain.remove()
    }
  })
})
