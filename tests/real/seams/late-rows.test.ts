/** Seam 3: rows that come late, within the publish lag and beyond it, on the real graph. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snapshotDays } from '../../../assets/service.ts'
import { asset, defineGraph, type ResourceSettings, value } from '../../../lib/graph/index.ts'
import { type DaySource, openSimulatedSources } from '../../../lib/sources/index.ts'
import type { PlanStep } from '../../../materializations/operations/describe-plan.ts'
import { type Home, makeHome } from './support/home.ts'
import { addDays, daysBetween, isEmpty, type Lab, type Outcome, openLab } from './support/lab.ts'
import { realDefinitions, servingCutoff, servingDay, servingTime, simulateInto } from './support/small-world.ts'

const first = '2026-04-03'
const last = '2026-04-13'
/** How many days after its own the rows come that the first scenario is about. */
const LAG_DAYS = 2
/** Its source hid all that came from its midnight on. */
const INSIDE = '2026-04-09'
const now = servingTime(last)
const request = { select: '+probe/reader' }

/** Days of player events whose source shows nothing that came after a moment. */
const outages = new Map<string, Date>()

let home: Home
let lab: Lab
/** Its source hid what came after the cut-off of so many days later; there is viewing among that. */
let beyond: string

beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  await simulateInto(home.folder, { users: 150, days: 101, duplicateShare: 0.2 })
  const real = await realDefinitions()
  const { graph } = real
  const snapshot = graph.asset('features/snapshot')
  const reader = asset({
    key: 'probe/reader',
    partitions: snapshotDays,
    deps: { snapshot },
    store: value,
    materialize: async ({ inputs }) => ({ kind: 'value', value: inputs.snapshot.only().dataVersion }),
  })
  const assets = [...graph.assets.values(), reader]
  lab = openLab(await home.settings('late'), { ...real, graph: defineGraph({ assets, resources: openOutage }) })
})
afterAll(() => home.remove())

/** The sources of the world, one of which loses sight of what comes late. */
async function openOutage(settings: ResourceSettings) {
  const { sources } = await openSimulatedSources(join(settings.home, 'world'))
  const seen = (day: string, now: Date) => new Date(Math.min(now.getTime(), outages.get(day)?.getTime() ?? Infinity))
  const { player_events } = sources
  const failing: DaySource = {
    ...player_events,
    observe: async (days, now) => {
      const found = await Promise.all(days.map((day) => player_events.observe([day], seen(day, now))))
      return found.flat()
    },
    read: (days, now) => player_events.read(days, seen(days[0]!, now)),
  }
  return { sources: { ...sources, player_events: failing } }
}

/** Serving days of the good rows of a day that came after a moment, each once; of all, and of those with viewing. */
async function servingDays(day: string, after: Date): Promise<{ all: string[]; viewing: string[] }> {
  const rows = await lab.at(now, async ({ stores }) =>
    (await stores.warehouse()).rows<{ ms: string; watched_s: string }>(
      `SELECT toUnixTimestamp(received_at) * 1000 AS ms, watched_s FROM raw__player_events
       WHERE day = {day:Date} AND received_at > {after:DateTime} AND received_at <= {now:DateTime} ORDER BY ms`,
      { params: { day, after, now: new Date(now) } },
    ),
  )
  const days = (kept: typeof rows) => kept.map(({ ms }) => servingDay(Number(ms)))
  return { all: days(rows), viewing: days(rows.filter((row) => Number(row.watched_s) > 0)) }
}

function changed(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  expect(Object.keys(after)).toEqual(Object.keys(before))
  return Object.keys(after).filter((day) => after[day] !== before[day])
}

/** What a run says of an asset. */
const ofAsset = (names: readonly string[], key: string) =>
  names.filter((name) => name.startsWith(`${key}@`)).map((name) => name.slice(key.length + 1))

const cause = (step: PlanStep) => step.causes.map(({ kind, upstream, partition }) => ({ kind, upstream, partition }))

/** The plan after the source of one day is whole again. */
async function planAfterRepair(day: string): Promise<void> {
  const plan = await lab.plan(now, request)
  const upstream = (name: string) => [{ kind: 'upstream', upstream: name, partition: undefined }]
  const readers = daysBetween(day, last)
  const nothing = { count: 0, ranges: '' }
  expect(plan.steps.map((step) => [step.key, cause(step), step.partitions])).toEqual([
    ['landing/player_events', [{ kind: 'data', upstream: 'source/player_events', partition: day }], [day]],
    ['raw/player_events', upstream('landing/player_events'), [day]],
    ['features/viewing_daily', upstream('raw/player_events'), [day]],
    ['features/snapshot', upstream('features/viewing_daily'), readers],
    ['probe/reader', upstream('features/snapshot'), readers],
  ])
  const [landing, ...others] = plan.steps
  expect([landing!.proven.count, landing!.possible.count]).toEqual([1, 0])
  for (const step of others) expect(step.proven.count).toBe(nothing.count)
  expect(plan.counts).toEqual({ proven: 1, possible: 2 + 2 * readers.length, blocked: 0 })
}

