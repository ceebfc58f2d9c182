/** Seam 5: what makes two partitions the same, and what a change of a table's schema does to its readers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../../lib/config/index.ts'
import { daily, noNulls, sql, sqlAsset, through, trailing } from '../../../lib/graph/index.ts'
import { type Home, makeHome } from './support/home.ts'
import { inMemory, isEmpty, type Lab, type Outcome, openLab } from './support/lab.ts'

const now = '2026-03-04T07:00:00+03:00'
const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })
const newest = { request: { kind: 'latest' } } as const

let home: Home
let settings: Settings

beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  settings = await home.settings('versions')
})
afterAll(() => home.remove())

describe('the data version of a table partition', () => {
  /** Data version of one day that holds these rows. */
  async function versionOf(rows: string, options: { key?: string; uncounted?: string[] } = {}): Promise<string> {
    const { key = 'content/table', uncounted = [] } = options
    const table = sqlAsset({
      key,
      partitions: daily({ start: '2026-03-01', end: '2026-03-02', timezone: 'Europe/Moscow' }),
      orderBy: [],
      uncounted,
      sql: ({ partition }) => sql`SELECT ${partition.first} AS day, * FROM (${rows})`,
    })
    const lab = openLab(settings, await inMemory(home.folder, { assets: [table] }))
    const { troubles } = await lab.materialize(now, { force: true })
    expect(troubles).toEqual([])
    const version = (await lab.dataVersions(now, key))['2026-03-01']!
    expect(version).toMatch(/^c1:[0-9a-f]{32}$/)
    return version
  }
  const values = (...rows: string[]) => `SELECT * FROM values('a UInt32, b Nullable(String)', ${rows.join(', ')})`

  test('tells NULL from an empty text, from another NULL and from no row', async () => {
    const base = "(1, 'x')"
    const versions = [
      await versionOf(values(base)),
      await versionOf(values(base, '(2, NULL)')),
      await versionOf(values(base, "(2, '')")),
      await versionOf(values(base, '(3, NULL)')),
      await versionOf(values(base, '(2, NULL)', '(3, NULL)')),
      await versionOf(values('(2, NULL)')),
      await versionOf(values('(3, NULL)')),
    ]
    expect(new Set(versions).size).toBe(versions.length)
  })

  test('tells how often a row is there', async () => {
    const row = "(1, 'x')"
    const versions = []
    for (const times of [1, 2, 3, 4]) versions.push(await versionOf(values(...Array<string>(times).fill(row))))
    versions.push(await versionOf(values("(1, 'y')", "(1, 'y')")))
    versions.push(await versionOf(values("(1, 'x')", "(1, 'y')", "(1, 'y')")))
    expect(new Set(versions).size).toBe(versions.length)
  })

  test('does not depend on the order of rows, on who made them or on the table', async () => {
    const rows = ["(1, 'x')", '(2, NULL)', "(3, 'z')"]
    const version = await versionOf(values(...rows))
    expect(await versionOf(values(...rows.toReversed()))).toBe(version)
    expect(await versionOf(`SELECT * FROM (${values(...rows)}) WHERE a > 0`)).toBe(version)
    expect(await versionOf(values(...rows), { key: 'content/other' })).toBe(version)
  })

  test('tells a renamed column, another type, another order and one column more', async () => {
    const rows = values("(1, 'x')", "(2, 'y')")
    const versions = [
      await versionOf(rows),
      await versionOf(`SELECT a AS c, b FROM (${rows})`),
      await versionOf(`SELECT toUInt64(a) AS a, b FROM (${rows})`),
      await versionOf(`SELECT toInt32(a) AS a, b FROM (${rows})`),
      await versionOf(`SELECT a, toLowCardinality(b) AS b FROM (${rows})`),
      await versionOf(`SELECT a, assumeNotNull(b) AS b FROM (${rows})`),
      await versionOf(`SELECT b, a FROM (${rows})`),
      await versionOf(`SELECT a, b, NULL AS c FROM (${rows})`.replace('NULL', "CAST(NULL, 'Nullable(String)')")),
      await versionOf(`SELECT a FROM (${rows})`),
    ]
    expect(new Set(versions).size).toBe(versions.length)
    expect(await versionOf(rows)).toBe(versions[0])
  })

  test('of an empty partition is one of its own, by its columns', async () => {
    const none = values("(1, 'x')").concat(' WHERE a > 1')
    const empty = await versionOf(none)
    expect(await versionOf(values("(2, 'x')").concat(' WHERE a > 2'))).toBe(empty)
    expect(await versionOf(values("(0, '')"))).not.toBe(empty)
    expect(await versionOf(values('(0, NULL)'))).not.toBe(empty)
    expect(await versionOf(`SELECT a AS c, b FROM (${none})`)).not.toBe(empty)
    expect(await versionOf(none)).toBe(empty)
  })

  test('leaves out columns that do not count, and only those', async () => {
    const rows = (time: number, a: number) => `SELECT toUInt32(${a}) AS a, toUInt32(${time}) AS made_at`
    const uncounted = ['made_at']
    const version = await versionOf(rows(1, 1), { uncounted })
    expect(await versionOf(rows(2, 1), { uncounted })).toBe(version)
    expect(await versionOf(rows(1, 2), { uncounted })).not.toBe(version)
    expect(await versionOf(rows(1, 1))).not.toBe(version)
  })
})

