import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { churnFeatures, viewingFeatures } from '../../../lib/features/churn-features.ts'
import { dailyStatesSql } from '../../../lib/features/daily-states-sql.ts'
import { seconds } from '../../../lib/features/labels/reference.ts'
import { defaultRule } from '../../../lib/features/labels/rule.ts'
import { snapshotStateSql } from '../../../lib/features/labels/snapshot-state-sql.ts'
import { modelColumns, snapshotSql } from '../../../lib/features/snapshot-sql.ts'
import { type Engine, loadChanges, openEngine } from './engine.ts'
import { naiveViewing } from './naive-features.ts'
import { catalogueDdl, type EventRow, eventsDdl, smallWorld } from './world.ts'

const world = smallWorld(7, 25)
const days = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2026, 2, 1 + i)).toISOString().slice(0, 10))
const settings = 'SETTINGS output_format_json_quote_64bit_integers = 0'
type Row = Record<string, unknown> & { user_id: string; snapshot_day: string }

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await loadChanges(engine, 'changes', world.changes)
  await load('catalogue', catalogueDdl, world.titles)
  await load('events', eventsDdl, world.events)
})
afterAll(() => engine.close())

async function load(table: string, ddl: string, rows: readonly object[]): Promise<void> {
  await engine.command(`CREATE OR REPLACE TABLE ${table} (${ddl}) ENGINE = MergeTree ORDER BY tuple()`)
  await engine.insert(table, rows)
}

function states(events = 'events'): string {
  return dailyStatesSql({ events, catalogue: 'catalogue', rule: defaultRule, features: churnFeatures })
}

async function snapshot(wanted: readonly string[], from = `(${states()})`): Promise<Row[]> {
  const param = '{days:Array(Date)}'
  const billing = `(${snapshotStateSql({ changes: 'changes', days: param, rule: defaultRule })})`
  const sql = snapshotSql({ states: from, billing, days: param, features: churnFeatures })
  return engine.rows<Row>(`SELECT * FROM (${sql}) ORDER BY snapshot_day, user_id ${settings}`, { days: wanted })
}

describe('the snapshot', () => {
  it('has the features that a naive reading of the events gives', async () => {
    const rows = await snapshot(days)
    expect(rows.length).toBeGreaterThan(500)
    for (const row of rows) {
      const mine = world.events.filter((event) => event.user_id === row.user_id)
      const wanted = naiveViewing(mine, world.titles, row.snapshot_day)
      const found = Object.fromEntries(viewingFeatures.map(({ name }) => [name, row[name]]))
      expect(found, `${row.user_id} ${row.snapshot_day}`).toEqual(wanted)
    }
  })

  it('is the same for a range of days, a sparse list in any order, and each day alone', async () => {
    const range = await snapshot(days)
    const sparse = [days[30], days[3], days[17]] as string[]
    expect(await snapshot(sparse)).toEqual(range.filter((row) => sparse.includes(row.snapshot_day)))
    for (const day of [days[0], days[22], days[39]] as string[]) {
      expect(await snapshot([day])).toEqual(range.filter((row) => row.snapshot_day === day))
    }
  })

  it('does not change with what becomes known after the cut-off', async () => {
    const day = days[20] as string
    const cutoff = Date.parse(`${day}T00:00:00Z`) / 1000 + 86_400 + 3 * 3600
    const known = world.events.filter((event: EventRow) => seconds(event.received_at) <= cutoff)
    expect(known.length).toBeLessThan(world.events.length)
    await load('events_known', eventsDdl, known)
    expect(await snapshot([day], `(${states('events_known')})`)).toEqual(await snapshot([day]))
  })

  it('has Float32 columns for the models, one for each feature', async () => {
    const columns = modelColumns(churnFeatures)
    expect(columns.map(({ name }) => name)).toEqual(churnFeatures.map(({ name }) => name))
    const param = '{days:Array(Date)}'
    const billing = `(${snapshotStateSql({ changes: 'changes', days: param, rule: defaultRule })})`
    const sql = snapshotSql({ states: `(${states()})`, billing, days: param, features: churnFeatures })
    const list = columns.map(({ name, sql: value }) => `${value} AS m_${name}`).join(', ')
    const types = await engine.rows<{ type: string }>(`DESCRIBE (SELECT ${list} FROM (${sql}))`, { days })
    expect(types).toHaveLength(columns.length)
    for (const { type } of types) expect(type).toMatch(/^(Nullable\()?Float32\)?$/)
  })
})

describe('daily states', () => {
  it('do not depend on the order of the events', async () => {
    const order = `ORDER BY user_id, day, lag ${settings}`
    const before = await engine.rows(`SELECT * FROM (${states()}) ${order}`)
    await load('events_reversed', eventsDdl, [...world.events].reverse())
    expect(await engine.rows(`SELECT * FROM (${states('events_reversed')}) ${order}`)).toEqual(before)
    expect(before.length).toBeGreaterThan(1000)
  })

  it('lived day by day equal those of the archive', async () => {
    const order = `ORDER BY user_id, day, lag ${settings}`
    const archive = await engine.rows<{ day: string; lag: number }>(`SELECT * FROM (${states()}) ${order}`)
    // At c(D) of D = 2026-03-10 only these rows are there, each already as it will stay.
    const cutoff = `toDateTime('2026-03-11 03:00:00', 'UTC')`
    const known = `(SELECT * FROM events WHERE received_at <= ${cutoff})`
    const lived = await engine.rows(`SELECT * FROM (${states(known)}) WHERE day <= '2026-03-10' ${order}`)
    const lastDay = Date.parse('2026-03-10') / 86_400_000
    expect(lived).toEqual(archive.filter((row) => Date.parse(row.day) / 86_400_000 + row.lag <= lastDay))
    expect(archive.some((row) => row.lag > 1)).toBe(true)
  })
})
