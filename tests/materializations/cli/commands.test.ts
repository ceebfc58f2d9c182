import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { openSession, type Session } from '../../../materializations/session.ts'
import { FEED, NOW, SHOP } from './shop.ts'
import { openShop, type ShopCli } from './shop-cli.ts'

interface Status {
  key: string
  partitions: Record<string, number>
  causes: { kind: string; upstream?: string }[]
}

interface Step {
  key: string
  partition: string
  status: string
  attempts: number
  durationMs: number
  dataVersion?: string
  skippedBecause?: string
}

interface Run {
  runId: string | null
  status: string
  steps: Step[]
}

interface Plan {
  steps: { key: string; partitions: string[]; causes: { kind: string }[]; possible: { count: number } }[]
  estimate: { durationMs: number }
}

interface Verdict {
  key: string
  partition: string
  ok: boolean
  problem?: string
}

interface Why {
  status: string
  causes: WhyCause[]
}

interface WhyCause {
  kind: string
  text: string
  causes: WhyCause[]
}

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.remove())

/** Looks behind the back of the command line. */
async function inSession<T>(look: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession({
    settings: await loadSettings({ env: shop.env }),
    definitionsFile: shop.project.path('definitions.ts'),
    asOf: NOW,
  })
  try {
    return await look(session)
  } finally {
    await session.close()
  }
}

async function counts(key: string): Promise<Record<string, number>> {
  const [status] = await shop.json<Status[]>(['status', key])
  return status!.partitions
}

