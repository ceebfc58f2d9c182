import { describe, expect, test } from 'vitest'
import {
  type Asset,
  asset,
  type Diagnostic,
  daily,
  defineGraph,
  depsSignature,
  effectAsset,
  externalAsset,
  fixed,
  GraphError,
  monthly,
  type ObjectsStore,
  objects,
  sql,
  sqlAsset,
  through,
  trailing,
  value,
  warehouse,
} from '../../../lib/graph/index.ts'
import { node } from './support/assets.ts'

function diagnosticsOf(make: () => unknown): readonly Diagnostic[] {
  try {
    make()
  } catch (error) {
    if (error instanceof GraphError) return error.diagnostics
    throw error
  }
  throw new Error('nothing was wrong')
}

const days = daily({ start: '2026-01-01', timezone: 'UTC' })
const months = monthly({ start: '2026-01', timezone: 'UTC' })

/** A cycle cannot be written with values alone: a stand-in of the same key closes it. */
function cycleOfThree(): Asset[] {
  const c = node('x/c', { deps: { a: node('x/a') } }, 30)
  const b = node('x/b', { deps: { c } }, 20)
  const a = node('x/a', { deps: { b } }, 10)
  return [a, b, c]
}

describe('every mistake is told at once', () => {
  test('duplicate, unknown upstream, misfit and cycle together', () => {
    const events = node('raw/player_events', { partitions: days }, 1)
    const diagnostics = diagnosticsOf(() =>
      defineGraph({
        assets: [
          events,
          node('raw/player_events', {}, 2),
          node('features/view', { deps: { evnts: node('raw/player_event') } }, 3),
          node(
            'features/window',
            { partitions: months, deps: { events: through(events, trailing({ months: 2 })) } },
            4,
          ),
          ...cycleOfThree(),
        ],
      }),
    )
    expect(diagnostics.map(({ code, places }) => [code, places])).toEqual([
      ['duplicate-key', ['assets/some.ts:1', 'assets/some.ts:2']],
      ['unknown-upstream', ['assets/some.ts:3']],
      ['bad-mapping', ['assets/some.ts:4']],
      ['cycle', ['assets/some.ts:30', 'assets/some.ts:20', 'assets/some.ts:10']],
    ])
    expect(diagnostics[0]!.message).toBe("Two assets have the key 'raw/player_events'")
    expect(diagnostics[1]!.message).toContain("reads 'raw/player_event' (input 'evnts'), which is not in the graph")
    expect(diagnostics[1]!.mend).toContain('was raw/player_events meant?')
    expect(diagnostics[2]!.message).toBe(
      "Asset 'features/window' cannot read 'raw/player_events' (input 'events') through trailing(2 month,0): " +
        'trailing counts months but the upstream has one partition per day',
    )
  })

  test('the error text holds all of them, each with its place', () => {
    const make = () =>
      defineGraph({ assets: [node('a', { deps: { up: node('b') } }, 7), node('c', { deps: { up: node('d') } }, 8)] })
    expect(make).toThrow(/'b'.*assets\/some.ts:7[\s\S]*'d'.*assets\/some.ts:8/)
  })

  test('several inputs of one asset', () => {
    const diagnostics = diagnosticsOf(() =>
      defineGraph({ assets: [node('a', { deps: { x: node('b'), y: node('c') } })] }),
    )
    expect(diagnostics.map((d) => d.code)).toEqual(['unknown-upstream', 'unknown-upstream'])
  })
})

describe('a cycle is shown along the way of the data', () => {
  test.each([
    [cycleOfThree(), 'x/a -> x/c -> x/b -> x/a'],
    [[node('a', { deps: { b: node('b') } }), node('b', { deps: { a: node('a') } }), node('c')], 'a -> b -> a'],
  ])('%#', (assets, path) => {
    const [diagnostic] = diagnosticsOf(() => defineGraph({ assets }))
    expect(diagnostic).toMatchObject({ code: 'cycle', message: `The assets form a cycle: ${path}` })
  })

  test('an asset that reads itself, and not an earlier partition of it', () => {
    const [diagnostic] = diagnosticsOf(() => defineGraph({ assets: [node('y', { deps: { y: node('y') } })] }))
    expect(diagnostic).toMatchObject({
      code: 'cycle',
      message: "Asset 'y' reads partitions of its own (input 'y') that are not all earlier ones",
    })
  })
})