describe('an empty partition', () => {
  test('is fresh, is read as no rows, and makes its readers run when it fills', async () => {
    const settingsOfTest = await home.settings('empty')
    const graph = (from: string) => {
      const events = sqlAsset({
        key: 'raw/events',
        partitions: days,
        orderBy: ['n'],
        range: 30,
        sql: ({ partition }) =>
          sql`SELECT arrayJoin(${partition.list}) AS day, toUInt32(1) AS n WHERE day >= '${from}'`,
      })
      const counts = sqlAsset({
        key: 'features/counts',
        partitions: days,
        deps: { events },
        orderBy: [],
        sql: ({ events, partition }) => sql`SELECT ${partition.first} AS day, count() AS events FROM ${events}`,
      })
      return inMemory(home.folder, { assets: [events, counts] })
    }
    const lab = openLab(settingsOfTest, await graph('2026-03-03'))
    expect((await lab.materialize(now)).troubles).toEqual([])
    const rows = async () =>
      lab.at(now, async ({ stores }) =>
        (await stores.warehouse()).rows('SELECT day, toUInt32(events) AS events FROM features__counts ORDER BY day'),
      )
    const counted = (...events: number[]) => events.map((n, i) => ({ day: `2026-03-0${i + 1}`, events: n }))
    expect(await rows()).toEqual(counted(0, 0, 1))
    expect(isEmpty(await lab.plan(now))).toBe(true)
    const recorded = await lab.versions(now, 'raw/events')
    expect(recorded.get('2026-03-01')?.location).toMatchObject({ rows: 0 })

    const filled = openLab(settingsOfTest, await graph('2026-03-02'))
    const run = await filled.materialize(now)
    expect(run.troubles).toEqual([])
    expect(run.made.filter((name) => name.startsWith('features/'))).toEqual(['features/counts@2026-03-02'])
    expect(run.unchanged).toEqual(['features/counts@2026-03-01', 'features/counts@2026-03-03'])
    expect(await rows()).toEqual(counted(0, 1, 1))

    const emptied = openLab(settingsOfTest, await graph('2026-03-04'))
    expect((await emptied.materialize(now)).troubles).toEqual([])
    expect(await rows()).toEqual(counted(0, 0, 0))
    expect(isEmpty(await emptied.plan(now))).toBe(true)
  })
})

