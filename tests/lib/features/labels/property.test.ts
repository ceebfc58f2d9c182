import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangeRow } from '../../../../lib/features/labels/change-log.ts'
import { labelSql } from '../../../../lib/features/labels/label-sql.ts'
import { daysBetweenSql } from '../../../../lib/features/labels/moments.ts'
import { referenceLabel, referenceState } from '../../../../lib/features/labels/reference.ts'
import type { LabelRule } from '../../../../lib/features/labels/rule.ts'
import { type Engine, loadChanges, openEngine } from '../engine.ts'
import { utc } from './cases.ts'
import { randomTimeline, rules } from './random-timelines.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine.close())

const days = Array.from({ length: 28 }, (_, i) => new Date(Date.UTC(2026, 0, 5 + i * 4)).toISOString().slice(0, 10))
const flag = (value: boolean | null): number | null => (value === null ? null : Number(value))
const text = (seconds: number | null): string | null => (seconds === null ? null : utc(seconds))

function referenceRows(users: readonly ChangeRow[][], rule: LabelRule): object[] {
  const rows: object[] = []
  for (const changes of users) {
    for (const day of days) {
      const state = referenceState(changes, day, rule)
      if (state.status === null) continue
      const label = referenceLabel(changes, day, rule)
      const { y, lapseAt, cause, returnedAt } = state.eligible
        ? label
        : { y: null, lapseAt: null, cause: null, returnedAt: null }
      rows.push({
        user_id: changes[0]?.user_id,
        snapshot_day: day,
        eligible: flag(state.eligible),
        status: state.status,
        segment: state.segment,
        due: flag(state.due),
        undecided: flag(state.undecided),
        y,
        lapse_at: text(lapseAt),
        cause,
        returned_at: text(returnedAt),
      })
    }
  }
  return rows
}

describe('the SQL is the reference on random timelines', () => {
  it.each(rules.map((rule) => [`${rule.zone}, horizon ${rule.horizonDays}`, rule] as const))('%s', async (_, rule) => {
    const timelines = fc.sample(randomTimeline, { numRuns: 420, seed: 20261124 })
    const users = timelines
      .map((changes, i) => changes.map((row) => ({ ...row, user_id: `u${String(i).padStart(4, '0')}` })))
      .filter((changes) => changes.length > 0)
    await loadChanges(engine, 'random', users.flat())
    const sql = labelSql({ changes: 'random', days: '{days:Array(Date)}', rule })
    const ordered = `SELECT * EXCEPT frozen_at FROM (${sql}) ORDER BY user_id, snapshot_day`
    const found = await engine.rows<object>(ordered, { days })
    const wanted = referenceRows(users, rule)
    expect(wanted.length).toBeGreaterThan(3000)
    expect(found).toEqual(wanted)
  })

  it('takes a range of days as it takes each of them', async () => {
    const rule = rules[0] as LabelRule
    const request = { changes: 'random', rule }
    const range = daysBetweenSql(`toDate('2026-01-20')`, `toDate('2026-02-10')`)
    const order = 'ORDER BY user_id, snapshot_day'
    const together = await engine.rows(`SELECT * FROM (${labelSql({ ...request, days: range })}) ${order}`)
    const one = `[toDate('2026-02-03')]`
    const alone = await engine.rows(`SELECT * FROM (${labelSql({ ...request, days: one })}) ${order}`)
    expect(alone.length).toBeGreaterThan(50)
    expect(together.filter((row) => (row as { snapshot_day: string }).snapshot_day === '2026-02-03')).toEqual(alone)
  })
})