describe('a graph', () => {
  test('has upstreams before downstreams, the same order however it is written', () => {
    const c = node('c')
    const a = node('a', { deps: { z: c } })
    const b = node('b', { deps: { c, a } })
    const swapped = node('b', { deps: { a, c } })
    expect(defineGraph({ assets: [b, a, c] }).order).toEqual(['c', 'a', 'b'])
    expect(defineGraph({ assets: [c, swapped, a] }).order).toEqual(['c', 'a', 'b'])
  })

  test('joins edges by the names in the code', () => {
    const up = node('up')
    const graph = defineGraph({ assets: [up, node('down', { deps: { one: up, two: up } })] })
    const edges = graph.upstream.get('down')!
    expect(edges.map((e) => [e.name, e.upstream, e.downstream])).toEqual([
      ['one', 'up', 'down'],
      ['two', 'up', 'down'],
    ])
    expect(graph.downstream.get('up')).toEqual(edges)
    expect(graph.upstream.get('up')).toEqual([])
  })

  test('may list an asset twice, when it is the same one', () => {
    const up = node('up')
    expect(defineGraph({ assets: [up, up] }).order).toEqual(['up'])
  })

  test('names near misses of an unknown key', () => {
    const graph = defineGraph({ assets: [node('models/churn'), node('scores/churn'), node('raw/catalogue')] })
    expect(() => graph.asset('model/churn')).toThrow(
      /No asset has the key 'model\/churn'\. Did you mean models\/churn, scores\/churn\?/,
    )
    expect(() => graph.space('raw/catalog')).toThrow(/raw\/catalogue/)
    expect(() => graph.asset('qqqqqqqqqqqq')).toThrow(/List the assets/)
  })

  test('makes its resources once, at first use', async () => {
    let made = 0
    const graph = defineGraph({
      assets: [],
      resources: async ({ home }) => {
        made++
        return { home }
      },
    })
    const settings = { home: '/h', environment: 'e', timezone: 'UTC', publishLagHours: 0 }
    expect(made).toBe(0)
    expect(await graph.resources(settings)).toEqual({ home: '/h' })
    await graph.resources(settings)
    expect(made).toBe(1)
  })

  test('deps signature: names, upstreams and mappings, in no particular order', () => {
    const [one, two] = [node('one', { partitions: days }), node('two', { partitions: days })]
    const down = (deps: Parameters<typeof node>[1]) =>
      defineGraph({ assets: [one, two, node('down', { partitions: days, ...deps })] })
    const first = depsSignature(down({ deps: { a: one, b: through(two, trailing({ days: 3 })) } }), 'down')
    expect(first).toBe('a<-one:default;b<-two:trailing(3 day,0)')
    expect(depsSignature(down({ deps: { b: through(two, trailing({ days: 3 })), a: one } }), 'down')).toBe(first)
    expect(depsSignature(down({ deps: { a: one, b: through(two, trailing({ days: 4 })) } }), 'down')).not.toBe(first)
  })
})

describe('graphs made in loops', () => {
  test('a chain of 5,000 assets', () => {
    const assets: Asset[] = [node('n0')]
    for (let i = 1; i < 5_000; i++) assets.push(node(`n${i}`, { deps: { previous: assets[i - 1]! } }))
    const graph = defineGraph({ assets: assets.toReversed() })
    expect(graph.order).toEqual(assets.map((a) => a.key))
    expect(graph.select('sinks(*)')).toEqual(['n4999'])
    expect(graph.select('n4997+')).toEqual(['n4997', 'n4998', 'n4999'])
  })

  test('layers of 30 x 30, each reading all of the layer before', () => {
    const layers: Asset[][] = []
    for (let layer = 0; layer < 30; layer++) {
      const before = layers[layer - 1] ?? []
      const deps = Object.fromEntries(before.map((a, i) => [`in${i}`, a]))
      layers.push(Array.from({ length: 30 }, (_, i) => node(`l${layer}/a${i}`, { deps })))
    }
    const graph = defineGraph({ assets: layers.flat() })
    const position = new Map(graph.order.map((key, i) => [key, i]))
    const backwards = [...graph.upstream.values()]
      .flat()
      .filter((e) => position.get(e.upstream)! > position.get(e.downstream)!)
    expect(graph.order).toHaveLength(900)
    expect(backwards).toEqual([])
    expect(graph.select('roots(*)')).toHaveLength(30)
    expect(graph.select('l0/a0+29')).toHaveLength(1 + 29 * 30)
  })
})