describe('a change of the schema of a table', () => {
  const V1 = 'toUInt32(1) AS a'
  const ADDED = 'toUInt32(1) AS a, toUInt32(7) AS b'
  const RETYPED = "'one' AS a"

  /** A table with these columns, a reader of its day and one of a window. */
  function definitions(columns: string, read = 'a') {
    const base = sqlAsset({
      key: 'features/base',
      partitions: days,
      orderBy: [],
      range: 30,
      checks: [noNulls('a')],
      sql: ({ partition }) => sql`SELECT arrayJoin(${partition.list}) AS day, ${columns}`,
    })
    const reader = (key: string, length: number) =>
      sqlAsset({
        key,
        partitions: days,
        deps: { base: through(base, trailing({ days: length })) },
        orderBy: [],
        sql: ({ base, partition }) =>
          sql`SELECT ${partition.first} AS day, arrayStringConcat(groupArray(toString(${read}))) AS seen FROM ${base}`,
      })
    return inMemory(home.folder, { assets: [base, reader('features/same_day', 1), reader('features/window', 3)] })
  }

  async function labOf(environment: Settings, columns: string, read?: string): Promise<Lab> {
    return openLab(environment, await definitions(columns, read))
  }

  function query<T>(lab: Lab, text: string): Promise<T[]> {
    return lab.at(now, async ({ stores }) => (await stores.warehouse()).rows<T>(text))
  }
  const seen = async (lab: Lab, table: string) =>
    (await query<{ seen: string }>(lab, `SELECT seen FROM ${table} ORDER BY day`)).map((row) => row.seen)
  const tables = async (lab: Lab) =>
    (
      await query<{ name: string }>(
        lab,
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'features__base__') ORDER BY name",
      )
    ).map((row) => row.name)
  const columnsOfView = async (lab: Lab) =>
    Object.keys((await query<Record<string, unknown>>(lab, 'SELECT * FROM features__base LIMIT 1'))[0] ?? {})
  const ofReaders = (outcome: Outcome) => outcome.troubles.map((text) => text.replace(/:.*older schema.*/, ': older'))

  test('that adds a column is made in place, and blocks readers of days that are not remade', async () => {
    const environment = await home.settings('added')
    expect((await (await labOf(environment, V1)).materialize(now)).troubles).toEqual([])
    const lab = await labOf(environment, ADDED, 'b')
    const [before] = await tables(lab)

    const part = await lab.materialize(now, newest)
    expect(part.made).toEqual(['features/base@2026-03-03', 'features/same_day@2026-03-03'])
    expect(ofReaders(part)).toEqual(['features/window@2026-03-03: older'])
    expect(await columnsOfView(lab)).toEqual(['day', 'a', 'b'])
    const alone = await lab.materialize(now, {
      select: 'features/same_day',
      request: { kind: 'keys', keys: ['2026-03-01'] },
    })
    expect(ofReaders(alone)).toEqual(['features/same_day@2026-03-01: older'])

    const rest = await lab.materialize(now)
    expect(rest.troubles).toEqual([])
    expect(await seen(lab, 'features__same_day')).toEqual(['7', '7', '7'])
    expect(await seen(lab, 'features__window')).toEqual(['7', '77', '777'])
    expect(await tables(lab)).toEqual([before])
    expect(isEmpty(await lab.plan(now))).toBe(true)
  })

  test('that was added and taken back leaves what was not remade fresh', async () => {
    const environment = await home.settings('taken_back')
    const before = await labOf(environment, V1)
    await before.materialize(now)
    const versions = await before.dataVersions(now, 'features/base')
    await (await labOf(environment, ADDED)).materialize(now, { ...newest, select: 'features/base' })

    const back = await labOf(environment, V1)
    const run = await back.materialize(now)
    expect(run.troubles).toEqual([])
    expect(run.made.filter((name) => name.startsWith('features/base'))).toEqual(['features/base@2026-03-03'])
    expect(await back.dataVersions(now, 'features/base')).toEqual(versions)
    expect(await columnsOfView(back)).toEqual(['day', 'a'])
    expect(await seen(back, 'features__window')).toEqual(['1', '11', '111'])
    expect(isEmpty(await back.plan(now))).toBe(true)

    const again = await labOf(environment, ADDED, 'b')
    expect((await again.materialize(now)).troubles).toEqual([])
    expect(await seen(again, 'features__window')).toEqual(['7', '77', '777'])
    const other = await labOf(environment, 'toUInt32(1) AS a, toUInt32(9) AS c', 'c')
    expect((await other.materialize(now)).troubles).toEqual([])
    expect(await columnsOfView(other)).toEqual(['day', 'a', 'c'])
    expect(await seen(other, 'features__window')).toEqual(['9', '99', '999'])
  })

  test('of another kind gets a table beside; the view moves when all is remade, and the old table goes', async () => {
    const environment = await home.settings('retyped')
    await (await labOf(environment, V1)).materialize(now)
    const lab = await labOf(environment, RETYPED)
    const [old] = await tables(lab)

    const part = await lab.materialize(now, newest)
    expect(part.made).toEqual(['features/base@2026-03-03', 'features/same_day@2026-03-03'])
    expect(ofReaders(part)).toEqual(['features/window@2026-03-03: older'])
    expect(await tables(lab)).toHaveLength(2)
    expect(await query(lab, 'SELECT DISTINCT a FROM features__base')).toEqual([{ a: 1 }])

    const rest = await lab.materialize(now)
    expect(rest.troubles).toEqual([])
    expect(await query(lab, 'SELECT day, a FROM features__base ORDER BY day')).toEqual(
      ['01', '02', '03'].map((day) => ({ day: `2026-03-${day}`, a: 'one' })),
    )
    expect(await tables(lab)).toHaveLength(1)
    expect(await tables(lab)).not.toContain(old)
    expect(await seen(lab, 'features__window')).toEqual(['one', 'oneone', 'oneoneone'])
    expect(isEmpty(await lab.plan(now))).toBe(true)
  })

  test('of another kind that is taken back half-way leaves what was not remade fresh', async () => {
    const environment = await home.settings('half_way')
    await (await labOf(environment, V1)).materialize(now)
    await (await labOf(environment, RETYPED)).materialize(now, { ...newest, select: 'features/base' })
    const back = await labOf(environment, V1)
    const run = await back.materialize(now)
    expect(run.troubles).toEqual([])
    expect(run.made.filter((name) => name.startsWith('features/base'))).toEqual(['features/base@2026-03-03'])
    expect(await query(back, 'SELECT DISTINCT a FROM features__base')).toEqual([{ a: 1 }])
    expect(await tables(back)).toHaveLength(1)
    expect(isEmpty(await back.plan(now))).toBe(true)
  })
})
