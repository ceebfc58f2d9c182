/** Rows that typing refused: listed, and let in once their rule is mended, without changing what was known before. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ModuleOutput } from '../../../lib/config/index.ts'
import { asset, daily, externalAsset, objects, sql, sqlAsset, through, trailing } from '../../../lib/graph/index.ts'
import {
  jsonText,
  quarantineSql,
  type RowMapping,
  readAs,
  rowMapping,
  typedSql,
} from '../../../lib/sources/landing/index.ts'
import type { SessionDefinitions } from '../../../materializations/session.ts'
import { type Home, makeHome } from '../seams/support/home.ts'
import { inMemory, openLab } from '../seams/support/lab.ts'
import { runQuarantine } from './support/quarantine.ts'

const days = daily({ start: '2026-03-01', timezone: 'UTC', end: '2026-03-05' })
const row = (id: string, size: string, seen: string) => JSON.stringify({ id, size, seen })
const sent: Readonly<Record<string, string>> = {
  '2026-03-01': [row('a', '1', '2026-03-01 10:00:00'), row('b', '2 pcs', '2026-03-01 11:00:00'), '{"id":'].join('\n'),
  '2026-03-02': [row('c', '3 pcs', '2026-03-02 10:00:00'), row('d', '4', '2026-03-02 11:00:00')].join('\n'),
  '2026-03-03': row('e', '5', '2026-03-03 10:00:00'),
}

const format = { kind: 'jsonLines', fields: { id: jsonText, size: jsonText, seen: jsonText } } as const
const rest = { source: 'shop', format, key: ['id'], order: ['seen'], known: 'seen' } as const
const seen = { type: "DateTime('UTC')", sql: "parseDateTimeBestEffortOrNull(seen, 'UTC')" }
const reason = 'size is no number'
const strict = rowMapping({
  ...rest,
  columns: {
    id: { type: 'String', required: true },
    size: { type: 'UInt32', sql: 'toUInt32OrNull(size)', reason },
    seen,
  },
})
const mildSize = { type: 'UInt32', sql: "toUInt32OrNull(extract(size, '^[0-9]+'))", reason }
const mild = rowMapping({ ...rest, columns: { ...strict.columns, size: mildSize } })
/** When the rule was mended: on the last day, after the cut-offs of the days before. */
const at = '2026-03-04T12:00:00Z'
const mended = rowMapping({ ...mild, mended: [{ reason, when: 'isNull(toUInt32OrNull(size))', at }] })

let home: Home
const graphs: Record<'strict' | 'mild' | 'mended', SessionDefinitions> = {} as never
beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  graphs.strict = await inMemory(home.folder, graphOf(strict))
  graphs.mild = await inMemory(home.folder, graphOf(mild))
  graphs.mended = await inMemory(home.folder, graphOf(mended))
})
afterAll(() => home.remove())

function graphOf(mapping: RowMapping) {
  const source = externalAsset({
    key: 'source/shop',
    partitions: days,
    observe: async ({ partitions }) => new Map(partitions.map((day) => [day, { version: sent[day] ?? '' }])),
  })
  const landing = asset({
    key: 'landing/shop',
    partitions: days,
    deps: { source },
    store: objects({ extension: 'jsonl', ...readAs(format) }),
    materialize: async ({ partition }) => ({ kind: 'bytes', bytes: Buffer.from(sent[partition.key] ?? '') }),
  })
  const rows = sqlAsset({
    key: 'raw/shop',
    partitions: days,
    deps: { landing },
    orderBy: ['id'],
    range: 30,
    sql: ({ landing }) => sql`${typedSql(mapping, landing)}`,
  })
  const quarantine = sqlAsset({
    key: 'raw/shop_quarantine',
    partitions: days,
    deps: { landing },
    orderBy: ['reason', 'line'],
    range: 30,
    sql: ({ landing }) => sql`${quarantineSql(mapping, landing)}`,
  })
  /** What was known of the shop by the end of each day. */
  const snapshot = sqlAsset({
    key: 'features/shop',
    partitions: days,
    deps: { rows: through(rows, trailing({ days: 'all' })) },
    orderBy: ['day'],
    sql: ({ rows, partition }) => sql`
      SELECT ${partition.first} AS day, count() AS rows, sum(size) AS size FROM ${rows}
      WHERE seen < ${partition.first} + INTERVAL 1 DAY`,
  })
  return { assets: [source, landing, rows, quarantine, snapshot] }
}

const now = '2026-03-05T06:00:00Z'

async function quarantine(mapping: keyof typeof graphs, args: string[], options = {}): Promise<ModuleOutput> {
  const around = { settings: await home.settings('shop'), definitions: graphs[mapping], now }
  const source = { mapping: { strict, mild, mended }[mapping], rows: 'raw/shop', quarantine: 'raw/shop_quarantine' }
  return runQuarantine(around, [source], args, options)
}

test('a mended rule lets rows in from the moment it was mended, and earlier snapshots stay as they were', async () => {
  const lab = openLab(await home.settings('shop'), graphs.strict)
  expect((await lab.materialize(now)).troubles).toEqual([])
  const before = await lab.dataVersions(now, 'features/shop')

  const listed = await quarantine('strict', ['list'])
  expect(listed.json).toEqual([
    { source: 'shop', day: '2026-03-01', reason: 'no JSON object', rows: 1, sample: '{"id":' },
    { source: 'shop', day: '2026-03-01', reason, rows: 1, sample: row('b', '2 pcs', '2026-03-01 11:00:00') },
    { source: 'shop', day: '2026-03-02', reason, rows: 1, sample: row('c', '3 pcs', '2026-03-02 10:00:00') },
  ])
  expect(listed.text).toContain('shop: size is no number  2 rows (2026-03-01 .. 2026-03-02, 2 days)')
  expect((await quarantine('strict', ['list'], { from: '2026-03-02' })).json).toHaveLength(1)

  const replayed = await quarantine('mended', ['replay', 'shop'], { reason })
  expect(replayed.json).toMatchObject({ released: 2, left: 0, days: ['2026-03-01', '2026-03-02'], knownFrom: at })
  expect((await quarantine('mended', ['list'])).json).toMatchObject([{ reason: 'no JSON object' }])

  const later = openLab(await home.settings('shop'), graphs.mended)
  expect((await later.materialize(now)).troubles).toEqual([])
  const after = await later.dataVersions(now, 'features/shop')
  const changed = Object.keys(after).filter((day) => after[day] !== before[day])
  expect(changed).toEqual(['2026-03-04'])
  expect(Object.keys(after)).toContain('2026-03-03')
})

test('a replay without the moment of mending is refused, and says what to write where', async () => {
  await expect(quarantine('mild', ['replay', 'shop'], { reason: 'no JSON object' })).rejects.toThrow(
    /does not say since when that rule is mended.*add \{ reason: 'no JSON object', when: .*, at: '2026-03-05T06:00:00.000Z' \}/,
  )
})

test.each([
  [['replay', 'shop'], { reason: 'who knows' }, "no row of shop is in quarantine for 'who knows'"],
  [['replay', 'shop'], {}, 'neither a list nor a replay of one source and one reason'],
  [['replay'], { reason }, 'neither a list nor a replay of one source and one reason'],
  [['list', 'till'], {}, "there is no source 'till': The sources are shop."],
  [['list'], { from: 'March' }, "--from is 'March'"],
])('wrong usage: %j %j', async (args, options, message) => {
  await expect(quarantine('strict', args, options)).rejects.toThrow(message)
})