describe('assets that cannot be', () => {
  const source = { file: 'assets/a.ts', line: 5, binding: null, exported: false }
  const materialize = async () => ({ kind: 'value' as const, value: 0 })
  const table: [string, () => unknown, RegExp][] = [
    ...['', 'A', 'a b', 'a/', '/a', 'a//b', '1a', 'a-b', 'a.b'].map((key): [string, () => unknown, RegExp] => [
      `the key '${key}'`,
      () => asset({ key, store: value, materialize }, source),
      /is not allowed \(assets\/a.ts:5\)\. Use lower-case/,
    ]),
    [
      'no columns in the warehouse',
      () => asset({ key: 'a', store: warehouse, materialize }, source),
      /'a' is stored in the warehouse without columns/,
    ],
    [
      'a store that was not called',
      () => asset({ key: 'a', store: objects as unknown as ObjectsStore, materialize }, source),
      /'a' has no store \(assets\/a\.ts:5\)\. Give .*objects\(\{ extension/,
    ],
    ['a range of 0', () => sqlAsset({ key: 'a', orderBy: [], range: 0, sql: () => '' }, source), /has range 0/],
    ['a range of 101', () => sqlAsset({ key: 'a', orderBy: [], range: 101, sql: () => '' }, source), /has range 101/],
    [
      "an input named 'partition'",
      () => sqlAsset({ key: 'a', orderBy: [], deps: { partition: node('b') }, sql: () => '' }, source),
      /names an input 'partition' \(assets\/a.ts:5\)/,
    ],
    [
      'an input that is not there yet (imports in a circle)',
      () => asset({ key: 'a', store: value, deps: { up: undefined as unknown as Asset }, materialize }, source),
      /has no value for its input 'up'/,
    ],
  ]
  test.each(table)('%s', (_, make, message) => {
    expect(make).toThrow(GraphError)
    expect(make).toThrow(message)
  })
})

test('defaults of an asset', () => {
  const made = asset({
    key: 'models/churn',
    store: objects({ extension: 'onnx' }),
    materialize: async () => ({ kind: 'bytes', bytes: new Uint8Array() }),
  })
  expect(made).toMatchObject({
    group: 'models',
    kinds: ['function'],
    partitions: { kind: 'single' },
    deps: {},
    dataVersion: 'content',
    retry: { attempts: 1, delayMs: 1000 },
    checks: [],
  })
  const external = externalAsset({ key: 'src/x', kinds: ['s3'], observe: async () => new Map() })
  expect(external).toMatchObject({ kinds: ['s3', 'external'], settlesAfterDays: null })
  expect(effectAsset({ key: 'send', retry: { attempts: 3 }, act: async () => ({}) }).retry).toEqual({
    attempts: 3,
    delayMs: 1000,
    backoff: 'exponential',
    jitter: 'full',
  })
})

test('a SQL asset keeps its inputs and partitions symbolic', () => {
  const up = node('up', { partitions: fixed('a', 'b') })
  const made = sqlAsset({
    key: 'down',
    partitions: fixed('a', 'b'),
    deps: { events: up },
    orderBy: [],
    sql: ({ events, partition }) => sql`SELECT ${1} FROM ${events} WHERE s IN ${partition.keys('partition')}`,
  })
  expect(made.sqlTemplate).toBe('SELECT 1 FROM \u0001events\u0001 WHERE s IN {p_partition:Array(String)}')
})
