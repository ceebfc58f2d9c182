/** Seam 2: scores follow the champion of their day, and what was delivered is never delivered again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Settings } from '../../../lib/config/index.ts'
import {
  asOf,
  asset,
  daily,
  effectAsset,
  externalAsset,
  fixed,
  through,
  value,
  warehouse,
} from '../../../lib/graph/index.ts'
import { type Home, makeHome } from './support/home.ts'
import { inMemory, isEmpty, type Lab, openLab } from './support/lab.ts'

const timezone = 'Europe/Moscow'
const days = daily({ start: '2026-03-01', timezone, delay: { hours: 6 } })
const segments = ['trial', 'paid']

/** What the world outside holds: the model that won by segment, and what was delivered. */
const world = { candidate: { trial: 'A', paid: 'A' } as Record<string, string>, delivered: [] as string[] }

function assets(delivery: string) {
  const candidate = externalAsset({
    key: 'source/candidate',
    partitions: fixed(...segments),
    observe: async ({ partitions }) => new Map(partitions.map((name) => [name, { version: world.candidate[name]! }])),
  })
  const champion = asset({
    key: 'models/champion',
    partitions: fixed(...segments),
    deps: { candidate },
    store: value,
    materialize: async ({ inputs }) => ({ kind: 'value', value: inputs.candidate.only().dataVersion }),
  })
  const scores = asset({
    key: 'scores/churn',
    partitions: days,
    deps: { models: through(champion, asOf()) },
    store: warehouse,
    columns: { day: 'Date', segment: 'String', model: 'String' },
    orderBy: ['segment'],
    dataVersion: 'inputs',
    materialize: async ({ inputs, partition }) => ({
      kind: 'rows',
      rows: inputs.models.partitions.map((model) => [partition.date, model.partition, model.value()]),
    }),
  })
  const altcraft = effectAsset({
    key: 'delivery/altcraft',
    partitions: days,
    deps: { scores },
    codeVersion: delivery,
    act: async ({ partition }) => {
      world.delivered.push(partition.key)
      return {}
    },
  })
  return [candidate, champion, scores, altcraft]
}

let home: Home
let settings: Settings
let lab: Lab

beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  settings = await home.settings('as_of')
  lab = openLab(settings, await inMemory(home.folder, { assets: assets('1') }))
})
afterAll(() => home.remove())

/** c(day) + 1 h, when a day is usually made. */
function morningAfter(day: number): string {
  return `2026-03-${String(day + 1).padStart(2, '0')}T07:00:00+03:00`
}

/** Models by day, read from the table that people read: `trial paid`. */
async function modelsByDay(): Promise<Record<string, string>> {
  const rows = await lab.at(morningAfter(20), async ({ stores }) =>
    (await stores.warehouse()).rows<{ day: string; models: string }>(
      "SELECT day, arrayStringConcat(arrayMap(x -> x.2, arraySort(groupArray((if(segment = 'trial', 0, 1), model)))), ' ') AS models FROM scores__churn GROUP BY day ORDER BY day",
    ),
  )
  return Object.fromEntries(rows.map(({ day, models }) => [day, models]))
}

