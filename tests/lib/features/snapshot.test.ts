import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { behaviourEventsSql, FARTHEST_AHEAD, LATEST_LAG } from '../../../lib/features/behaviour-events-sql.ts'
import {
  accountFeatures,
  behaviourFeatures,
  calendarFeatures,
  churnFeatures,
  viewingFeatures,
} from '../../../lib/features/churn-features.ts'
import { dailyStatesSql, statesKnownOnSql } from '../../../lib/features/daily-states-sql.ts'
import { type Feature, measuresOf } from '../../../lib/features/feature.ts'
import { seconds } from '../../../lib/features/labels/reference.ts'
import { defaultRule as rule } from '../../../lib/features/labels/rule.ts'
import { snapshotStateSql } from '../../../lib/features/labels/snapshot-state-sql.ts'
import type { EventFamily } from '../../../lib/features/measure.ts'
import { modelColumns, snapshotSql } from '../../../lib/features/snapshot-sql.ts'
import { viewingEventsSql } from '../../../lib/features/viewing-events-sql.ts'
import { behaviourDdl, dayText, smallBehaviour } from './behaviour-world.ts'
import { type Engine, loadChanges, openEngine } from './engine.ts'
import { naiveAccount, naiveBehaviour, naiveCalendar, naiveDeeds } from './naive-behaviour.ts'
import { naiveViewing } from './naive-features.ts'
import { catalogueDdl, eventsDdl, smallWorld } from './world.ts'

const USERS = 25
const world = smallWorld(7, USERS)
const users = Array.from({ length: USERS }, (_, u) => `u${String(u).padStart(3, '0')}`)
const behaviour = smallBehaviour(8, users)
const behaviourMeasures = measuresOf(churnFeatures, 'behaviour')
const days = daysFrom('2026-03-01', 40)
const settings = 'SETTINGS output_format_json_quote_64bit_integers = 0'
const names = Object.keys(behaviourDdl) as (keyof typeof behaviourDdl)[]
type Row = Record<string, unknown> & { user_id: string; snapshot_day: string }

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await loadChanges(engine, 'changes', world.changes)
  await load('catalogue', catalogueDdl, world.titles)
  await load('events', eventsDdl, world.events)
  for (const name of names) await load(name, behaviourDdl[name], behaviour[name])
  for (const family of ['viewing', 'behaviour'] as const) {
    await engine.command(
      `CREATE TABLE ${family}_states ENGINE = MergeTree ORDER BY (user_id, day, lag) AS ${states(family)}`,
    )
  }
})
afterAll(() => engine.close())

function daysFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    new Date(Date.parse(first) + i * 86_400_000).toISOString().slice(0, 10),
  )
}

async function load(table: string, ddl: string, rows: readonly object[]): Promise<void> {
  await engine.command(`CREATE OR REPLACE TABLE ${table} (${ddl}) ENGINE = MergeTree ORDER BY tuple()`)
  await engine.insert(table, rows)
}

/** Tables of the world as far as they were known at a moment, or all of them. */
function knownBy(moment?: string) {
  const known = (table: string, column: string): string =>
    moment ? `(SELECT * FROM ${table} WHERE ${column} <= toDateTime('${moment}', 'UTC'))` : table
  return {
    player: known('events', 'received_at'),
    web: known('web', 'received_at'),
    app: known('app', 'received_at'),
    tv: known('tv', 'received_at'),
    links: known('links', 'known_at'),
    accounts: known('accounts', 'known_at'),
  }
}

function states(family: EventFamily, tables = knownBy()): string {
  const events =
    family === 'viewing'
      ? viewingEventsSql({ player: tables.player, catalogue: 'catalogue', rule })
      : behaviourEventsSql({ ...tables, rule })
  return dailyStatesSql({ events, measures: measuresOf(churnFeatures, family) })
}

/** Without tables: from the states of all rows, made once. */
function snapshotQuery(tables?: ReturnType<typeof knownBy>): string {
  const param = '{days:Array(Date)}'
  const of = (family: EventFamily): string => (tables ? `(${states(family, tables)})` : `${family}_states`)
  return snapshotSql({
    states: { viewing: of('viewing'), behaviour: of('behaviour') },
    billing: `(${snapshotStateSql({ changes: 'changes', days: param, rule })})`,
    accounts: (tables ?? knownBy()).accounts,
    catalogue: 'catalogues',
    days: param,
    features: churnFeatures,
    rule,
  })
}

async function snapshot(wanted: readonly string[], tables?: ReturnType<typeof knownBy>): Promise<Row[]> {
  const sql = `SELECT * FROM (${snapshotQuery(tables)}) ORDER BY snapshot_day, user_id ${settings}`
  return engine.rows<Row>(sql, { days: wanted })
}

function pick(row: Row, features: readonly Feature[]): object {
  return Object.fromEntries(features.map(({ name }) => [name, row[name]]))
}

