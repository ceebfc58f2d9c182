import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LineageGraph } from '../../../lib/config/index.ts'
import {
  type Asset,
  all,
  asOf,
  asset,
  daily,
  defineGraph,
  externalAsset,
  fixed,
  type Graph,
  type PartitionMapping,
  type PartitionsDefinition,
  through,
  trailing,
  value,
} from '../../../lib/graph/index.ts'
import { lineageBetween } from '../../../materializations/operations/lineage-between.ts'
import { traceLineage } from '../../../materializations/operations/trace-lineage.ts'
import { type LineageHome, openLineageHome, Recorder } from './support/recorder.ts'
import { slowLineage } from './support/reference.ts'

const days = daily({ start: '2026-01-01', timezone: 'UTC' })

let home: LineageHome

beforeAll(async () => {
  home = await openLineageHome()
})

afterAll(() => home.close())

beforeEach(() => {
  home.queries()
})

function source(key: string, partitions?: PartitionsDefinition): Asset {
  return externalAsset({ key, ...(partitions && { partitions }), observe: async () => new Map() })
}

function made(
  key: string,
  deps: Readonly<Record<string, Asset | { asset: Asset; mapping: PartitionMapping }>>,
  partitions?: PartitionsDefinition,
): Asset {
  return asset({
    key,
    ...(partitions && { partitions }),
    deps,
    store: value,
    materialize: async () => ({ kind: 'value', value: 0 }),
  })
}

const trace = (graph: Graph, request: Parameters<typeof traceLineage>[1]) =>
  traceLineage({ graph, lineage: home.lineage }, request)