describe('a champion that scores follow as of their day', () => {
  test('scores what there was before it with the first one, and delivers the newest day alone', async () => {
    const first = await lab.materialize(morningAfter(3))
    expect(first.troubles).toEqual([])
    expect(await modelsByDay()).toEqual({ '2026-03-01': 'A A', '2026-03-02': 'A A', '2026-03-03': 'A A' })
    expect(world.delivered).toEqual(['2026-03-03'])
    expect(isEmpty(await lab.plan(morningAfter(3)))).toBe(true)
  })

  test('promoted at noon, it makes no earlier score stale and scores from that day on', async () => {
    const before = await lab.versions(morningAfter(3), 'scores/churn')
    world.candidate.paid = 'B'
    const noon = '2026-03-04T12:00:00+03:00'
    const plan = await lab.plan(noon)
    expect(plan.steps.map((step) => [step.key, step.partitions])).toEqual([['models/champion', ['paid']]])
    expect((await lab.materialize(noon)).made).toEqual(['models/champion@paid'])
    expect(isEmpty(await lab.plan(noon))).toBe(true)

    const next = await lab.materialize(morningAfter(4))
    expect(next.made).toEqual(['delivery/altcraft@2026-03-04', 'scores/churn@2026-03-04'])
    expect(await modelsByDay()).toMatchObject({ '2026-03-03': 'A A', '2026-03-04': 'A B' })
    const after = await lab.versions(morningAfter(4), 'scores/churn')
    for (const [day, version] of before) expect(after.get(day)?.seq).toBe(version.seq)
  })

  test('promoted in the run that scores a day whose window had ended, it scores from the next day on', async () => {
    world.candidate.trial = 'B'
    const run = await lab.materialize(morningAfter(5))
    expect(run.made).toEqual(['delivery/altcraft@2026-03-05', 'models/champion@trial', 'scores/churn@2026-03-05'])
    await lab.materialize(morningAfter(6))
    expect(await modelsByDay()).toMatchObject({ '2026-03-05': 'A B', '2026-03-06': 'B B' })
    expect(isEmpty(await lab.plan(morningAfter(6)))).toBe(true)
  })

  test('scores a day again by its own champion, not by the newest, when that day is forced', async () => {
    const day = { request: { kind: 'keys', keys: ['2026-03-03'] }, select: 'scores/churn' } as const
    const before = await lab.dataVersions(morningAfter(6), 'scores/churn')
    expect((await lab.materialize(morningAfter(6), { ...day, force: true })).made).toEqual(['scores/churn@2026-03-03'])
    expect(await lab.dataVersions(morningAfter(6), 'scores/churn')).toEqual(before)
    expect(isEmpty(await lab.plan(morningAfter(6)))).toBe(true)
  })

  test('moves earlier scores by --restate alone, which then holds', async () => {
    const request = { kind: 'keys', keys: ['2026-03-02'] } as const
    const restate = { select: 'scores/churn', restate: true, request } as const
    const plan = await lab.plan(morningAfter(6), restate)
    expect(plan.steps).toMatchObject([
      { key: 'scores/churn', partitions: ['2026-03-02'], causes: [{ kind: 'restated', upstream: 'models/champion' }] },
    ])
    expect((await lab.materialize(morningAfter(6), restate)).made).toEqual(['scores/churn@2026-03-02'])
    expect(await modelsByDay()).toMatchObject({ '2026-03-01': 'A A', '2026-03-02': 'B B', '2026-03-03': 'A A' })
    expect(isEmpty(await lab.plan(morningAfter(6)))).toBe(true)

    world.candidate.paid = 'C'
    await lab.materialize(morningAfter(7))
    await lab.materialize(morningAfter(8))
    expect(await modelsByDay()).toMatchObject({ '2026-03-02': 'B B', '2026-03-07': 'B B', '2026-03-08': 'B C' })
    await lab.materialize(morningAfter(8), restate)
    expect(await modelsByDay()).toMatchObject({ '2026-03-01': 'A A', '2026-03-02': 'B C' })
    expect(isEmpty(await lab.plan(morningAfter(8)))).toBe(true)
  })
})

describe('a delivery', () => {
  const once = ['03', '04', '05', '06', '07', '08'].map((day) => `2026-03-${day}`)

  test('was made once a day, whatever became of its scores', () => {
    expect(world.delivered).toEqual(once)
  })

  test('does not repeat when it is forced, restated or its code changes', async () => {
    await lab.materialize(morningAfter(8), { force: true })
    await lab.materialize(morningAfter(8), { restate: true })
    const changed = openLab(settings, await inMemory(home.folder, { assets: assets('2') }))
    expect(isEmpty(await changed.plan(morningAfter(8)))).toBe(true)
    await changed.materialize(morningAfter(8), { force: true, effects: true })
    expect(world.delivered).toEqual(once)
  })

  test('of an older day is left out of a backfill, and sent with --effects alone', async () => {
    const request = { kind: 'range', from: '2026-03-01', to: '2026-03-04' } as const
    expect((await lab.materialize(morningAfter(8), { request })).made).toEqual([])
    expect(world.delivered).toEqual(once)
    await lab.materialize(morningAfter(8), { request, effects: true })
    expect(world.delivered).toEqual([...once, '2026-03-01', '2026-03-02'])
    await lab.materialize(morningAfter(8), { request, effects: true, force: true })
    expect(world.delivered).toEqual([...once, '2026-03-01', '2026-03-02'])
  })
})
