import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'

/** Tables, values and objects with checks; rows and values come from a file of the home. */
const PROJECT: Readonly<Record<string, string>> = {
  'definitions.ts': `
import { readFileSync } from 'node:fs'
import {
  acceptedRange, asset, checkValue, daily, defineGraph, freshBy, freshWithin, metadataRange, noNulls, objects, published,
  rowCount, schemaChange, sql, sqlAsset, sqlCheck, unique, value, warehouse,
} from 'ottok'
import { extra } from './extra.ts'

const days = daily({ start: '2026-03-01', timezone: 'UTC' })
const world = ({ home }) => JSON.parse(readFileSync(home + '/world.json', 'utf8'))

const orders = asset({
  key: 'raw/orders',
  partitions: days,
  store: warehouse,
  columns: { day: 'Date', user_id: 'Nullable(UInt32)', amount: 'Int64', noise: 'Int64' },
  orderBy: [],
  checks: [
    noNulls('user_id'),
    unique(['user_id'], { blocking: false }),
    rowCount({ min: 1 }),
    acceptedRange('amount', { min: 0, max: 1000 }, { severity: 'warn' }),
    sqlCheck('mean amount', 'avg(amount)', (mean) => mean < 500, { severity: 'warn' }),
  ],
  freshness: freshWithin({ hours: 36, warnHours: 30 }),
  async materialize({ partition, resources }) {
    const rows = world(resources)[partition.key] ?? [[1, 10]]
    return { kind: 'rows', rows: rows.map(([user, amount], i) => [partition.date, user, amount, i]) }
  },
})

const shape = sqlAsset({
  key: 'features/shape',
  partitions: days,
  deps: { orders },
  orderBy: [],
  checks: [schemaChange()],
  freshness: freshBy({ cron: '0 9 * * *', timezone: 'UTC' }),
  sql: ({ orders }) => sql\`SELECT day, user_id\${extra} FROM \${orders}\`,
})

const strict = sqlAsset({
  key: 'features/strict',
  partitions: days,
  deps: { orders },
  orderBy: [],
  checks: [schemaChange({ blocking: true })],
  sql: ({ orders }) => sql\`SELECT day, user_id\${extra} FROM \${orders}\`,
})

const limit = asset({
  key: 'models/limit',
  store: value,
  checks: [
    checkValue('is positive', (limit, { from }) => ({
      passed: limit > 0, detail: 'the limit is ' + limit, metadata: { limit, from },
    })),
    checkValue('is round', (limit) => limit % 10 === 0, { severity: 'warn' }),
    checkValue('is known', (limit) => {
      if (limit === 666) throw new Error('no such number')
      return true
    }),
  ],
  freshness: freshBy({ cron: '0 9 * * *', timezone: 'UTC', lookbackHours: 12 }),
  async materialize({ resources }) {
    return { kind: 'value', value: world(resources).limit, metadata: { from: 'the file' } }
  },
})

const report = asset({
  key: 'reports/text',
  store: objects({ extension: 'txt' }),
  checks: [checkValue('is not empty', (bytes) => bytes.byteLength > 0)],
  async materialize({ resources }) {
    return { kind: 'bytes', bytes: new TextEncoder().encode(world(resources).text) }
  },
})

const quality = [metadataRange('quality.auc', { min: 0.6, max: 1 })]
const measured = (kind, rest) => asset({
  key: 'measured/' + kind,
  checks: quality,
  params: kind,
  async materialize({ resources }) {
    const { auc } = world(resources)
    return { kind: kind === 'value' ? 'value' : 'rows', value: 1, rows: [[1]], metadata: { quality: { auc } } }
  },
  ...rest,
})
const mart = published({
  schema: 'mart', table: 'measured', comment: 'x', columns: [{ name: 'x', type: 'bigint', comment: 'x' }], key: ['x'],
})

export default defineGraph({
  assets: [
    orders, shape, strict, limit, report, measured('value', { store: value }), measured('published', { store: mart }),
    measured('warehouse', { store: warehouse, columns: { x: 'Int64' }, orderBy: [] }),
  ],
  resources: async ({ home }) => ({ home }),
})
`,
  'extra.ts': `export const extra = ''\n`,
}

interface CheckJson {
  readonly key: string
  readonly partition: string
  readonly check: string
  readonly passed: boolean | null
  readonly severity: string
  readonly detail: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly runId: string | null
}

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop(PROJECT)
  await mkdir(shop.home, { recursive: true })
  await setWorld({})
})
afterAll(() => shop.remove())

const setWorld = (world: object) =>
  writeFile(join(shop.home, 'world.json'), JSON.stringify({ limit: 20, text: 'x', ...world }))
const setExtra = (extra: string) =>
  writeFile(join(shop.project.root, 'extra.ts'), `export const extra = ${JSON.stringify(extra)}\n`)
const checks = (args: string[], code = 0) => shop.json<CheckJson[]>(['checks', ...args], { code })
const make = (selection: string, options: { code?: number; now?: string } = {}) =>
  shop.json<{ steps: { key: string; partition: string; status: string; error?: string }[] }>(
    ['materialize', selection, '--force'],
    options,
  )

