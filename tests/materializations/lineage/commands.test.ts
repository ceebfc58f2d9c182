import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LineageGraph } from '../../../lib/config/index.ts'
import type { LineageDiff } from '../../../materializations/operations/lineage-diff.ts'
import { FEED } from '../cli/shop.ts'
import { openShop, type ShopCli } from '../cli/shop-cli.ts'

let shop: ShopCli

beforeAll(async () => {
  shop = await openShop()
  await made()
  await shop.setFeed({ ...FEED, '2026-03-03': [[2, 9]] })
  await made()
  await shop.project.write({ 'limit.ts': 'export const limitNow = () => 25\n' })
  await made()
})

afterAll(() => shop.remove())

async function made(): Promise<void> {
  const ran = await shop.run(['materialize', '--yes'])
  if (ran.code !== 0) throw new Error(ran.err + ran.out)
}

const told = ({ err }: { err: string }) => err.split('\n').slice(0, 3).join('\n')

describe('lineage versions', () => {
  it('lists what was recorded of a partition', async () => {
    const versions = await shop.json<{ id: string; current: boolean }[]>([
      'lineage',
      'versions',
      'raw/orders@2026-03-03',
    ])
    expect(versions.map(({ current }) => current)).toEqual([true, false])
    expect(versions[0]!.id).toMatch(/^raw\/orders@2026-03-03#\d+$/)
    const { out } = await shop.run(['lineage', 'versions', 'raw/orders@2026-03-03', '--limit', '1'])
    const [address, heading, newest, ...others] = out.trim().split('\n')
    expect([address, others]).toEqual(['raw/orders@2026-03-03', []])
    expect(heading).toMatch(/^VERSION {2}MADE/)
    // Whole, and not cut to a width: the number is what `lineage` and `lineage diff` are asked for.
    expect(newest!.split(' ')[0]).toBe(versions[0]!.id.slice('raw/orders@2026-03-03'.length))
    expect(newest).toContain('current')
  })

  it('a past version has its own lineage', async () => {
    const [current, past] = await shop.json<{ id: string }[]>(['lineage', 'versions', 'raw/orders@2026-03-03'])
    const of = async (id: string) => (await shop.json<LineageGraph>(['lineage', id])).nodes.map((node) => node.id)
    expect(await of(current!.id)).toEqual([current!.id, expect.stringContaining('feed/orders@2026-03-03')])
    expect((await of(past!.id))[0]).toBe(past!.id)
    expect((await of(past!.id))[1]).not.toBe((await of(current!.id))[1])
  })

  it('a number of another partition is told', async () => {
    const ran = await shop.run(['lineage', 'raw/orders@2026-03-03#1'])
    expect(ran.code).toBe(1)
    expect(told(ran)).toContain(
      'there is no version 1 of raw/orders@2026-03-03\ncause: Number 1 is feed/orders@2026-03-01.',
    )
    expect(told(await shop.run(['lineage', 'raw/orders@2026-03-03#999']))).toContain('No version with that number')
  })
})

describe('lineage diff', () => {
  it('against the version before: rows, data, and which input changed', async () => {
    const diff = await shop.json<LineageDiff>(['lineage', 'diff', 'features/spend@2026-03-04'])
    expect(diff).toMatchObject({ codeChanged: false, dataChanged: true, size: { unit: 'rows', from: 2, to: 2 } })
    expect(diff.inputs).toEqual([
      expect.objectContaining({
        name: 'orders',
        upstream: 'raw/orders',
        change: 'data',
        changedCount: 1,
        changed: [expect.objectContaining({ partition: '2026-03-03' })],
        onlyFrom: { count: 0, partitions: '' },
      }),
    ])
    expect(diff.columns).toEqual({ added: [], removed: [], retyped: [] })
  })

  it('--deep: up to the source', async () => {
    const diff = await shop.json<LineageDiff>(['lineage', 'diff', 'features/spend@2026-03-04', '--deep'])
    expect(diff.upstream.map(({ to }) => to.key)).toEqual(['raw/orders', 'feed/orders'])
    expect(diff.roots).toEqual([{ key: 'feed/orders', partition: '2026-03-03', because: 'source' }])
    const { out } = await shop.run(['lineage', 'diff', 'features/spend@2026-03-04', '--deep'])
    expect(out).toContain('inputs    orders: raw/orders changed: 2026-03-03 #')
    expect(out).toContain('it comes from:\n  feed/orders@2026-03-03: the source changed')
  })

  it('code and value of a model: both versions, since when', async () => {
    const diff = await shop.json<LineageDiff>(['lineage', 'diff', 'models/limit', '--deep'])
    expect(diff).toMatchObject({
      codeChanged: true,
      metadata: [{ path: 'value.limit', from: 15, to: 25 }],
      roots: [{ key: 'models/limit', partition: '', because: 'code' }],
    })
    expect(Date.parse(diff.from.codeFirstUsedAt!)).toBeLessThan(Date.parse(diff.to.codeFirstUsedAt!))
    const { out } = await shop.run(['lineage', 'diff', 'models/limit'])
    expect(out).toMatch(/code {6}changed \(.* -> .*\)\n {12}first used \d{4}-/)
    expect(out).toContain('metadata  value.limit 15 -> 25')
  })

  it('two partitions: other days are read', async () => {
    const [a, b] = ['features/spend@2026-03-02', 'features/spend@2026-03-04']
    const diff = await shop.json<LineageDiff>(['lineage', 'diff', a, b])
    expect(diff.inputs[0]).toMatchObject({
      change: 'window',
      onlyFrom: { count: 2, partitions: '2026-03-01..2026-03-02' },
      onlyTo: { count: 2, partitions: '2026-03-03..2026-03-04' },
    })
    expect((await shop.run(['lineage', 'diff', a, b])).out).toContain(
      'no more: 2026-03-01..2026-03-02; new: 2026-03-03..',
    )
  })

  it('what cannot be compared', async () => {
    const assets = await shop.run(['lineage', 'diff', 'raw/orders', 'features/spend'])
    expect([assets.code, told(assets)]).toEqual([
      2,
      'error: cannot compare raw/orders with features/spend\ncause: They are different assets.\n' +
        'mend:  Give two versions of one asset; ways between assets: `ottok lineage between A B`.',
    ])
    const first = await shop.run(['lineage', 'diff', 'raw/orders@2026-03-01'])
    expect([first.code, told(first)]).toEqual([2, expect.stringContaining('is the first of it.')])
  })
})

describe('lineage between', () => {
  it('options after it are its own', async () => {
    const graph = await shop.json<LineageGraph>(['lineage', 'between', 'feed/orders', 'reports/daily', '--expand', '0'])
    expect(graph.nodes.map(({ key, kind }) => `${key} ${kind}`)).toEqual([
      'reports/daily materialization',
      'features/spend range',
      'raw/orders range',
      'feed/orders range',
    ])
    const { out } = await shop.run(['lineage', 'between', 'feed/orders', 'reports/daily', '--format', 'mermaid'])
    expect(out).toMatch(/^flowchart LR\n/)
  })
})

describe('pages', () => {
  it('the text says what is left out and how to go on', async () => {
    const { out } = await shop.run(['lineage', 'reports/daily', '--limit', '3'])
    const after = /--after (\S+)\)/.exec(out)![1]!
    expect(out).toContain('(cut off at 2 nodes, 1 of them with more to follow:')
    const rest = await shop.run(['lineage', 'reports/daily', '--after', after])
    expect(rest.out).toContain('feed/orders@2026-03-03')
    expect(rest.out).not.toContain('--after')
  })

  it('a limit that allows nothing is refused', async () => {
    const ran = await shop.run(['lineage', 'reports/daily', '--limit', '1'])
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('--limit 1 will not do')])
  })
})

describe('what was wiped', () => {
  it('is told where it was read, also when it was made again since', async () => {
    const { out } = await shop.run(['wipe', 'raw/orders', '--partition', '2026-03-02', '--yes'])
    expect(out).toContain('1 partition wiped')
    const lineage = ['lineage', 'features/spend@2026-03-02', '--up', '1']
    const inputs = async () => {
      const { nodes } = await shop.json<LineageGraph>(lineage)
      return nodes.slice(1).map(({ id, kind }) => `${id.replace(/\d+$/, '')} ${kind}`)
    }
    // It read two days.
    expect(await inputs()).toEqual(['raw/orders@2026-03-01# materialization'])
    await shop.run(['wipe', 'raw/orders', '--partition', '2026-03-01', '--yes'])
    expect(await inputs()).toEqual(['raw/orders#gone gone'])
    expect((await shop.run(lineage)).out).toContain(
      'orders: raw/orders\n      (its records are gone: it was wiped, or its keys were removed)',
    )
    await shop.run(['materialize', 'raw/orders'])
    expect(await inputs()).toEqual(['raw/orders#gone gone'])
  })
})
