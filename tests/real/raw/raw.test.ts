/** Raw assets of all sources, on the real graph over a small simulated service, whose dirt is known. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawSources } from '../../../assets/raw/sources.ts'
import { rule } from '../../../assets/service.ts'
import type { Refused } from '../../../lib/churn/quarantine-list.ts'
import { defaultParameters, readTruth, simulate } from '../../../lib/sources/simulator/index.ts'
import { assetTables } from '../../../materializations/lineage/asset-tables.ts'
import type { SessionDefinitions } from '../../../materializations/session.ts'
import { type Home, makeHome } from '../seams/support/home.ts'
import { addDays, type Lab, type Outcome, openLab } from '../seams/support/lab.ts'
import { realDefinitions, servingTime } from '../seams/support/small-world.ts'
import { runQuarantine } from './support/quarantine.ts'

const DAYS = 12
const first = '2026-01-04'
const last = addDays(first, DAYS - 1)
/** All of it has arrived. */
const now = servingTime(addDays(last, 9))
const range = { kind: 'range', from: addDays(first, -8), to: last } as const
const select = 'group:raw or group:landing'

let home: Home
let lab: Lab
let definitions: SessionDefinitions
let made: Outcome

beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  await simulate({
    users: 400,
    days: DAYS,
    seed: 7,
    start: first,
    timezone: rule.zone,
    out: join(home.folder, 'world'),
    parameters: {
      ...defaultParameters,
      burnInDays: 40,
      dirt: { ...defaultParameters.dirt, duplicateShare: 0.1, malformedShare: 0.1 },
      truth: { ...defaultParameters.truth, cutoffsBeforeEnd: [], futures: 2 },
    },
  })
  definitions = await realDefinitions()
  lab = openLab(await home.settings('raw'), definitions)
  made = await lab.materialize(now, { select, request: range })
})
afterAll(() => home.remove())

interface Accounted {
  readonly day: string
  readonly source: string
  readonly delivered: string
  readonly landed: string
  readonly duplicates: string
  readonly quarantined: string
}

async function rowsOf<T>(key: string, sql: (table: string) => string): Promise<T[]> {
  return lab.at(now, async ({ lineage, stores }) => {
    const table = (await assetTables(lineage, key)).find(({ current }) => current)!
    return (await stores.warehouse()).rows<T>(sql(table.tableName))
  })
}

test('all raw assets materialize, and a second time there is nothing to do', async () => {
  expect(made.troubles).toEqual([])
  expect(made.status).toBe('succeeded')
  const kinds = new Set(made.made.map((step) => step.split('@')[0]))
  expect([...kinds].sort()).toEqual([...definitions.graph.select(select)].sort())
  const again = await lab.materialize(now, { select, request: range })
  expect(again.made).toEqual([])
})

test('the account of every source and day is what was done to its rows', async () => {
  const { dirt } = await readTruth(join(home.folder, 'world'))
  const rows = await rowsOf<Accounted>('raw/accounting', (table) => `SELECT * FROM ${table}`)
  const found = rows.map(({ source, day, delivered, landed, duplicates, quarantined }) =>
    [source, day, Number(delivered), Number(landed), Number(duplicates), Number(quarantined)].join(' '),
  )
  const truth = Object.entries(dirt).flatMap(([source, days]) =>
    Object.entries(days)
      .filter(([day]) => day >= range.from)
      .map(([day, { delivered, duplicates, malformed }]) =>
        [source, day, delivered, delivered - duplicates - malformed, duplicates, malformed].join(' '),
      ),
  )
  expect(found.sort()).toEqual(truth.sort())
  // All kinds of dirt are there to be counted.
  const dirty = rawSources.filter(({ mapping: { source } }) => {
    const of = rows.filter((row) => row.source === source)
    return of.some((row) => Number(row.duplicates) > 0) && of.some((row) => Number(row.quarantined) > 0)
  })
  expect(dirty.map(({ mapping }) => mapping.source).sort()).toEqual(Object.keys(dirt).sort())
})

test('rows in quarantine are listed with a sample, whatever form they came in', async () => {
  const around = { settings: await home.settings('raw'), definitions, now }
  const sources = rawSources.map(({ mapping, rows, quarantine }) => ({
    mapping,
    rows: rows.key,
    quarantine: quarantine.key,
  }))
  const { json } = await runQuarantine(around, sources, ['list'], { to: last })
  const samples = new Map((json as Refused[]).map(({ source, reason, sample }) => [`${source}: ${reason}`, sample]))
  expect(JSON.parse(samples.get('player_events: no user')!)).toMatchObject({
    user_id: '',
    platform: expect.any(String),
  })
  expect(samples.get('tv_events: no JSON object')).toMatch(/^\{"event_id":/)
  const counted = await rowsOf<{ rows: string }>(
    'raw/accounting',
    (table) => `SELECT sum(quarantined) AS rows FROM ${table}`,
  )
  expect((json as Refused[]).reduce((sum, { rows }) => sum + rows, 0)).toBe(Number(counted[0]!.rows))
})
