/** Raw assets of all sources, on the real graph over a small simulated service, whose dirt is known. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawSources } from '../../../assets/raw/sources.ts'
import { readTruth } from '../../../lib/sources/simulator/index.ts'
import type { SessionDefinitions } from '../../../materializations/session.ts'
import { type Home, makeHome } from '../seams/support/home.ts'
import { addDays, type Lab, type Outcome, openLab } from '../seams/support/lab.ts'
import { realDefinitions, servingTime, simulateInto } from '../seams/support/small-world.ts'

const DAYS = 12
const first = '2026-01-04'
const last = addDays(first, DAYS - 1)
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
  made = await lab.materialize(servingTime(last), { select })
})
afterAll(() => home.remove())

async function rowsOf<T>(key: string, sql: (table: string) => string): Promise<T[]> {
  return lab.at(servingTime(last), async (session) => {
    const { rows } = await session.lineage.pool.query<{ table_name: string }>(
      'SELECT table_name FROM asset_tables WHERE asset_key = $1',
      [key],
    )
    return (await session.stores.warehouse()).rows<T>(sql(rows[0]!.table_name))
  })
}

test('all raw assets materialize, and a second time there is nothing to do', async () => {
  expect(made.troubles).toEqual([])
  expect(made.status).toBe('succeeded')
  const kinds = new Set(made.made.map((step) => step.split('@')[0]))
  expect([...kinds].sort()).toEqual([...definitions.graph.select(select)].sort())
  const again = await lab.materialize(servingTime(last), { select })
  expect(again.made).toEqual([])
})
