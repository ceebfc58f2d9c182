import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AssetStatus } from '../../materializations/operations/status.ts'
import { openShop, type ShopCli } from '../materializations/cli/shop-cli.ts'

/*
 * What users of Dagster complain of, and what they get here; the numbers are those of its issues.
 */

const NOW = '2026-08-01T12:00:00+03:00'

/** Two hundred days of a source; a rounded copy, which often comes out the same; a window of 150 days; one total. */
const FILES = {
  'definitions.ts': `
import { readFileSync } from 'node:fs'
import { asset, daily, defineGraph, externalAsset, through, trailing, value } from 'ottok'
import { rounded } from './rounding.ts'
import { added } from './adding.ts'

const days = daily({ start: '2026-01-13', timezone: 'Europe/Moscow' })
const feedOf = (resources) => JSON.parse(readFileSync(resources.home + '/feed.json', 'utf8'))

const source = externalAsset({
  key: 'source/sales',
  partitions: days,
  observe: async ({ partitions, resources }) => {
    const feed = feedOf(resources)
    return new Map(partitions.map((day) => [day, { version: String(feed[day] ?? 0) }]))
  },
})
const tens = asset({
  key: 'sales/tens',
  partitions: days,
  deps: { source },
  store: value,
  materialize: async ({ partition, resources }) => ({ kind: 'value', value: rounded(feedOf(resources)[partition.key] ?? 0) }),
})
const window = asset({
  key: 'sales/window',
  partitions: days,
  deps: { tens: through(tens, trailing({ days: 150 })) },
  store: value,
  materialize: async ({ inputs }) => ({ kind: 'value', value: added(inputs.tens.partitions.map((one) => one.value())) }),
})
const total = asset({
  key: 'sales/total',
  deps: { window },
  store: value,
  materialize: async ({ inputs }) => ({ kind: 'value', value: added(inputs.window.partitions.map((one) => one.value())) }),
})
export default defineGraph({ assets: [source, tens, window, total], resources: ({ home }) => ({ home }) })
`,
  'rounding.ts': 'export const rounded = (sum) => Math.round(sum / 10) * 10\n',
  'adding.ts': 'export const added = (sums) => sums.reduce((a, b) => a + b, 0)\n',
}

interface Steps {
  readonly steps: readonly { readonly key: string; readonly status: string; readonly skippedBecause?: string }[]
}

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop(FILES)
  await shop.setFeed({})
  expect((await shop.run(['materialize', '--yes'], { now: NOW })).code).toBe(0)
})

afterAll(() => shop.remove())

async function counts(): Promise<Record<string, AssetStatus['partitions']>> {
  const statuses = await shop.json<AssetStatus[]>(['status'], { now: NOW })
  return Object.fromEntries(statuses.map(({ key, partitions }) => [key, partitions]))
}

const fresh = (count: number, possible = 0) => ({ fresh: count, stale: 0, missing: 0, failed: 0, possible })

test('complaint 1 (#22553, #22704, #14385): partitioned assets show as stale, each partition, through windows of any size, summed up', async () => {
  expect(await counts()).toEqual({
    'source/sales': fresh(200),
    'sales/tens': fresh(200),
    'sales/window': fresh(200),
    'sales/total': fresh(1),
  })
  await shop.setFeed({ '2026-02-01': 14 })
  await shop.run(['observe'], { now: NOW })
  const seen = await counts()
  expect(seen['sales/tens']).toEqual({ fresh: 199, stale: 1, missing: 0, failed: 0, possible: 0 })
  // The 150 windows that hold 1 February, and what sums them up, may change; nothing else may.
  expect(seen['sales/window']).toEqual(fresh(200, 150))
  expect(seen['sales/total']).toEqual(fresh(1, 1))
  await shop.run(['materialize', 'key:sales/tens'], { now: NOW })
  const made = await counts()
  // Fourteen rounds to ten where nought was: proven, by more than a hundred upstream partitions a window.
  expect(made['sales/window']).toEqual({ fresh: 50, stale: 150, missing: 0, failed: 0, possible: 0 })
  expect((await shop.run(['materialize', '--yes'], { now: NOW })).code).toBe(0)
})

test('complaint 2 (#14842): an upstream that comes out the same makes nothing downstream run', async () => {
  await shop.setFeed({ '2026-02-01': 12 })
  const { steps } = await shop.json<Steps>(['materialize', '--yes'], { now: NOW })
  expect(steps.filter((step) => step.status === 'succeeded').map((step) => step.key)).toEqual(['sales/tens'])
  const others = steps.filter((step) => step.status !== 'succeeded')
  expect(others).toHaveLength(151)
  expect(new Set(others.map((step) => step.skippedBecause))).toEqual(new Set(['inputs unchanged']))
  expect((await counts())['sales/window']).toEqual(fresh(200))
})

test('complaint 3 (#15242, #22566): code versions come from the code, helpers included, and nothing else', async () => {
  const stale = async () =>
    Object.entries(await counts()).flatMap(([key, { stale }]) => (stale > 0 ? [`${key} ${stale}`] : []))
  await shop.project.write({
    'adding.ts': '// Adds.\nexport const added = (sums) =>\n  sums.reduce((a, b) => a + b, 0)\n',
  })
  expect(await stale()).toEqual([])
  await shop.project.write({ 'adding.ts': 'export const added = (sums) => sums.reduce((a, b) => a + b, 1)\n' })
  expect(await stale()).toEqual(['sales/window 200', 'sales/total 1'])
  await shop.project.write({ 'adding.ts': FILES['adding.ts'] })
  expect(await stale()).toEqual([])
  const overridden = FILES['definitions.ts'].replaceAll("key: 'sales/t", "codeVersion: 'by hand', key: 'sales/t")
  await shop.project.write({ 'definitions.ts': overridden })
  expect(await stale()).toEqual(['sales/tens 200', 'sales/total 1'])
  await shop.project.write({ 'definitions.ts': FILES['definitions.ts'] })
})
