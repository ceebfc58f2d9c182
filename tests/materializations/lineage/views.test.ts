import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { openSession, type Session } from '../../../materializations/session.ts'
import { FEED, NOW } from '../cli/shop.ts'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'

let shop: ShopCli
let session: Session

beforeAll(async () => {
  shop = await openShop()
  await shop.run(['materialize', '--yes'])
  await shop.setFeed({ ...FEED, '2026-03-03': 'boom', '2026-03-04': [[7, 7]] })
  await shop.run(['materialize', 'raw/orders', '--yes'])
  await shop.run(['status'])
  session = await openSession({
    settings: await loadSettings({ env: shop.env }),
    definitionsFile: shop.project.path('definitions.ts'),
    asOf: NOW,
  })
})

afterAll(async () => {
  await session.close()
  await shop.remove()
})

const query = <T extends object>(sql: string) => session.lineage.query<T>(sql)

const VIEWS = ['v_checks', 'v_current', 'v_lineage', 'v_runs', 'v_stale', 'v_steps']

describe('views', () => {
  it('each, and each column of each, says what it means', async () => {
    const rows = await query<{ view: string; column: string | null; comment: string | null }>(
      `SELECT c.relname AS view, a.attname AS column, d.description AS comment
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN LATERAL (SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
         UNION ALL SELECT NULL, 0) a ON true
       LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = a.attnum
       WHERE n.nspname = '${session.lineage.schema}' AND c.relkind = 'v' AND c.relname = ANY(ARRAY[${VIEWS.map((v) => `'${v}'`)}])`,
    )
    expect([...new Set(rows.map(({ view }) => view))].sort()).toEqual(VIEWS)
    expect(rows.filter(({ comment }) => comment === null)).toEqual([])
  })

  it('v_stale tells what the last look at everything saw', async () => {
    const rows = await query<{ asset_key: string; stale: number; failed: number; possible: number }>(
      'SELECT * FROM v_stale ORDER BY asset_key',
    )
    expect(rows.map((row) => [row.asset_key, row.stale, row.failed])).toEqual([
      ['features/spend', 1, 0],
      ['raw/orders', 0, 1],
      ['reports/daily', 0, 0],
      ['scores/mart', 0, 0],
    ])
    expect(rows[2]!.possible).toBe(2)
    const [before] = await query<{ since: Date; looked_at: Date }>(
      "SELECT * FROM v_stale WHERE asset_key = 'raw/orders'",
    )
    await shop.run(['status', 'raw/orders'])
    const look = async () =>
      (await query<{ since: Date; looked_at: Date }>("SELECT * FROM v_stale WHERE asset_key = 'raw/orders'"))[0]!
    // A look at a part is none at everything.
    expect(await look()).toEqual(before)
    await shop.run(['status'])
    expect((await look()).since).toEqual(before!.since)
    expect((await look()).looked_at.getTime()).toBeGreaterThan(before!.looked_at.getTime())
  })

  it('v_steps has a row a partition; one that was recorded has succeeded', async () => {
    const rows = await query<{ partition: string; status: string; error: string | null; seq: string | null }>(
      `SELECT s.* FROM v_steps s JOIN v_runs r USING (run_id) WHERE asset_key = 'raw/orders'
       AND r.started_at = (SELECT max(started_at) FROM v_runs) ORDER BY partition`,
    )
    expect(rows.map(({ partition, status }) => [partition, status])).toEqual([
      ['2026-03-03', 'failed'],
      ['2026-03-04', 'succeeded'],
    ])
    expect(rows[0]!.error).toContain('is broken')
    expect(rows[1]!.seq).not.toBeNull()
  })

  it('v_checks has the last result, v_current the current versions', async () => {
    const checks = await query<{ partition: string; passed: boolean }>('SELECT * FROM v_checks ORDER BY partition')
    expect(checks.map(({ partition, passed }) => [partition, passed])).toEqual(
      ['01', '02', '03', '04'].map((day) => [`2026-03-${day}`, true]),
    )
    const [current] = await query<{ count: number }>(
      "SELECT count(*)::int AS count FROM v_current WHERE asset_key = 'raw/orders'",
    )
    expect(current!.count).toBe(4)
  })

  it('the queries of the page run', async () => {
    const page = await readFile(resolve(import.meta.dirname, '../../../docs/lineage.md'), 'utf8')
    const queries = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql!)
    expect(queries).toHaveLength(5)
    for (const sql of queries) expect((await query(sql)).length, sql).toBeGreaterThan(0)
  })
})
