/** The document of offers in force: an edit changes the next decisions and no earlier ones. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import shipped from '../../../assets/scores/offers.json' with { type: 'json' }
import { offers, offersSource, storedOffers } from '../../../assets/scores/offers.ts'
import { offersFile } from '../../../assets/scores/offers-file.ts'
import { asOf, asset, daily, through, warehouse } from '../../../lib/graph/index.ts'
import { type Home, makeHome } from '../seams/support/home.ts'
import { inMemory, isEmpty, type Lab, openLab } from '../seams/support/lab.ts'

/** Stands for the decisions: it writes down the budget that it read. */
const decisions = asset({
  key: 'scores/decisions',
  partitions: daily({ start: '2026-03-01', timezone: 'Europe/Moscow', delay: { hours: 6 } }),
  deps: { offers: through(offers, asOf()) },
  store: warehouse,
  columns: { day: 'Date', kopecks: 'Int64' },
  orderBy: ['day'],
  materialize: async ({ inputs, partition }) => ({
    kind: 'rows',
    rows: [[partition.date, storedOffers(inputs.offers.only()).budget.kopecks_per_day]],
  }),
})

let home: Home
let lab: Lab
let file: string
beforeAll(async () => {
  home = await makeHome()
  await home.holdEngine()
  file = join(home.folder, 'offers.json')
  await write(1000)
  const settings = await home.settings('offers', { offersFile: file })
  const spec = { assets: [offersSource, offers, decisions] }
  lab = openLab(
    settings,
    await inMemory(home.folder, { ...spec, resources: ({ offersFile: path }) => ({ offers: offersFile(path) }) }),
  )
})
afterAll(() => home.remove())

function write(kopecks: number): Promise<void> {
  return writeFile(file, JSON.stringify({ ...shipped, budget: { ...shipped.budget, kopecks_per_day: kopecks } }))
}

/** c(day) + 1 h, when a day is usually made. */
function morningAfter(day: number): string {
  return `2026-03-0${day + 1}T07:00:00+03:00`
}

async function budgets(): Promise<number[]> {
  const rows = await lab.at(morningAfter(8), async ({ stores }) =>
    (await stores.warehouse()).rows<{ kopecks: string }>('SELECT kopecks FROM scores__decisions ORDER BY day'),
  )
  return rows.map(({ kopecks }) => Number(kopecks))
}

test('an edit is used from its day on and makes no earlier decision stale', async () => {
  expect((await lab.materialize(morningAfter(2))).troubles).toEqual([])
  expect(await budgets()).toEqual([1000, 1000])
  expect(isEmpty(await lab.plan(morningAfter(2)))).toBe(true)

  await write(2000)
  const noon = '2026-03-03T12:00:00+03:00'
  expect((await lab.materialize(noon)).made).toEqual(['scores/offers@'])
  expect((await lab.materialize(morningAfter(3))).made).toEqual(['scores/decisions@2026-03-03'])
  expect(await budgets()).toEqual([1000, 1000, 2000])
})

test('another layout of the same document changes no decision', async () => {
  await writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8')), null, 8))
  expect((await lab.materialize(morningAfter(3))).made).toEqual(['scores/offers@'])
  expect(isEmpty(await lab.plan(morningAfter(3)))).toBe(true)
})

test('a wrong document is refused by its entry, and decisions go on by the last good one', async () => {
  await writeFile(file, JSON.stringify({ ...shipped, rules: [{ ...shipped.rules[0], offer: 'gift' }] }))
  const run = await lab.materialize(morningAfter(4))
  expect(run.status).toBe('failed')
  const told = run.troubles.join('\n')
  expect(told).toContain(`the offers in ${file} are wrong: rule 'payment_trouble'`)
  expect(told).toContain("names the offer 'gift'")
  expect(await budgets()).toEqual([1000, 1000, 2000, 2000])
})

test('so is a file that is no JSON', async () => {
  await writeFile(file, '{ "offers": ')
  const run = await lab.materialize(morningAfter(5))
  expect(run.troubles.join('\n')).toContain(`the offers in ${file} cannot be read: It is no JSON`)
  expect(await budgets()).toEqual([1000, 1000, 2000, 2000, 2000])
})

test('a file that is not there is named', async () => {
  await rm(file)
  await expect(lab.materialize(morningAfter(6))).rejects.toThrow(`cannot read the offers in ${file}: ENOENT`)
})
