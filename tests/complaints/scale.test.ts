import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSettings } from '../../lib/config/index.ts'
import { daily } from '../../lib/graph/index.ts'
import type { PlanReport } from '../../materializations/operations/describe-plan.ts'
import type { AssetStatus } from '../../materializations/operations/status.ts'
import { GraphState } from '../../materializations/planner/graph-state.ts'
import type { RecordedAsset } from '../../materializations/planner/recorded.ts'
import { RecordedColumns } from '../../materializations/planner/recorded-columns.ts'
import { openSession, type Session } from '../../materializations/session.ts'
import { openShop, type ShopCli } from '../materializations/cli/shop-cli.ts'
import { chain, codeOf, freshPages } from '../materializations/scale/recorded-world.ts'

/*
 * What users of Dagster complain of, and what they get here; the numbers are those of its issues.
 */

const NOW = '2026-06-01T00:30:00Z'

/** 100,000 hours; a day of them; a month of days, of which two months are made as one step each. */
const FILES = {
  'definitions.ts': `
import { asset, daily, defineGraph, hourly, through, trailing, value } from 'ottok'
const hours = hourly({ start: '2015-01-03T08:00', timezone: 'UTC' })
const days = daily({ start: '2026-01-01', timezone: 'UTC' })
const readings = asset({ key: 'hours/readings', partitions: hours, store: value, materialize: async () => ({ kind: 'value', value: 1 }) })
const rising = asset({ key: 'hours/rising', partitions: hours, deps: { readings: through(readings, trailing({ hours: 500 })) }, store: value, materialize: async () => ({ kind: 'value', value: 1 }) })
const plain = asset({ key: 'days/plain', partitions: days, store: value, materialize: async () => ({ kind: 'value', value: 1 }) })
const month = asset({ key: 'days/month', partitions: days, deps: { plain: through(plain, trailing({ days: 120 })) }, store: value, materialize: async () => ({ kind: 'value', value: 1 }) })
export default defineGraph({ assets: [readings, rising, plain, month] })
`,
}

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop(FILES)
})

afterAll(() => shop.remove())

async function session<T>(use: (open: Session) => Promise<T>): Promise<T> {
  const settings = await loadSettings({ home: shop.home, environment: shop.env.OTTOK_ENV!, env: {} })
  const open = await openSession({ settings, definitionsFile: shop.env.OTTOK_DEFINITIONS!, asOf: NOW })
  try {
    return await use(open)
  } finally {
    await open.close()
  }
}

test('complaint 4 (#33456, #21002, #15679): 100,000 partitions are counted, planned and dated like ten', async () => {
  const [readings, rising] = await shop.json<AssetStatus[]>(['status', 'hours/*'], { now: NOW })
  expect([readings!.partitions.missing, rising!.partitions.missing]).toEqual([100_000, 100_000])
  const plan = await shop.json<PlanReport>(['plan', 'hours/*', '--all-partitions'], { now: NOW })
  expect(plan.counts).toMatchObject({ proven: 200_000, blocked: 0 })
  const some = await shop.run(['materialize', 'hours/readings', '--from', '2026-05-31', '--to', '2026-05-31'], {
    now: NOW,
  })
  expect(some.code).toBe(0)
  const [now] = await shop.json<AssetStatus[]>(['status', 'hours/readings'], { now: NOW })
  expect(now!.partitions).toMatchObject({ fresh: 24, missing: 99_976 })
})

test('complaint 5 (#32242, #29282, #31694, #19829): a window of a hundred partitions is one row, and a partition a few', async () => {
  expect((await shop.run(['materialize', 'days/*', '--yes'], { now: NOW })).code).toBe(0)
  const rows = await session(({ lineage }) =>
    lineage.query<{ made: number; inputs: number; state: number; pages: number; observations: number }>(
      `SELECT (SELECT count(*)::int FROM materializations WHERE asset_key LIKE 'days/%') AS made,
              (SELECT count(*)::int FROM materialization_inputs i JOIN materializations m USING (seq) WHERE m.asset_key = 'days/month') AS inputs,
              (SELECT count(*)::int FROM partition_state WHERE asset_key LIKE 'days/%') AS state,
              (SELECT count(*)::int FROM partition_pages WHERE asset_key LIKE 'days/%') AS pages,
              (SELECT count(*)::int FROM observations) AS observations`,
    ),
  )
  // 151 days of two assets: a row of history and a row of state each, a window a row, a page two months.
  expect(rows).toEqual([{ made: 302, inputs: 151, state: 302, pages: 6, observations: 0 }])
})

test('complaint 9 (#16129, #22523): ten times the assets load in about ten times the time', () => {
  const cpu = (count: number) => {
    const started = process.cpuUsage()
    const graph = chain(count, undefined, 5)
    expect(graph.order).toHaveLength(count)
    return process.cpuUsage(started).user
  }
  cpu(1_000)
  const few = Math.min(cpu(1_000), cpu(1_000), cpu(1_000))
  const many = Math.min(cpu(10_000), cpu(10_000))
  // Quadratic would be a hundred times.
  expect(many / few).toBeLessThan(40)
})

test('complaint 11 (#26287, #32070): the state of 1,000 assets takes a few hundred bytes a partition', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const days = daily({ start: '2026-01-01', timezone: 'UTC' })
  const graph = chain(1_000, days, 2)
  const now = new Date('2026-04-11T00:00:00Z')
  const contents: Uint8Array[] = []
  const ends = new Map<string, number>()
  for (const { assetKey, content } of freshPages(graph, now)) ends.set(assetKey, contents.push(content))
  collect()
  const before = process.memoryUsage()
  const columns = new RecordedColumns(contents)
  const assets = new Map<string, RecordedAsset>()
  let from = 0
  for (const [key, end] of ends) {
    const rows = { columns, from, to: columns.pageRows[end]! }
    assets.set(key, { rows, failures: new Map(), unfinished: new Set() })
    from = rows.to
  }
  const state = new GraphState(graph, { code: codeOf(graph) }, { assets, history: new Map(), seq: 100_000 }, now)
  for (const key of graph.order) expect(state.proven(key).size).toBe(0)
  collect()
  const after = process.memoryUsage()
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  expect(from).toBe(100_000)
  expect(bytes / from).toBeLessThan(400)
})
