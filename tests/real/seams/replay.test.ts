/** Seam 3, the leak test: days lived one by one equal a backfill from the whole archive, byte for byte. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SNAPSHOTS_START } from '../../../assets/service.ts'
import { churnFeatures } from '../../../lib/features/index.ts'
import { type Home, makeHome } from './support/home.ts'
import { addDays, daysBetween, isEmpty, type Lab, type Outcome, openLab } from './support/lab.ts'
import { realDefinitions, servingTime, simulateInto } from './support/small-world.ts'

const LIVED = 60
/** Days of the world after the last lived one, so that late rows of every lived day have arrived at its end. */
const AFTERWARDS = 10
const first = SNAPSHOTS_START
const last = addDays(first, LIVED - 1)
const end = addDays(last, AFTERWARDS)
const select = '+features/snapshot'
const behaviour = 'features/behaviour_daily'
const CONTENT = ['features/snapshot', 'features/account_state']

let home: Home
let lived: Lab
let backfill: Lab
const database = { lived: '', backfill: '' }

beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  const warmUp = (Date.parse(first) - Date.parse('2026-01-04')) / 86_400_000
  await simulateInto(home.folder, { users: 150, days: warmUp + LIVED + AFTERWARDS })
  const definitions = await realDefinitions()
  const settings = [await home.settings('lived'), await home.settings('backfill')] as const
  lived = openLab(settings[0], definitions)
  backfill = openLab(settings[1], definitions)
  database.lived = `ottok_${settings[0].environment}`
  database.backfill = `ottok_${settings[1].environment}`
})
afterAll(() => home.remove())

function rows<T>(sql: string): Promise<T[]> {
  return lived.at(servingTime(end), async ({ stores }) => (await stores.warehouse()).rows<T>(sql))
}

/** SHA-256 of the bytes of a table's lived days, in order. */
async function bytesOf(environment: keyof typeof database, table: string): Promise<string> {
  const bytes = await lived.at(servingTime(end), async ({ stores }) =>
    (await stores.warehouse()).bytes(
      `SELECT * FROM \`${database[environment]}\`.${table} WHERE snapshot_day BETWEEN '${first}' AND '${last}' ORDER BY snapshot_day, user_id`,
      'RowBinary',
    ),
  )
  expect(bytes.length).toBeGreaterThan(100_000)
  return createHash('sha256').update(bytes).digest('hex')
}

describe(`${LIVED} days lived one by one`, () => {
  /** Of each lived morning: what it made and looked at. */
  const mornings: Outcome[] = []
  const asFirstMade = new Map<string, string>()

  test('are made each at its own serving time', async () => {
    for (const day of daysBetween(first, last)) {
      const morning = await lived.materialize(servingTime(day), { select })
      expect(morning.troubles).toEqual([])
      expect(morning.made).toContain(`features/snapshot@${day}`)
      const made = morning.results.find((r) => r.key === 'features/snapshot' && r.partition === day)
      asFirstMade.set(day, made!.dataVersion!)
      mornings.push(morning)
    }
  })

  test('got late rows on most mornings, which made earlier days of viewing anew', () => {
    const late = mornings
      .slice(1)
      .filter(({ made }) => made.filter((name) => name.startsWith('features/viewing_daily@')).length > 1)
    expect(late.length).toBeGreaterThan(LIVED / 2)
  })

  test('never made a day of behaviour anew: what comes late adds to the day on which it is known', async () => {
    const made = mornings.slice(1).flatMap((morning) => morning.results.filter(({ key }) => key === behaviour))
    const versions = await lived.dataVersions(servingTime(last), behaviour)
    expect(made.length).toBeGreaterThan(LIVED)
    for (const { partition, dataVersion, status } of made) {
      if (status === 'succeeded') expect([partition, dataVersion]).toEqual([partition, versions[partition]])
    }
    const [found] = await rows<{ late: string; rows: string }>(
      `SELECT countIf(lag > 0) AS late, count() AS rows FROM \`${database.lived}\`.features__behaviour_daily`,
    )
    expect(Number(found!.late)).toBeGreaterThan(Number(found!.rows) / 50)
  })

  test('hold every feature, and each differs between accounts or days', async () => {
    const counts = churnFeatures.map(({ name }) => `uniq(${name}) + (countIf(isNull(${name})) > 0)`)
    const [found] = await rows<{ values: number[] }>(
      `SELECT [${counts.map((count) => `toInt32(${count})`).join(', ')}] AS values FROM \`${database.lived}\`.features__snapshot`,
    )
    const constant = churnFeatures.filter((_, i) => Number(found!.values[i]) < 2).map(({ name }) => name)
    expect(constant).toEqual([])
  })

  test('kept every snapshot as it was first made', async () => {
    expect(await lived.dataVersions(servingTime(last), 'features/snapshot')).toEqual(Object.fromEntries(asFirstMade))
  })

  test('equal a backfill from the whole archive, byte for byte', async () => {
    const request = { kind: 'range', from: '2025-09-06', to: last } as const
    const { troubles } = await backfill.materialize(servingTime(end), { select, request })
    expect(troubles).toEqual([])
    for (const key of CONTENT) {
      const [a, b] = [
        await lived.dataVersions(servingTime(last), key),
        await backfill.dataVersions(servingTime(end), key),
      ]
      expect(Object.keys(a)).toEqual(daysBetween(first, last))
      expect(b).toEqual(a)
      const table = key.replace('/', '__')
      expect(await bytesOf('backfill', table)).toBe(await bytesOf('lived', table))
    }
  })

  test('hold less viewing than the archive has by now: the equality is not for lack of late rows', async () => {
    const [found] = await rows<{ differing: string; leaks: string }>(`
      SELECT countIf(snapshot.seconds < archive.seconds) AS differing, countIf(snapshot.seconds > archive.seconds) AS leaks
      FROM (
        SELECT snapshot_day, sum(watch_seconds_7d) AS seconds FROM \`${database.backfill}\`.features__snapshot GROUP BY snapshot_day
      ) AS snapshot
      INNER JOIN (
        SELECT snapshot_day, sum(watched_s) AS seconds
        FROM \`${database.backfill}\`.raw__player_events AS events
        INNER JOIN (SELECT snapshot_day, user_id FROM \`${database.backfill}\`.features__snapshot) AS users USING (user_id)
        WHERE day > snapshot_day - 7 AND day <= snapshot_day GROUP BY snapshot_day
      ) AS archive USING (snapshot_day)`)
    expect(Number(found!.leaks)).toBe(0)
    expect(Number(found!.differing)).toBeGreaterThan(LIVED / 2)
  })

  test('stay as they are when all that was late has come, and then all that lies under them is equal too', async () => {
    const { troubles } = await lived.materialize(servingTime(end), { select })
    expect(troubles).toEqual([])
    await backfill.materialize(servingTime(end), { select })
    const versions = await lived.dataVersions(servingTime(end), 'features/snapshot')
    expect(versions).toMatchObject(Object.fromEntries(asFirstMade))
    const keys = await lived.at(servingTime(end), async ({ graph }) => graph.select(select))
    for (const key of keys) {
      expect([key, await backfill.dataVersions(servingTime(end), key)]).toEqual([
        key,
        await lived.dataVersions(servingTime(end), key),
      ])
    }
    expect(isEmpty(await lived.plan(servingTime(end), { select }))).toBe(true)
  })
})
