import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BackfillReport } from '../../../materializations/backfills/report.ts'
import { type Lab, openLab, repeated } from './support/lab.ts'

/** Hours -> days -> a running sum that reads itself, a month, and two segments of each day. 2026-03-02..04 have ended. */
const PROJECT = {
  'definitions.ts': `
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { asset, cross, daily, defineGraph, fixed, hourly, monthly, self, through, trailing, value } from 'ottok'

const zone = { timezone: 'Europe/Moscow' }
const days = daily({ start: '2026-03-02', end: '2026-03-05', ...zone })
const sum = (input) => [...input].reduce((total, one) => total + one.value(), 0)
const make = (name, valueOf) => async ({ partition, inputs, resources: { home } }) => {
  const boom = existsSync(home + '/boom') ? readFileSync(home + '/boom', 'utf8').split('\\n') : []
  if (boom.includes(name + '@' + partition.key)) throw new Error('no ' + name)
  appendFileSync(home + '/made', name + '@' + partition.key + '\\n')
  return { kind: 'value', value: valueOf(inputs) }
}
const hour = asset({
  key: 'a/hour',
  partitions: hourly({ start: '2026-03-02', end: '2026-03-05', ...zone }),
  store: value,
  materialize: make('hour', () => 1),
})
const day = asset({ key: 'a/day', partitions: days, deps: { hour }, store: value, materialize: make('day', ({ hour }) => hour.partitions.length) })
const running = asset({
  key: 'a/running',
  partitions: days,
  deps: { day, before: self(trailing({ days: 1, endOffset: -1 })) },
  store: value,
  materialize: make('running', ({ day, before }) => day.only().value() + (before.partitions[0]?.value() ?? 0)),
})
const segment = asset({
  key: 'a/segment',
  partitions: cross({ day: days, segment: fixed('trial', 'paid') }),
  deps: { running },
  store: value,
  materialize: make('segment', ({ running }) => running.only().value()),
})
const month = asset({
  key: 'a/all',
  deps: { segment },
  store: value,
  materialize: make('all', ({ segment }) => segment.partitions.reduce((total, one) => total + one.value(), 0)),
})
export default defineGraph({ assets: [hour, day, running, segment, month], resources: ({ home }) => ({ home }) })
`,
}

let lab: Lab

beforeAll(async () => {
  lab = await openLab(PROJECT)
})
afterAll(() => lab.remove())
afterEach(async () => {
  await lab.boom()
  await lab.run(['wipe', '*', '--yes'])
  await lab.forgetMade()
})

const CREATE = ['backfill', 'create', '*', '--batch', '20']
const ALL = 72 + 3 + 3 + 6 + 1

describe('a backfill over hours, days, segments and an asset that reads itself', () => {
  it('makes nothing before what it reads, in whichever run that is', async () => {
    const done = await lab.json<BackfillReport>(CREATE)
    expect(done).toMatchObject({ status: 'completed', counts: { wanted: ALL, made: ALL }, runs: 5 })
    const made = await lab.made()
    expect(repeated(made)).toEqual({})
    expect(made.filter((one) => one.startsWith('running'))).toEqual([
      'running@2026-03-02',
      'running@2026-03-03',
      'running@2026-03-04',
    ])
    // The first day is whole before the hours of the last begin.
    expect(made.indexOf('segment@2026-03-02|paid')).toBeLessThan(made.indexOf('hour@2026-03-04T20:00'))
    const [all] = await lab.query<{ value: number }>(
      `SELECT (location -> 'value')::int AS value FROM v_current WHERE asset_key = 'a/all'`,
    )
    expect(all).toEqual({ value: 2 * (24 + 48 + 72) })
    expect(await lab.json([...CREATE, '--check'])).toMatchObject({ wanted: 0 })
  })

  it('leaves out all that follows a failure, and makes it in order once that is mended', async () => {
    await lab.boom('running@2026-03-03')
    const failed = await lab.json<BackfillReport>(CREATE, { code: 1 })
    // Its own next day, two segments of both days, and what reads all.
    expect(failed.counts).toEqual({ wanted: ALL, made: ALL - 7, unchanged: 0, failed: 1, waiting: 6 })
    await lab.boom()
    const done = await lab.json<BackfillReport>(['backfill', 'resume', failed.backfillId, '--failed-only'])
    expect(done).toMatchObject({ status: 'completed', counts: { made: ALL } })
    expect(repeated(await lab.made())).toEqual({})
    const last = (await lab.made()).slice(-7)
    expect([last[0], last[6]]).toEqual(['running@2026-03-03', 'all@'])
    expect(last.indexOf('running@2026-03-04')).toBeLessThan(last.indexOf('segment@2026-03-04|paid'))
  })
})
