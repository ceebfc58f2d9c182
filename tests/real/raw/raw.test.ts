/** Raw assets of all sources, on the real graph over a small simulated service, whose dirt is known. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTruth } from '../../../lib/sources/simulator/index.ts'
import { assetTables } from '../../../materializations/lineage/asset-tables.ts'
import type { SessionDefinitions } from '../../../materializations/session.ts'
import { type Home, makeHome } from '../seams/support/home.ts'
import { addDays, type Lab, type Outcome, openLab } from '../seams/support/lab.ts'
import { realDefinitions, servingTime, simulateInto } from '../seams/support/small-world.ts'

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
  await simulateInto(home.folder, { users: 400, days: DAYS, duplicateShare: 0.05 })
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
})