// One story: each part goes on from where the one before it ended.
describe('the commands, on a small project', () => {
  it('assets: lists the graph with kinds, partitions and code versions', async () => {
    const assets = await shop.json<{ key: string }[]>(['assets', 'group:features or key:"models/*"'])
    expect(byKey(assets)).toEqual([
      expect.objectContaining({
        key: 'features/spend',
        kind: 'sql',
        group: 'features',
        partitions: 'daily from 2026-03-01',
        deps: ['raw/orders'],
        codeVersion: expect.stringMatching(/^h1-chdb.*:[0-9a-f]{32}$/),
      }),
      expect.objectContaining({ key: 'models/limit', kind: 'function', partitions: '-', deps: [] }),
    ])
    expect((await shop.run(['assets'])).out).toMatch(/^ASSET +STORE +PARTITIONS +READS\n/)
  })

  it('plan: proven steps with causes, exit code 3 with --check', async () => {
    const plan = await shop.json<Plan>(['plan', '--check'], { code: 3 })
    expect(byKey(plan.steps).map((step) => [step.key, step.partitions.length])).toEqual([
      ['delivery/mail', 1],
      ['features/spend', 4],
      ['models/limit', 1],
      ['raw/orders', 4],
      ['reports/daily', 4],
      ['scores/mart', 4],
    ])
    expect(plan.steps.find((step) => step.key === 'raw/orders')!.causes).toEqual([
      { kind: 'missing', count: 4, example: '2026-03-01' },
    ])
    expect(plan.estimate).toMatchObject({ durationMs: 0, unknown: expect.any(Array) })
  })

  it('materialize: one partition of a selection, warning of the stale upstream outside of it', async () => {
    const first = await shop.json<Run>(['materialize', 'raw/orders or models/*', '--partition', '2026-03-02'])
    expect(first.steps.map((step) => `${step.key}@${step.partition} ${step.status}`)).toEqual([
      'raw/orders@2026-03-02 succeeded',
    ])
    const narrow = await shop.run(['materialize', 'features/spend', '--partition', '2026-03-02'])
    expect(narrow.code).toBe(1)
    expect(narrow.err).toContain('features/spend reads 1 stale partition of raw/orders, which is not selected')
    expect(narrow.out).toContain('blocked: features/spend@2026-03-02: raw/orders@2026-03-01 was never made')
  })

  it('materialize: everything, then nothing', async () => {
    const run = await shop.json<Run>(['materialize'])
    expect(run.status).toBe('succeeded')
    expect(run.steps).toHaveLength(17)
    expect(run.steps).toContainEqual({
      key: 'features/spend',
      partition: '2026-03-03',
      status: 'succeeded',
      attempts: 1,
      durationMs: expect.any(Number),
      dataVersion: expect.stringMatching(/^c1:/),
    })
    expect(await shop.json(['materialize', '--latest'])).toMatchObject({ runId: null, status: 'succeeded', steps: [] })
    expect((await shop.run(['materialize'])).out).toMatch(/^nothing to do/)
    expect(await shop.json(['plan', '--check'])).toMatchObject({ steps: [], counts: { proven: 0 } })
  })

  it('status: counts by asset; each partition with --partitions', async () => {
    expect(await counts('features/spend')).toEqual({ fresh: 4, stale: 0, missing: 0, failed: 0, possible: 0 })
    const partitions = await shop.json<{ partition: string; status: string }[]>(['status', 'raw/*', '--partitions'])
    expect(partitions.map((one) => `${one.partition} ${one.status}`)).toEqual(
      ['01', '02', '03', '04'].map((day) => `2026-03-${day} fresh`),
    )
  })

  it('lineage: from the mart to the feed and back, in four formats', async () => {
    interface Lineage {
      root: string
      nodes: Record<string, unknown>[]
      edges: { from: string; to: string; input: string }[]
    }
    const up = await shop.json<Lineage>(['lineage', 'scores/mart@2026-03-04'])
    expect(up.nodes.map((node) => `${node.key}@${node.partition}`).sort()).toEqual([
      'features/spend@2026-03-04',
      'feed/orders@2026-03-03',
      'feed/orders@2026-03-04',
      'models/limit@',
      'raw/orders@2026-03-03',
      'raw/orders@2026-03-04',
      'scores/mart@2026-03-04',
    ])
    expect(up.nodes[0]).toEqual({
      id: up.root,
      key: 'scores/mart',
      partition: '2026-03-04',
      kind: 'materialization',
      runId: expect.any(String),
      codeVersion: expect.any(String),
      dataVersion: expect.any(String),
      madeAt: expect.stringMatching(/^\d{4}-.*Z$/),
      metadata: {},
    })
    const down = await shop.json<Lineage>(['lineage', 'raw/orders@2026-03-02', '--up', '0', '--down', '1'])
    expect(down.edges.map((edge) => edge.to.replace(/#\d+$/, '')).sort()).toEqual([
      'features/spend@2026-03-02',
      'features/spend@2026-03-03',
    ])
    const text = async (format: string) => (await shop.run(['lineage', 'scores/mart', '--format', format])).out
    expect(await text('tree')).toMatch(/^scores\/mart@2026-03-04[\s\S]*\n {2}spend: features\/spend@2026-03-04/)
    expect(await text('dot')).toMatch(/^digraph lineage \{\n/)
    expect(await text('mermaid')).toMatch(/^flowchart LR\n/)
    expect(JSON.parse(await text('json'))).toEqual(up)
  })

  it('runs: list and show, by the start of an id', async () => {
    const [newest] = await shop.json<{ runId: string; status: string; command: string }[]>(['runs', 'list'])
    expect(newest).toMatchObject({ status: 'succeeded', command: expect.stringContaining('ottok materialize') })
    const shown = await shop.json<Run>(['runs', 'show', newest!.runId.slice(0, 8)])
    expect(shown.steps).toHaveLength(17)
    expect(shown.steps.every((step) => step.status === 'succeeded' && step.dataVersion)).toBe(true)
  })

  it('observe: late data is seen; plan tells proven from possible; why follows it to the source', async () => {
    await shop.setFeed({ ...FEED, '2026-03-02': [[1, 11]] })
    const seen = await shop.json<{ partition: string; changed: boolean }[]>(['observe'])
    expect(seen.filter((one) => one.changed).map((one) => one.partition)).toEqual(['2026-03-02'])
    const { steps } = await shop.json<Plan>(['plan', '--no-observe'])
    expect(byKey(steps).map((step) => [step.key, step.partitions, step.possible.count])).toEqual([
      ['features/spend', ['2026-03-02', '2026-03-03'], 2],
      ['raw/orders', ['2026-03-02'], 0],
      ['reports/daily', ['2026-03-02', '2026-03-03'], 2],
      ['scores/mart', ['2026-03-02', '2026-03-03'], 2],
    ])
    expect(await counts('features/spend')).toMatchObject({ fresh: 4, possible: 2 })
    const why = await shop.json<Why>(['why', 'scores/mart@2026-03-03'])
    expect(why.status).toBe('possible')
    expect(chain(why.causes[0]!)).toEqual(['upstream', 'stale', 'upstream', 'stale', 'data', 'observed'])
    const text = (await shop.run(['why', 'scores/mart@2026-03-03'])).out
    expect(text).toContain('the source feed/orders@2026-03-02 changed')
  })

  it('why: after a part of the way is remade, history tells what happened', async () => {
    await shop.json(['materialize', 'raw/orders', '--no-observe'])
    const why = await shop.json<Why>(['why', 'features/spend@2026-03-02'])
    expect(why.status).toBe('stale')
    expect(chain(why.causes[0]!)).toEqual(['data', 'made', 'data', 'observed'])
    const summary = await shop.json<Status>(['why', 'features/spend'])
    expect(summary.partitions).toMatchObject({ fresh: 2, stale: 2 })
    expect(summary.causes).toMatchObject([{ kind: 'data', upstream: 'raw/orders', count: 2 }])
    await shop.json(['materialize'])
    expect(await shop.json<Why>(['why', 'features/spend@2026-03-02'])).toMatchObject({ status: 'fresh', causes: [] })
    expect((await shop.run(['why', 'features/spend@2026-03-02'])).out).toContain('its code is the same as then')
  })

  it('accept: records the code of today without remaking, and keeps the reason', async () => {
    await shop.project.write({
      'assets.ts': SHOP['assets.ts']!.replace('rows: rows.length }', 'rows: rows.length, refactored: true }'),
    })
    expect(await counts('reports/daily')).toMatchObject({ stale: 4 })
    expect(await shop.json<Why>(['why', 'reports/daily@2026-03-01'])).toMatchObject({ causes: [{ kind: 'code' }] })
    expect(await shop.json(['accept', '*', '--reason', 'metadata only'])).toMatchObject({ accepted: 4 })
    expect(await counts('reports/daily')).toMatchObject({ fresh: 4, stale: 0 })
    const kept = await inSession(({ lineage }) => lineage.query('SELECT DISTINCT asset_key, reason FROM acceptances'))
    expect(kept).toEqual([{ asset_key: 'reports/daily', reason: 'metadata only' }])
    expect((await shop.run(['accept', '*'])).err).toContain("required option '--reason <text>'")
  })

  it('verify: finds edited, deleted and foreign data and left-over staging', async () => {
    expect((await shop.json<Verdict[]>(['verify'])).every((verdict) => verdict.ok)).toBe(true)
    await inSession(async ({ lineage, stores, settings }) => {
      const warehouse = await stores.warehouse()
      const [raw] = await lineage.query<{ table_name: string }>(
        `SELECT table_name FROM asset_tables WHERE asset_key = 'raw/orders'`,
      )
      await warehouse.command(`ALTER TABLE ${raw!.table_name} DROP PARTITION tuple('2026-03-01')`)
      await warehouse.command(`INSERT INTO ${raw!.table_name} VALUES ('2026-03-04', 9, 9), ('2030-01-01', 1, 1)`)
      await warehouse.command('CREATE TABLE staging__dead__1 (x Int8) ENGINE = MergeTree ORDER BY x')
      const objects = await stores.objects()
      const [first, second] = await lineage.query<{ object: string }>(
        `SELECT location->>'object' AS object FROM v_current WHERE asset_key = 'reports/daily' ORDER BY partition`,
      )
      await objects.delete(first!.object)
      const bytes = await objects.get(second!.object)
      await objects.put(
        second!.object,
        bytes.map((byte, i) => (i === 0 ? 32 : byte)),
      )
      const history = `mart_${settings.environment}.big_spenders_history`
      await lineage.pool.query(`DELETE FROM ${history} WHERE day = '2026-03-02'`)
    })
    const problems = (await shop.json<Verdict[]>(['verify'], { code: 1 })).filter((verdict) => !verdict.ok)
    expect(byKey(problems).map((one) => [one.key, one.partition, one.problem!.split(':')[0]])).toEqual([
      ['', '', 'left-over staging table staging__dead__1'],
      ['raw/orders', '2026-03-01', 'deleted'],
      ['raw/orders', '2026-03-04', 'edited'],
      ['raw/orders', '2030-01-01', 'foreign'],
      ['reports/daily', '2026-03-01', 'deleted'],
      ['reports/daily', '2026-03-02', 'edited'],
      ['scores/mart', '2026-03-02', 'deleted'],
    ])
    await inSession(async ({ stores }) => (await stores.warehouse()).command('DROP TABLE staging__dead__1'))
  })

  it('wipe: asks, and deletes partitions with their state; the rest stays', async () => {
    const refused = await shop.run(['wipe', 'scores/mart', '--partition', '2026-03-04'])
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('Pass --yes')
    expect(
      await shop.json(['wipe', 'scores/mart or raw/orders or reports/daily', '--partition', '2026-03-04', '--yes']),
    ).toMatchObject({ wiped: 3, assets: expect.arrayContaining([{ key: 'scores/mart', partitions: 1 }]) })
    expect(await counts('scores/mart')).toMatchObject({ fresh: 3, missing: 1 })
    expect(await martPartition()).toBe('2026-03-03')
  })

  it('wipe: everything, so that the next run starts anew; effects stay done', async () => {
    await shop.json(['wipe', '*', '--yes'])
    expect(await counts('raw/orders')).toMatchObject({ missing: 4 })
    expect(await inSession(({ lineage }) => lineage.query('SELECT kind FROM stores'))).toEqual([])
    const run = await shop.json<Run>(['materialize'])
    expect(run).toMatchObject({ status: 'succeeded' })
    expect(run.steps.some((step) => step.key === 'delivery/mail')).toBe(false)
    expect((await shop.json<Verdict[]>(['verify'])).every((verdict) => verdict.ok)).toBe(true)
  })

  it('a failing asset: exit 1, the partition, the cause and what to do next', async () => {
    await shop.setFeed({ ...FEED, '2026-03-03': 'boom' })
    const ran = await shop.run(['materialize'])
    expect(ran.code).toBe(1)
    expect(ran.out).toContain('failed: raw/orders@2026-03-03\n  the feed of 2026-03-03 is broken')
    expect(ran.out).toContain('next: mend the cause')
    expect(ran.out + ran.err).not.toMatch(/\n\s+at /)
    expect(await counts('raw/orders')).toMatchObject({ failed: 1, fresh: 3 })
    await shop.setFeed(FEED)
    expect(await shop.json<Run>(['materialize'])).toMatchObject({ status: 'succeeded' })
  })

  it('url postgres: an address that works', async () => {
    const { url } = await shop.json<{ url: string }>(['url', 'postgres'])
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('status: by a role that may only read the lineage, beside the stores that it knows', async () => {
    const url = new URL((await shop.json<{ url: string }>(['url', 'postgres'])).url)
    const role = `reads_${shop.env.OTTOK_ENV}`
    const asOwner = (...statements: string[]) =>
      inSession(async ({ lineage }) => {
        for (const statement of statements) await lineage.query(statement)
      })
    await asOwner(
      `CREATE ROLE "${role}" LOGIN PASSWORD 'reads'`,
      `GRANT USAGE ON SCHEMA "ottok_${shop.env.OTTOK_ENV}" TO "${role}"`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA "ottok_${shop.env.OTTOK_ENV}" TO "${role}"`,
    )
    Object.assign(url, { username: role, password: 'reads' })
    const ran = await shop.run(['status', 'raw/*', '--json'], { env: { DATABASE_URL: url.href } })
    await asOwner(`DROP OWNED BY "${role}"`, `DROP ROLE "${role}"`)
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(ran.out)).toMatchObject([{ key: 'raw/orders' }])
  })

  it('doctor: every store and library', async () => {
    const ran = await shop.run(['doctor', '--json'])
    const findings = JSON.parse(ran.out) as { name: string; ok: boolean; detail: string }[]
    expect(findings.map((one) => one.name)).toEqual(
      expect.arrayContaining(['node', 'home', 'postgres', 'warehouse', 'objects', 'xgboost', 'onnxruntime']),
    )
    expect(ran.code).toBe(findings.every((one) => one.ok) ? 0 : 1)
    expect(findings.find((one) => one.name === 'warehouse')).toMatchObject({ ok: true })
    expect(ran.out).not.toContain(await password())
  })

  it("commands of the project's own, mounted from definitions.ts", async () => {
    expect(await shop.json(['greet', 'Ada'])).toEqual({
      greeting: 'hello Ada at 2026-03-05T09:00:00.000Z',
      two: 2,
      status: 'succeeded',
      assets: 7,
    })
    expect((await shop.run(['greet', 'Ada', '--loud'])).out).toBe('HELLO ADA AT 2026-03-05T09:00:00.000Z\n')
    expect((await shop.run(['--help'])).out).toContain('greet')
  })
})

/** The order of assets that do not depend on each other is nobody's promise. */
function byKey<T extends { readonly key: string }>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => a.key.localeCompare(b.key))
}

function chain(cause: WhyCause): string[] {
  const [next] = cause.causes
  return [cause.kind, ...(next ? chain(next) : [])]
}

/** The partition that readers of the mart see. */
async function martPartition(): Promise<string> {
  return inSession(async ({ lineage, settings }) => {
    const found = await lineage.pool.query<{ partition: string }>(
      `SELECT partition FROM mart_${settings.environment}.big_spenders_pointer`,
    )
    return found.rows[0]!.partition
  })
}

async function password(): Promise<string> {
  if (process.env.DATABASE_URL !== undefined) return new URL(process.env.DATABASE_URL).password || 'no password'
  return (await readFile(join(shop.home, 'postgres', 'password'), 'utf8')).trim()
}