/** Repairs a day and checks that the plan, the run and the data agree with when the hidden rows came. */
async function repair(day: string): Promise<{ outcome: Outcome; changedDays: string[] }> {
  const hiddenAfter = outages.get(day)!
  const before = await lab.dataVersions(now, 'features/snapshot')
  outages.delete(day)
  await planAfterRepair(day)
  const outcome = await lab.materialize(now, request)
  expect(outcome.troubles).toEqual([])
  const changedDays = changed(before, await lab.dataVersions(now, 'features/snapshot'))

  const served = await servingDays(day, hiddenAfter)
  const [earliest, earliestViewing] = [served.all.toSorted()[0]!, served.viewing.toSorted()[0]!]
  // Nothing moves whose cut-off had passed when the first of these rows came; viewing moves everything after it came.
  for (const moved of changedDays) expect(moved >= earliest).toBe(true)
  expect(changedDays).toEqual(expect.arrayContaining(daysBetween(earliestViewing, last)))
  expect(ofAsset(outcome.made, 'features/snapshot')).toEqual(daysBetween(day, last))
  expect(ofAsset(outcome.made, 'probe/reader')).toEqual(changedDays)
  expect(ofAsset(outcome.unchanged, 'probe/reader')).toEqual(
    daysBetween(day, last).filter((one) => !changedDays.includes(one)),
  )
  expect(isEmpty(await lab.plan(now, request))).toBe(true)
  return { outcome, changedDays }
}

describe('rows that come late', () => {
  test('are not there while their source does not show them', async () => {
    beyond = await dayWithLateViewing()
    outages.set(beyond, cutoffAfterLag(beyond))
    outages.set(INSIDE, new Date(`${addDays(INSIDE, 1)}T00:00:00+03:00`))
    const outcome = await lab.materialize(now, request)
    expect(outcome.troubles).toEqual([])
    expect(Object.keys(await lab.dataVersions(now, 'features/snapshot'))).toEqual(daysBetween(first, last))
    expect(isEmpty(await lab.plan(now, request))).toBe(true)
  })

  test('days beyond the publish lag change only snapshots whose cut-off had not passed when they came', async () => {
    const { changedDays } = await repair(beyond)
    expect(changedDays.length).toBeGreaterThan(0)
    expect(changedDays[0]! > addDays(beyond, LAG_DAYS)).toBe(true)
  })

  test('within the publish lag change the snapshot of their own day too', async () => {
    const { changedDays } = await repair(INSIDE)
    expect(changedDays).toEqual(daysBetween(INSIDE, last))
  })

  test('that are copies of others end where the rows are made one', async () => {
    const day = await hideCopies()
    const before = await lab.materialize(now, request)
    expect(before.troubles).toEqual([])
    outages.delete(day)
    await planAfterRepair(day)
    const outcome = await lab.materialize(now, request)
    expect(outcome.made).toEqual([`landing/player_events@${day}`, `raw/player_events@${day}`])
    expect(ofAsset(outcome.unchanged, 'features/viewing_daily')).toEqual([day])
    expect(ofAsset(outcome.unchanged, 'features/snapshot')).toEqual(daysBetween(day, last))
    expect(ofAsset(outcome.unchanged, 'probe/reader')).toEqual(daysBetween(day, last))
  })
})

const cutoffAfterLag = (day: string) => new Date(servingCutoff(addDays(day, LAG_DAYS)))

/** The newest day, not settled yet and with snapshots left to change, of which viewing came that late for the first time. */
async function dayWithLateViewing(): Promise<string> {
  for (const day of daysBetween(addDays(last, -7), addDays(last, -LAG_DAYS - 1)).reverse()) {
    if (day === INSIDE) continue
    const { sources } = await openSimulatedSources(join(home.folder, 'world'))
    const { table } = await sources.player_events.read([day], new Date(now))
    const [late] = await lab.at(now, async ({ stores }) =>
      (await stores.warehouse()).rows(
        `SELECT event_id FROM ${table} WHERE event_id != '' AND user_id != '' GROUP BY event_id
         HAVING min(received_at) > {after:DateTime} AND min(watched_s) > 0 LIMIT 1`,
        { params: { after: cutoffAfterLag(day) } },
      ),
    )
    if (late !== undefined) return day
  }
  throw new Error(`no day of the world has viewing that came ${LAG_DAYS} days late; simulate more users`)
}

/** Hides, of the newest day where that is possible, nothing but late copies of rows that came before. */
async function hideCopies(): Promise<string> {
  const BATCH_MS = 900_000
  for (const day of daysBetween(addDays(last, -6), last).reverse()) {
    const { sources } = await openSimulatedSources(join(home.folder, 'world'))
    const { table } = await sources.player_events.read([day], new Date(now))
    const rows = await lab.at(now, async ({ stores }) =>
      (await stores.warehouse()).rows<{ event_id: string; ms: string }>(
        `SELECT event_id, toUnixTimestamp64Milli(received_at) AS ms FROM ${table} ORDER BY received_at DESC`,
      ),
    )
    const newest = rows.slice(0, 1 + rows.findIndex((row, i) => !isCopy(rows, i) && row.event_id !== ''))
    const original = Number(newest.at(-1)!.ms)
    const until = Math.ceil(original / BATCH_MS) * BATCH_MS
    if (!newest.some((row) => Number(row.ms) > until)) continue
    outages.set(day, new Date(until))
    return day
  }
  throw new Error('no day of the world ends with copies; simulate another seed')
}

function isCopy(rows: readonly { event_id: string }[], index: number): boolean {
  return rows.slice(index + 1).some((row) => row.event_id === rows[index]!.event_id)
}