/** Edges as `from -> to`, without sequence numbers. */
const edges = (found: LineageGraph) =>
  found.edges.map(({ from, to }) => `${from} -> ${to}`.replaceAll(/#\d+/g, '')).sort()

describe('a wide window', () => {
  const feed = source('feed', days)
  const events = made('events', { feed }, days)
  const profile = made('profile', { events: through(events, trailing({ days: 400 })) }, days)
  const graph = defineGraph({ assets: [feed, events, profile] })
  const recorder = new Recorder(graph, '2027-04-01T00:00:00Z')

  beforeAll(async () => {
    recorder.makeAll()
    await recorder.write(home.lineage)
    home.queries()
  })

  it('is one range node, and so is what it was made from', async () => {
    const found = await trace(graph, { key: 'profile', partition: '2027-03-31' })
    expect(
      found.nodes.map(({ id, kind, partition, range }) => [id.replace(/#.*/, ''), kind, partition, range?.count]),
    ).toEqual([
      ['profile@2027-03-31', 'materialization', '2027-03-31', undefined],
      ['events@*', 'range', '2026-02-25..2027-03-31', 400],
      ['feed@*', 'range', '2026-02-25..2027-03-31', 400],
    ])
    expect(found.nodes[1]).toMatchObject({ codeVersion: 'h1:code', runId: null, dataVersion: null })
    expect(found.nodes[2]).toMatchObject({
      codeVersion: null,
      range: { first: '2026-02-25', last: '2027-03-31', runs: 1 },
    })
    expect(found.edges).toEqual([
      { from: 'events@*', to: found.root, input: 'events', versions: 400 },
      { from: 'feed@*', to: 'events@*', input: 'feed', versions: 400 },
    ])
    expect(found).toMatchObject({ truncated: false, next: null, leftOut: 0 })
  })

  it('costs as many queries as a narrow one', async () => {
    await trace(graph, { key: 'profile', partition: '2026-01-20' })
    const narrow = home.queries()
    await trace(graph, { key: 'profile', partition: '2027-03-31' })
    expect(home.queries()).toBe(narrow)
  })

  it('is told partition by partition when asked for', async () => {
    const found = await trace(graph, { key: 'profile', partition: '2027-03-31', expand: 400 })
    expect(found.nodes).toHaveLength(801)
    expect(found.nodes.every(({ kind }) => kind !== 'range')).toBe(true)
  })

  it('downwards: the readers of one day are a range', async () => {
    const found = await trace(graph, { key: 'feed', partition: '2026-03-01', up: 0, down: 2 })
    expect(edges(found)).toEqual(['events@2026-03-01 -> profile@*', 'feed@2026-03-01 -> events@2026-03-01'])
    expect(found.nodes[2]!.range).toMatchObject({ first: '2026-03-01', last: '2027-03-31', count: 396 })
  })
})

describe('versions that were replaced', () => {
  const feed = source('feed', days)
  const events = made('events', { feed }, days)
  const model = made('model', {})
  const score = made('score', { events: through(events, trailing({ days: 2 })), model: through(model, asOf()) }, days)
  const graph = defineGraph({ assets: [feed, events, model, score] })

  it('belong to who read them', async () => {
    const recorder = new Recorder(graph, '2026-01-04T00:00:00Z')
    recorder.make('model', '', { asOf: '2026-01-01T00:00:00Z' })
    for (const day of ['2026-01-01', '2026-01-02', '2026-01-03']) recorder.make('feed', day)
    const [first] = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => recorder.make('events', day))
    const early = recorder.make('score', '2026-01-02')
    const feedAgain = recorder.make('feed', '2026-01-01')
    const again = recorder.make('events', '2026-01-01')
    recorder.make('model', '', { asOf: '2026-01-03T12:00:00Z' })
    const late = recorder.make('score', '2026-01-02')
    recorder.make('score', '2026-01-03')
    await recorder.write(home.lineage)

    const current = await trace(graph, { key: 'score', partition: '2026-01-02' })
    expect(current.root).toBe(`score@2026-01-02#${late}`)
    expect(current.edges.filter(({ input }) => input === 'events').map(({ from }) => from)).toContain(
      `events@2026-01-01#${again}`,
    )
    expect(current.edges.map(({ from }) => from)).toContain(`feed@2026-01-01#${feedAgain}`)
    // The model that was in force on that day, not the newer one.
    expect(current.nodes.find(({ key }) => key === 'model')!.id).toBe('model#1')
    const past = await trace(graph, { key: 'score', partition: '2026-01-02', seq: early })
    expect(past.edges.map(({ from }) => from)).toContain(`events@2026-01-01#${first}`)
    const next = await trace(graph, { key: 'score', partition: '2026-01-03' })
    expect(next.nodes.find(({ key }) => key === 'model')!.id).toBe('model#11')

    // Nothing that is current was made from the first version.
    const down = await trace(graph, { key: 'events', partition: '2026-01-01', seq: first, up: 0, down: 1 })
    expect(down.edges).toEqual([])
  })
})

describe('an asset that reads itself', () => {
  const feed = source('feed', days)
  const before = through(made('balance', {}, days), trailing({ days: 1, endOffset: -1 }))
  const balance = made('balance', { feed, before }, days)
  const report = made('report', { balance: through(balance, trailing({ days: 30 })) }, days)
  const graph = defineGraph({ assets: [feed, balance, report] })

  beforeAll(async () => {
    const recorder = new Recorder(graph, '2027-02-05T00:00:00Z')
    recorder.makeAll()
    await recorder.write(home.lineage)
    home.queries()
  })

  it('is a chain of versions, and below a range one range', async () => {
    const chain = await trace(graph, { key: 'balance', partition: '2026-03-01' })
    expect(chain.nodes.filter(({ key }) => key === 'balance')).toHaveLength(60)
    const found = await trace(graph, { key: 'report', partition: '2027-02-04' })
    expect(found.nodes.map(({ id, range }) => [id.replace(/#.*/, ''), range?.count])).toEqual([
      ['report@2027-02-04', undefined],
      ['balance@*', 400],
      ['feed@*', 400],
    ])
    expect(edges(found)).toContain('balance@* -> balance@*')
  })

  it('a long chain comes in pieces', async () => {
    home.queries()
    const first = await trace(graph, { key: 'balance', partition: '2027-02-04', limit: 100 })
    expect(home.queries()).toBeLessThan(110)
    expect(first.nodes).toHaveLength(100)
    const whole = await pagedEdges(graph, { key: 'balance', partition: '2027-02-04', limit: 100 }, exactEdges)
    expect(whole).toHaveLength(400 + 399)
  })
})

describe('an asset that is gone from the graph', () => {
  it('is told, in both directions', async () => {
    const feed = source('feed', days)
    const old = made('old', { feed }, days)
    const view = made('view', { old }, days)
    const recorder = new Recorder(defineGraph({ assets: [feed, old, view] }), '2026-01-03T00:00:00Z')
    recorder.makeAll()
    await recorder.write(home.lineage)
    const today = defineGraph({ assets: [feed, made('view', { feed }, days)] })
    const up = await trace(today, { key: 'view', partition: '2026-01-02' })
    expect(up.nodes.map(({ id, kind }) => `${id.replace(/\d+$/, '')} ${kind}`)).toEqual([
      'view@2026-01-02# materialization',
      'old#removed unknown',
    ])
    expect(edges(await trace(today, { key: 'feed', partition: '2026-01-01', down: 3 }))).toEqual([
      'feed@2026-01-01 -> old#removed',
    ])
  })
})

describe('bounds', () => {
  const feeds = Array.from({ length: 500 }, (_, i) => source(`feed/${String(i).padStart(3, '0')}`))
  const sum = made('sum', Object.fromEntries(feeds.map((feed, i) => [`f${String(i).padStart(3, '0')}`, feed])))
  const views = Array.from({ length: 500 }, (_, i) => made(`view/${String(i).padStart(3, '0')}`, { sum }))
  const graph = defineGraph({ assets: [...feeds, sum, ...views] })

  beforeAll(async () => {
    const recorder = new Recorder(graph, '2026-01-04T00:00:00Z')
    recorder.makeAll()
    await recorder.write(home.lineage)
    home.queries()
  })

  it('#20634 #33377: a fan of 500 assets comes page by page, whole and nothing twice', async () => {
    const whole = await trace(graph, { key: 'sum', down: 1 })
    expect(whole.nodes).toHaveLength(1001 - 1)
    expect(whole.next).not.toBeNull()
    const all = await trace(graph, { key: 'sum', down: 1, limit: 2_000 })
    expect(all).toMatchObject({ next: null, truncated: false })
    expect(all.nodes).toHaveLength(1001)

    const pages: LineageGraph[] = []
    let after: string | undefined
    do {
      const page: LineageGraph = await trace(graph, { key: 'sum', down: 1, limit: 120, after })
      pages.push(page)
      expect(page.nodes.length).toBeLessThanOrEqual(120)
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(pages.length).toBeGreaterThan(8)
    const told = pages.flatMap((page) => page.nodes.map(({ id }) => id).filter((id) => id !== page.root))
    expect(told.sort()).toEqual(
      all.nodes
        .map(({ id }) => id)
        .filter((id) => id !== all.root)
        .sort(),
    )
    const joined = pages.flatMap((page) => page.edges.map((edge) => JSON.stringify(edge)))
    expect(joined.sort()).toEqual(all.edges.map((edge) => JSON.stringify(edge)).sort())
  })

  it('a cursor belongs to the version it was given for', async () => {
    const { next } = await trace(graph, { key: 'sum', limit: 10 })
    await expect(trace(graph, { key: 'view/001', after: next! })).rejects.toMatchObject({
      what: '--after goes on with another answer',
      exitCode: 2,
    })
    await expect(trace(graph, { key: 'sum', after: `${next!.slice(0, -9)}` })).rejects.toMatchObject({
      what: '--after cannot be read',
      exitCode: 2,
    })
  })
})

describe('between', () => {
  const feed = source('feed', days)
  const aside = source('aside', days)
  const events = made('events', { feed }, days)
  const left = made('left', { events, aside }, days)
  const right = made('right', { events: through(events, trailing({ days: 3 })) }, days)
  const joined = made('joined', { left, right }, days)
  const other = made('other', { aside }, days)
  const graph = defineGraph({ assets: [feed, aside, events, left, right, joined, other] })

  beforeAll(async () => {
    const recorder = new Recorder(graph, '2026-01-05T00:00:00Z')
    recorder.makeAll()
    await recorder.write(home.lineage)
  })

  const ways = (from: string, to: string) => {
    const at = (text: string) => ({ key: text.split('@')[0]!, partition: text.split('@')[1] })
    return lineageBetween({ graph, lineage: home.lineage }, { from: at(from), to: at(to) })
  }

  it('two versions: the nodes on all ways, whichever is named first', async () => {
    const found = await ways('feed@2026-01-04', 'joined@2026-01-04')
    expect(edges(found)).toEqual([
      'events@2026-01-04 -> left@2026-01-04',
      'events@2026-01-04 -> right@2026-01-04',
      'feed@2026-01-04 -> events@2026-01-04',
      'left@2026-01-04 -> joined@2026-01-04',
      'right@2026-01-04 -> joined@2026-01-04',
    ])
    expect(edges(await ways('joined@2026-01-04', 'feed@2026-01-04'))).toEqual(edges(found))
    expect(edges(await ways('feed@2026-01-02', 'joined@2026-01-04'))).toEqual([
      'events@2026-01-02 -> right@2026-01-04',
      'feed@2026-01-02 -> events@2026-01-02',
      'right@2026-01-04 -> joined@2026-01-04',
    ])
  })

  it('two assets: from any version of the one to the newest of the other', async () => {
    const found = await ways('feed', 'joined')
    expect(new Set(found.nodes.map(({ key }) => key))).toEqual(new Set(['joined', 'left', 'right', 'events', 'feed']))
    expect(found.nodes.filter(({ key }) => key === 'feed')).toHaveLength(3)
  })

  it('tells when there is no way', async () => {
    await expect(ways('other', 'joined')).rejects.toMatchObject({
      what: 'there is no way between other and joined',
      exitCode: 2,
    })
    await expect(ways('feed@2026-01-01', 'joined@2026-01-04')).rejects.toMatchObject({
      what: 'joined@2026-01-04 was not made from feed@2026-01-01',
      exitCode: 1,
    })
  })
})

describe('any recorded history', () => {
  it('is told as a slow reading of the records tells it, whatever is a range', async () => {
    const keys = fixed('a', 'b', 'c')
    const mappings = [trailing({ days: 1 }), trailing({ days: 3 }), trailing({ days: 9 }), all()]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 3 }), fc.nat({ max: 2 })), { minLength: 2, maxLength: 5 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat({ max: 11 })), { minLength: 20, maxLength: 90 }),
        fc.nat(),
        async (shape, makes, pick) => {
          const assets: Asset[] = [source('s', days), made('m', {}, keys)]
          shape.forEach(([a, b, mapping, kind], i) => {
            const dated = assets.filter(({ partitions }) => partitions.kind === 'time')
            const first = dated[a % dated.length]!
            const second = dated[b % dated.length]!
            assets.push(
              made(
                `x${i}`,
                {
                  first: through(first, mappings[mapping]!),
                  ...(kind === 0 && { second }),
                  ...(kind === 1 && { model: through(assets[1]!, asOf()) }),
                },
                days,
              ),
            )
          })
          const graph = defineGraph({ assets })
          const recorder = new Recorder(graph, '2026-01-06T00:00:00Z')
          for (const [which, code, day] of makes) {
            const key = graph.order[which % graph.order.length]!
            const partitions = recorder.partitions(key)
            recorder.make(key, partitions[day % partitions.length]!, {
              code: `h1:${code % 2}`,
              asOf: `2026-01-${String(1 + (code % 14)).padStart(2, '0')}T00:00:00Z`,
            })
          }
          await recorder.write(home.lineage)
          const { key, partition, seq } = recorder.versions[pick % recorder.versions.length]!
          const slow = slowLineage(graph, recorder.versions, seq)
          const request = { key, partition, seq, down: 99, limit: 100_000 }
          const exact = await trace(graph, { ...request, expand: 1_000 })
          expect(exactEdges(exact)).toEqual(slow)
          const versionsIn = (found: LineageGraph) =>
            found.nodes.reduce((sum, { range }) => sum + (range?.count ?? 1), 0)
          for (const expand of [0, 2]) {
            const ranged = await trace(graph, { ...request, expand })
            expect(versionsIn(ranged)).toBe(exact.nodes.length)
            expect(assetEdges(ranged)).toEqual(assetEdges(exact))
          }
          // A window has 5 versions at most, so that no page turns one into a range.
          expect(await pagedEdges(graph, { ...request, expand: 1_000, limit: 16 }, exactEdges)).toEqual(slow)
          expect(await pagedEdges(graph, { ...request, expand: 2, limit: 4 }, assetEdges)).toEqual(assetEdges(exact))
        },
      ),
      { numRuns: 50 },
    )
  })
})

/** Edges of all pages together. */
async function pagedEdges(
  graph: Graph,
  request: Parameters<typeof traceLineage>[1],
  told: (page: LineageGraph) => readonly string[],
): Promise<string[]> {
  const edges = new Set<string>()
  let after: string | undefined
  do {
    const page: LineageGraph = await trace(graph, { ...request, after })
    for (const edge of told(page)) edges.add(edge)
    after = page.next ?? undefined
  } while (after !== undefined)
  return [...edges].sort()
}

/** Edges with sequence numbers. */
function exactEdges(found: LineageGraph): string[] {
  return found.edges.map(({ from, to, input }) => `${from} -${input}-> ${to}`).sort()
}

function assetEdges(found: LineageGraph): string[] {
  const key = (id: string) => id.replace(/[@#].*/, '')
  return [...new Set(found.edges.map(({ from, to, input }) => `${key(from)} -${input}-> ${key(to)}`))].sort()
}

describe('a large graph', () => {
  it('5,000 assets, depth 10', async () => {
    const layers: Asset[][] = [Array.from({ length: 500 }, (_, i) => source(`l0/${i}`, days))]
    for (let layer = 1; layer < 10; layer++) {
      const above = layers[layer - 1]!
      layers.push(
        Array.from({ length: 500 }, (_, i) =>
          made(
            `l${layer}/${i}`,
            {
              a: above[i]!,
              b: through(above[(i * 7 + layer) % 500]!, trailing({ days: 90 })),
              c: above[(i * 3 + 1) % 500]!,
            },
            days,
          ),
        ),
      )
    }
    const graph = defineGraph({ assets: layers.flat() })
    const recorder = new Recorder(graph, '2026-01-13T00:00:00Z')
    recorder.makeAll()
    await recorder.write(home.lineage)
    home.queries()
    const before = process.cpuUsage()
    const start = performance.now()
    const found = await trace(graph, { key: 'l9/0', partition: '2026-01-12' })
    const wall = performance.now() - start
    const { user, system } = process.cpuUsage(before)
    const versions = found.nodes.reduce((sum, { range }) => sum + (range?.count ?? 1), 0)
    console.log(
      `lineage of depth 10 in 5,000 assets x 12 days (${recorder.seq} versions): ${found.nodes.length} nodes, ` +
        `${found.edges.length} edges, ${versions} versions, ${home.queries()} queries, ` +
        `${Math.round((user + system) / 1000)} ms of CPU, ${Math.round(wall)} ms`,
    )
    expect(found.nodes.length).toBeLessThanOrEqual(1_000)
    expect(found.nodes.length).toBeGreaterThan(500)
  })
})
