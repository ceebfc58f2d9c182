import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDefinitions } from '../../../materializations/definitions/index.ts'
import {
  type AssetColumns,
  columnLineage,
  type InputColumn,
  openLazyAnalyzer,
} from '../../../materializations/operations/lineage-columns.ts'
import { traceColumn } from '../../../materializations/operations/trace-column.ts'
import { SHOP } from '../cli/shop.ts'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'

const text = ({ input, column, how }: InputColumn<string>) => `${input}.${column} ${how}`

describe("columns of the product's own SQL assets", () => {
  let cacheDir: string
  let found: ReadonlyMap<string, AssetColumns>
  const analyze = async (columnsOf?: () => never) => {
    const { graph } = await loadDefinitions(resolve(import.meta.dirname, '../../../definitions.ts'))
    const analyzer = openLazyAnalyzer()
    try {
      return await columnLineage(graph, graph.order, columnsOf ? { ...analyzer, columnsOf } : analyzer, cacheDir)
    } finally {
      await analyzer.close()
    }
  }

  beforeAll(async () => {
    const before = process.cpuUsage()
    cacheDir = await mkdtemp(join(tmpdir(), 'ottok-columns-'))
    found = await analyze()
    const { user, system } = process.cpuUsage(before)
    console.log(
      `columns of ${found.size} statements: ${Math.round((user + system) / 1000)} ms of CPU, loading included`,
    )
  })

  afterAll(() => rm(cacheDir, { recursive: true }))

  const from = (key: string, column: string) =>
    found
      .get(key)!
      .columns.find(({ name }) => name === column)
      ?.from.map(text)

  it('are all known', () => {
    expect(found.size).toBeGreaterThan(15)
    expect([...found.values()].filter(({ unknown }) => unknown !== null)).toEqual([])
  })

  it('no column of a feature or a label comes from nothing, but for days and constants', () => {
    const made = [...found.values()].filter(({ key }) => key.startsWith('features/'))
    expect(made.map(({ key }) => key)).toContain('features/snapshot')
    const loose = made.flatMap(({ key, columns }) =>
      columns.filter((column) => column.from.length === 0).map(({ name }) => `${key}.${name}`),
    )
    // Counts of rows, and a list of days that the statement itself holds.
    expect(loose.length).toBeLessThanOrEqual(5)
    expect(loose).toContain('features/snapshot.holidays_next_32d')
  })

  it('a feature is followed to the columns that it counts', () => {
    const snapshot = found.get('features/snapshot')!
    expect(snapshot.columns.length).toBeGreaterThan(40)
    expect(from('features/snapshot', 'segment')).toEqual(['billing.segment identity'])
    expect(from('features/snapshot', 'cancel_known')).toEqual(['billing.cancel_requested_at transformation'])
    expect(from('features/snapshot', 'series_share_30d')).toEqual([
      'viewing.lag aggregation',
      'viewing.series_seconds aggregation',
      'viewing.watch_seconds aggregation',
    ])
  })

  it('a feature is followed through all assets to the files', async () => {
    const { graph } = await loadDefinitions(resolve(import.meta.dirname, '../../../definitions.ts'))
    const trace = traceColumn(graph, found, 'features/snapshot', 'watch_seconds_30d')
    const keys = new Set(trace.nodes.map(({ key }) => key))
    for (const key of ['features/viewing_daily', 'raw/player_events']) expect(keys).toContain(key)
    expect(trace.nodes.filter(({ end }) => end !== null).map(({ end }) => end)).toContain('made by a function')
  })

  it('are kept on disk: nothing is asked twice', async () => {
    const again = await analyze(() => {
      throw new Error('asked again')
    })
    expect(again).toEqual(found)
    expect(from('features/snapshot', 'user_id')).toEqual(
      expect.arrayContaining([expect.stringContaining('user_id identity')]),
    )
  })
})

describe('lineage --columns', () => {
  let shop: ShopCli

  beforeAll(async () => {
    shop = await openShop()
    await shop.run(['materialize', '--yes'])
  })

  afterAll(() => shop.remove())

  it('json: columns of the SQL assets among the nodes', async () => {
    const { columns } = await shop.json<{ columns: AssetColumns[] }>(['lineage', 'reports/daily', '--columns'])
    expect(columns).toEqual([
      {
        key: 'features/spend',
        columns: [
          { name: 'day', type: 'Date', from: [] },
          {
            name: 'user_id',
            type: 'UInt32',
            from: [{ input: 'orders', key: 'raw/orders', column: 'user_id', how: 'identity' }],
          },
          {
            name: 'spent',
            type: 'Int64',
            from: [{ input: 'orders', key: 'raw/orders', column: 'amount', how: 'aggregation' }],
          },
        ],
        rows: [{ input: 'orders', key: 'raw/orders', column: 'user_id', how: 'group' }],
        unknown: null,
      },
    ])
  })

  it('tree and mermaid', async () => {
    const tree = (await shop.run(['lineage', 'reports/daily', '--columns'])).out
    expect(tree).toContain(
      '      user_id: orders.user_id\n      spent: sums up orders.amount\n      rows by group of orders.user_id\n',
    )
    const mermaid = (await shop.run(['lineage', 'reports/daily', '--columns', '--format', 'mermaid'])).out
    expect(mermaid).toContain('<br>spent: sums up orders.amount<br>')
  })

  it('one column, asset by asset', async () => {
    const { out } = await shop.run(['lineage', 'column', 'features/spend', 'spent'])
    expect(out).toBe('features/spend.spent\n  orders: raw/orders.amount (summed up), made by a function\n')
    expect(await shop.json(['lineage', 'column', 'features/spend', 'spent'])).toEqual({
      root: 'features/spend.spent',
      nodes: [
        { id: 'features/spend.spent', key: 'features/spend', column: 'spent', end: null },
        { id: 'raw/orders.amount', key: 'raw/orders', column: 'amount', end: 'made by a function' },
      ],
      edges: [{ from: 'raw/orders.amount', to: 'features/spend.spent', input: 'orders', how: 'aggregation' }],
    })
    const refused = async (...args: string[]) => {
      const ran = await shop.run(['lineage', 'column', ...args])
      return [ran.code, ran.err.split('\n')[1]]
    }
    expect(await refused('features/spend', 'spend')).toEqual([2, 'cause: It has no such column; did you mean spent?'])
    expect(await refused('raw/orders', 'amount')).toEqual([
      2,
      'cause: It is not made by SQL, and functions are not looked into.',
    ])
  })

  it('says so when other code made the node', async () => {
    await shop.project.write({
      'assets.ts': SHOP['assets.ts']!.replace('sum(amount) AS spent', 'sum(amount) + 0 AS spent'),
    })
    const { out } = await shop.run(['lineage', 'features/spend', '--columns'])
    expect(out).toContain("columns by today's code, which is not the code that made it:\n")
  })
})