describe('checks of tables', () => {
  it('pass, warn, fail without stopping, and stop; the last good version stays', async () => {
    await make('raw/orders')
    expect((await checks(['raw/orders', '--latest'])).filter(({ check }) => check !== 'freshness')).toMatchObject(
      [
        ['accepted_range(amount, 0..1000)', 'warn'],
        ['mean amount', 'warn'],
        ['no_nulls(user_id)', 'error'],
        ['row_count(1..)', 'error'],
        ['unique(user_id)', 'error'],
      ].map(([check, severity]) => ({ partition: '2026-03-04', check, passed: true, severity })),
    )
    await setWorld({
      '2026-03-02': [
        [1, 5000],
        [1, 5],
      ],
      '2026-03-03': [[null, 1]],
    })
    const ran = await shop.run(['materialize', 'raw/orders', '--force'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('warning: check accepted_range(amount, 0..1000) of raw/orders@2026-03-02 failed')
    expect(ran.err).toContain('error: check unique(user_id) of raw/orders@2026-03-02 failed: 1 rows repeat (user_id)')
    const failed = (await checks(['raw/orders'])).filter(({ passed }) => passed === false)
    expect(failed).toMatchObject([
      {
        partition: '2026-03-02',
        check: 'accepted_range(amount, 0..1000)',
        severity: 'warn',
        metadata: { measured: 1 },
      },
      { partition: '2026-03-02', check: 'mean amount', detail: 'avg(amount) is 2502.5' },
      { partition: '2026-03-02', check: 'unique(user_id)', severity: 'error' },
      { partition: '2026-03-03', check: 'no_nulls(user_id)', severity: 'error' },
    ])
    const shown = await shop.run(['checks', 'raw/orders'])
    expect(shown.out).toMatch(/raw\/orders +no_nulls\(user_id\) +failed +1 of 4\n/)
    expect(shown.out).toMatch(/raw\/orders +mean amount +warning +1 of 4\n/)
    expect(shown.out).toMatch(/raw\/orders +row_count\(1\.\.\) +passed +4\n/)
    expect(shown.out).toContain('\nraw/orders@2026-03-03 no_nulls(user_id): 1 rows with NULL in user_id\n')
  })

  it('--run makes them on what is stored, which is the last good version', async () => {
    const found = await checks(['raw/orders', '--run', '--partition', '2026-03-03'])
    expect(found.filter(({ check }) => check === 'no_nulls(user_id)')).toMatchObject([{ passed: true, runId: null }])
    const all = await checks(['raw/orders', '--run'], 1)
    expect(all.filter(({ passed, severity }) => passed === false && severity === 'error')).toMatchObject([
      { partition: '2026-03-02', check: 'unique(user_id)' },
    ])
    await setWorld({})
    await make('raw/orders')
    expect((await checks(['raw/orders', '--run'])).every(({ passed }) => passed !== false)).toBe(true)
  })

  it('a change of schema warns, or stops before the table is touched', async () => {
    await make('features/*')
    await setExtra(', amount * 2 AS twice')
    await make('features/shape')
    for (const attempt of [1, 2]) {
      const run = await make('features/strict', { code: 1 })
      expect(run.steps[0], `attempt ${attempt}`).toMatchObject({
        status: 'failed',
        error: 'check schema_change failed: added twice Int64',
      })
    }
    expect(
      (await checks(['features/*', '--partition', '2026-03-01'])).filter(({ check }) => check === 'schema_change'),
    ).toMatchObject([
      {
        key: 'features/shape',
        passed: false,
        severity: 'warn',
        metadata: { added: ['twice Int64'], removed: [], retyped: [] },
      },
      { key: 'features/strict', passed: false, severity: 'error' },
    ])
    await setExtra(', toString(user_id) AS twice')
    const retyped = await make('features/shape')
    expect(retyped.steps[0]).toMatchObject({ status: 'succeeded' })
    const [last] = (await checks(['features/shape', '--partition', '2026-03-01'])).filter(
      ({ check }) => check === 'schema_change',
    )
    expect(last!.detail).toMatch(/^twice was Int64 and is /)
    await setExtra('')
    await make('features/strict')
  })
})

describe('checks of values and objects', () => {
  it('see the value and the metadata; a failed one that blocks keeps the last version', async () => {
    await make('models/limit')
    await setWorld({ limit: -5 })
    const run = await make('models/limit', { code: 1 })
    expect(run.steps).toMatchObject([{ status: 'failed', error: 'check is positive failed: the limit is -5' }])
    expect(await checks(['models/limit'])).toMatchObject([
      { check: 'is known', passed: true },
      { check: 'is positive', passed: false, metadata: { limit: -5, from: 'the file' } },
      { check: 'is round', passed: false, severity: 'warn', detail: 'did not pass' },
      { check: 'freshness' },
    ])
    expect((await checks(['models/limit', '--run'])).filter(({ passed }) => passed === false)).toEqual([])
  })

  it('one that cannot be made fails the step, by name', async () => {
    await setWorld({ limit: 666 })
    const run = await make('models/limit', { code: 1 })
    expect(run.steps[0]!.error).toContain("the check 'is known' of models/limit could not be made: no such number")
  })

  it('see the bytes of an object', async () => {
    await setWorld({ text: '' })
    const run = await make('reports/text', { code: 1 })
    expect(run.steps).toMatchObject([{ status: 'failed', error: 'check is not empty failed: did not pass' }])
    await setWorld({ text: 'y' })
    await make('reports/text')
    expect(await checks(['reports/text', '--run'])).toMatchObject([{ check: 'is not empty', passed: true }])
  })
})

describe('checks of metadata', () => {
  it('of values, tables and published tables: within bounds, outside, and without the number', async () => {
    await setWorld({ auc: 0.8 })
    await make('measured/*')
    await setWorld({ auc: 0.5 })
    const low = await make('measured/*', { code: 1 })
    expect(low.steps.map(({ status, error }) => [status, error])).toEqual(
      Array(3).fill(['failed', 'check metadata_range(quality.auc, 0.6..1) failed: quality.auc is 0.5']),
    )
    await setWorld({ auc: 'high' })
    const none = await make('measured/value', { code: 1 })
    expect(none.steps[0]!.error).toContain('the metadata have no number quality.auc')
    // The last good versions stay.
    expect(await checks(['measured/*', '--run'])).toMatchObject(
      ['published', 'value', 'warehouse'].map((kind) => ({
        key: `measured/${kind}`,
        passed: true,
        metadata: { 'quality.auc': 0.8 },
      })),
    )
  })
})

describe('freshness', () => {
  const freshness = async (key: string, now: string) => {
    const [status] = await shop.json<{ freshness: { state: string; detail: string } }[]>(['status', key], { now })
    const reports = await shop.json<CheckJson[]>(['checks', key], { now })
    const report = reports.find(({ check }) => check === 'freshness')!
    expect(report.metadata.state).toBe(status!.freshness.state)
    return { ...status!.freshness, passed: report.passed, severity: report.severity }
  }

  it('within so many hours: of the end of the newest day that is made, whenever it was made', async () => {
    // The 4th is the newest that is made: its data reach to the midnight after it.
    expect(await freshness('raw/orders', '2026-03-06T00:00:00Z')).toMatchObject({ state: 'pass', passed: true })
    expect(await freshness('raw/orders', '2026-03-06T07:00:00Z')).toMatchObject({
      state: 'warn',
      passed: false,
      severity: 'warn',
      detail: 'data reach to 31 h ago; the limit is 30 h',
    })
    expect(await freshness('raw/orders', '2026-03-06T13:00:00Z')).toMatchObject({ state: 'fail', severity: 'error' })
    // An old day freshens nothing.
    await shop.run(['materialize', 'raw/orders', '--partition', '2026-03-01', '--force'], {
      now: '2026-03-06T13:00:00Z',
    })
    expect(await freshness('raw/orders', '2026-03-06T13:00:00Z')).toMatchObject({ state: 'fail' })
    const shown = await shop.run(['status', 'raw/orders'], { now: '2026-03-06T13:00:00Z' })
    expect(shown.out).toMatch(/FRESHNESS/)
    expect(shown.out).toMatch(/raw\/orders.* FAIL .*data reach to 37 h ago/)
  })

  it('by a deadline: the day that was due at it', async () => {
    expect(await freshness('features/shape', '2026-03-06T08:59:00Z')).toMatchObject({ state: 'pass' })
    expect(await freshness('features/shape', '2026-03-06T09:00:00Z')).toMatchObject({
      state: 'fail',
      detail: 'the partition that was due at the deadline of 2026-03-06T09:00:00.000Z is not made',
    })
  })

  it('by a deadline: an unpartitioned asset that was made shortly before it, or since', async () => {
    await setWorld({})
    await make('models/limit', { now: '2026-03-05T22:00:00Z' })
    expect(await freshness('models/limit', '2026-03-06T10:00:00Z')).toMatchObject({ state: 'pass' })
    expect(await freshness('models/limit', '2026-03-07T08:00:00Z')).toMatchObject({ state: 'pass' })
    expect(await freshness('models/limit', '2026-03-07T10:00:00Z')).toMatchObject({
      state: 'fail',
      detail: 'not made within 12 h before the deadline of 2026-03-07T09:00:00.000Z, or since',
    })
  })

  it('is unknown before anything is made', async () => {
    const env = { OTTOK_ENV: `${shop.env.OTTOK_ENV!.slice(0, 20)}_new` }
    const ran = await shop.run(['status', 'raw/orders', '--json'], { env })
    expect(JSON.parse(ran.out)).toMatchObject([{ freshness: { state: 'unknown', detail: 'nothing was made yet' } }])
    const found = await shop.run(['checks', 'raw/orders', '--json'], { env })
    expect(JSON.parse(found.out)).toMatchObject([{ check: 'freshness', passed: null }])
  })
})