describe('the snapshot', () => {
  it('has the features that a naive reading of all rows gives', async () => {
    const rows = await snapshot(days)
    const deeds = naiveDeeds(behaviour)
    expect(rows.length).toBeGreaterThan(500)
    for (const row of rows) {
      const { user_id: user, snapshot_day: day } = row
      const mine = world.events.filter((event) => event.user_id === user)
      const done = deeds.filter((deed) => deed.user === user)
      expect(pick(row, viewingFeatures), `${user} ${day}`).toEqual(naiveViewing(mine, world.titles, day))
      expect(pick(row, behaviourFeatures), `${user} ${day}`).toEqual(naiveBehaviour(done, mine, day))
      expect(pick(row, accountFeatures), `${user} ${day}`).toEqual(naiveAccount(behaviour, user, day))
      expect(pick(row, calendarFeatures), `${user} ${day}`).toEqual(naiveCalendar(behaviour, day))
    }
    // The world has all that is to be told apart: each feature takes several values, some are not known.
    for (const { name } of churnFeatures.filter(({ source }) => source !== 'billing')) {
      expect(new Set(rows.map((row) => row[name])).size, name).toBeGreaterThan(1)
    }
    expect(rows.some((row) => row.email_verified === null)).toBe(true)
  })

  it('is the same for a range of days, a sparse list in any order, and each day alone', async () => {
    const range = await snapshot(days)
    const sparse = [days[30], days[3], days[17]] as string[]
    expect(await snapshot(sparse)).toEqual(range.filter((row) => sparse.includes(row.snapshot_day)))
    for (const day of [days[0], days[22], days[39]] as string[]) {
      expect(await snapshot([day])).toEqual(range.filter((row) => row.snapshot_day === day))
    }
  })

  it('does not change with what becomes known after the cut-off, identity links included', async () => {
    for (const day of [days[4], days[20], days[33]] as string[]) {
      const cutoff = new Date(Date.parse(`${day}T00:00:00Z`) + 27 * 3_600_000).toISOString().slice(0, 19)
      const moment = cutoff.replace('T', ' ')
      for (const rows of [world.events, behaviour.web, behaviour.app, behaviour.tv]) {
        expect(rows.some(({ received_at }) => seconds(received_at) > Date.parse(`${cutoff}Z`) / 1000)).toBe(true)
      }
      expect(await snapshot([day], knownBy(moment))).toEqual(await snapshot([day]))
    }
  })

  it('has Float32 columns for the models, one for each feature', async () => {
    const columns = modelColumns(churnFeatures)
    expect(columns.map(({ name }) => name)).toEqual(churnFeatures.map(({ name }) => name))
    const list = columns.map(({ name, sql: value }) => `${value} AS m_${name}`).join(', ')
    const types = await engine.rows<{ type: string }>(`DESCRIBE (SELECT ${list} FROM (${snapshotQuery()}))`, { days })
    expect(types).toHaveLength(columns.length)
    for (const { type } of types) expect(type).toMatch(/^(Nullable\()?Float32\)?$/)
  })
})

describe.each(['viewing', 'behaviour'] as const)('daily states of %s', (family) => {
  const order = `ORDER BY user_id, day, lag ${settings}`

  it('do not depend on the order of the rows', async () => {
    const before = await engine.rows(`SELECT * FROM (${states(family)}) ${order}`)
    const { web, app, tv, links } = behaviour
    for (const [name, ddl, rows] of [
      ['player', eventsDdl, world.events],
      ['web', behaviourDdl.web, web],
      ['app', behaviourDdl.app, app],
      ['tv', behaviourDdl.tv, tv],
      ['links', behaviourDdl.links, links],
    ] as const) {
      await load(`reversed_${name}`, ddl, [...rows].reverse())
    }
    const reversed = Object.fromEntries(Object.keys(knownBy()).map((name) => [name, `reversed_${name}`]))
    expect(await engine.rows(`SELECT * FROM (${states(family, reversed as never)}) ${order}`)).toEqual(before)
    expect(before.length).toBeGreaterThan(1000)
  })

  it('lived day by day equal those of the archive', async () => {
    const archive = await engine.rows<{ day: string; lag: number }>(`SELECT * FROM (${states(family)}) ${order}`)
    // At c(D) of D = 2026-03-10 only these rows are there, each already as it will stay.
    const known = knownBy('2026-03-11 03:00:00')
    const lived = await engine.rows(`SELECT * FROM (${states(family, known)}) WHERE day <= '2026-03-10' ${order}`)
    const lastDay = Date.parse('2026-03-10') / 86_400_000
    expect(lived).toEqual(archive.filter((row) => Date.parse(row.day) / 86_400_000 + row.lag <= lastDay))
    expect(archive.some((row) => row.lag > 1)).toBe(true)
  })
})

describe('states of behaviour by the day on which they became known', () => {
  const order = `ORDER BY user_id, day, lag ${settings}`
  const at = (day: string, days: number): string => dayText(Date.parse(day) / 86_400_000 + days)

  it('are made once and for all, from few days of rows', async () => {
    const between = (table: string, day: string, from: string, to: string): string =>
      `(SELECT * FROM ${table} WHERE ${day} BETWEEN '${from}' AND '${to}')`
    const eventDay = `toDate(event_time, '${rule.zone}')`
    for (const known of daysFrom('2026-02-08', 5)) {
      // What a morning has: whole event days of the week before, app events of one receive day more, links so far.
      const from = at(known, -LATEST_LAG)
      const tables = {
        ...knownBy(`${at(known, 1)} 05:00:00`),
        web: between(knownBy(`${at(known, 1)} 05:00:00`).web, eventDay, from, known),
        tv: between(knownBy(`${at(known, 1)} 05:00:00`).tv, eventDay, from, known),
        app: between('app', 'day', at(from, -FARTHEST_AHEAD), known),
      }
      const request = { events: behaviourEventsSql({ ...tables, rule }), measures: behaviourMeasures }
      const rows = await engine.rows(`SELECT * FROM (${statesKnownOnSql(`[toDate('${known}')]`, request)}) ${order}`)
      const archive = `SELECT addDays(day, lag) AS known_day, * FROM behaviour_states WHERE known_day = '${known}'`
      expect(rows).toEqual(await engine.rows(`SELECT * FROM (${archive}) ${order}`))
      expect(rows.length).toBeGreaterThan(10)
    }
  })
})
