import { afterAll, beforeAll, expect, it } from 'vitest'
import { calendarFactsSql } from '../../../lib/features/calendar-facts-sql.ts'
import { defaultRule as rule } from '../../../lib/features/labels/rule.ts'
import { holidayDates } from '../../../lib/features/public-holidays.ts'
import { behaviourDdl } from './behaviour-world.ts'
import { type Engine, openEngine } from './engine.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await engine.command(`CREATE TABLE catalogues (${behaviourDdl.catalogues}) ENGINE = MergeTree ORDER BY tuple()`)
  const title = (title_id: string, release_date: string | null, known_at = '2026-02-01 00:00:00') => ({
    day: '2026-02-10',
    title_id,
    release_date,
    known_at,
  })
  await engine.insert('catalogues', [
    title('out on the day itself', '2026-02-10'),
    title('out tomorrow', '2026-02-11'),
    title('out on the last day ahead', '2026-03-14'),
    title('out a day later', '2026-03-15'),
    title('without a date', null),
    title('known after the cut-off', '2026-02-20', '2026-02-11 03:00:01'),
  ])
})
afterAll(() => engine.close())

const cases: readonly [day: string, premieres: number | null, holidays: number | null][] = [
  ['2026-02-10', 2, 2],
  ['2026-02-11', null, 2],
  // 1-8 January of the first year covered; the day before sees no farther than the table, but begins too early.
  ['2023-12-31', null, 8],
  ['2023-12-30', null, null],
  // The last day whose 32 days end within the last year, and the first whose do not.
  ['2027-11-29', null, 0],
  ['2027-11-30', null, null],
  ['2026-04-29', null, 2],
]

it('knows premieres of the catalogue of the day and holidays of the table, and nothing beyond', async () => {
  const sql = `SELECT toString(snapshot_day), premieres_next_32d, holidays_next_32d FROM (${calendarFactsSql('catalogues', '{days:Array(Date)}', rule)})`
  const rows = await engine.rows<object>(sql, { days: cases.map(([day]) => day) })
  const found = rows.map((row) => Object.values(row)).sort()
  expect(found).toEqual([...cases].sort())
})

it('has fourteen holidays a year, each once', () => {
  const dates = holidayDates()
  expect(dates).toHaveLength(4 * 14)
  expect(new Set(dates).size).toBe(dates.length)
  expect([...dates].sort()).toEqual(dates)
})
