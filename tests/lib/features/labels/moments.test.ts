import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  cutoffSql,
  daysBetweenSql,
  frozenAtSql,
  servingCutoffSql,
  servingDaySql,
} from '../../../../lib/features/labels/moments.ts'
import { cutoffs } from '../../../../lib/features/labels/reference.ts'
import { defaultRule } from '../../../../lib/features/labels/rule.ts'
import { type Engine, openEngine } from '../engine.ts'
import { utc } from './cases.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine.close())

const berlin = { ...defaultRule, zone: 'Europe/Berlin' }

it.each([
  [defaultRule, '2026-02-28'],
  [berlin, '2026-03-27'],
  [berlin, '2026-03-28'],
  [berlin, '2026-10-24'],
  [berlin, '2026-10-25'],
  [{ ...berlin, publishLagHours: 1.5 }, '2026-06-30'],
])('cut-offs of the SQL are those of the calendar: %o, %s', async (rule, day) => {
  const date = `toDate('${day}')`
  const text = (sql: string): string => `formatDateTime(${sql}, '%Y-%m-%d %H:%i:%S', 'UTC')`
  const [row] = await engine.rows(`SELECT ${text(cutoffSql(date, rule.zone))} AS t,
    ${text(servingCutoffSql(date, rule))} AS c, ${text(frozenAtSql(date, rule))} AS f`)
  const { t, c, frozenAt } = cutoffs(day, rule)
  expect(row).toEqual({ t: utc(t), c: utc(c), f: utc(frozenAt) })
})

it.each([defaultRule, berlin])(
  'the serving day of a moment is the first whose cut-off it makes, inclusive: %o',
  async (rule) => {
    for (const day of ['2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25']) {
      const { c } = cutoffs(day, rule)
      const at = (seconds: number): string => servingDaySql(`toDateTime(${seconds}, 'UTC')`, rule)
      const [row] = await engine.rows(`SELECT ${at(c)} AS on_time, ${at(c + 1)} AS late`)
      const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
      expect(row).toEqual({ on_time: day, late: next })
    }
  },
)

it('a range of days has both its ends', async () => {
  const [row] = await engine.rows(`SELECT ${daysBetweenSql(`toDate('2026-02-27')`, `toDate('2026-03-01')`)} AS days`)
  expect(row).toEqual({ days: ['2026-02-27', '2026-02-28', '2026-03-01'] })
})
