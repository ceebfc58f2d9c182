import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labelColumns, labelSql } from '../../../../lib/features/labels/label-sql.ts'
import { cutoffs } from '../../../../lib/features/labels/reference.ts'
import { snapshotStateColumns, snapshotStateSql } from '../../../../lib/features/labels/snapshot-state-sql.ts'
import { type Engine, loadChanges, openEngine } from '../engine.ts'
import { changesOf, moment, ruleOf, type TimelineCase, timelineCases } from './cases.ts'

interface LabelRow {
  readonly user_id: string
  readonly snapshot_day: string
  readonly eligible: number
  readonly status: string
  readonly segment: string | null
  readonly due: number | null
  readonly undecided: number | null
  readonly y: number | null
  readonly lapse_at: string | null
  readonly cause: string | null
}

let engine: Engine
const frozenRows = new Map<string, LabelRow>()
const stateRows = new Map<string, object>()
beforeAll(async () => {
  engine = await openEngine()
  await loadChanges(engine, 'cases', timelineCases.flatMap(changesOf))
  const byRule = new Map<string, TimelineCase[]>()
  for (const one of timelineCases) {
    const key = JSON.stringify(ruleOf(one))
    byRule.set(key, [...(byRule.get(key) ?? []), one])
  }
  for (const cases of byRule.values()) {
    const request = { changes: 'cases', days: '{days:Array(Date)}', rule: ruleOf(cases[0] as TimelineCase) }
    const params = { days: [...new Set(cases.map((one) => one.snapshot))] }
    const labels = await engine.rows<LabelRow>(labelSql(request), params)
    const states = await engine.rows<LabelRow>(snapshotStateSql(request), params)
    for (const one of cases) {
      const mine = (row: LabelRow): boolean => row.user_id === one.id && row.snapshot_day === one.snapshot
      const [label, state] = [labels.filter(mine), states.filter(mine)]
      expect(label.length).toBeLessThanOrEqual(1)
      expect(state.length).toBe(label.length)
      if (label[0] !== undefined) frozenRows.set(one.id, label[0])
      if (state[0] !== undefined) stateRows.set(one.id, state[0])
    }
  }
})
afterAll(() => engine.close())

const boolean = (value: number | null): boolean | null => (value === null ? null : value === 1)

function outcome(row: LabelRow | undefined): Pick<LabelRow, 'y' | 'lapse_at' | 'cause'> {
  return { y: row?.y ?? null, lapse_at: row?.lapse_at ?? null, cause: row?.cause ?? null }
}

async function rowKnownBy(one: TimelineCase, knownBy: string): Promise<LabelRow | undefined> {
  const request = { changes: 'cases', days: '{days:Array(Date)}', rule: ruleOf(one) }
  const sql = `SELECT * FROM (${labelSql(request, knownBy)}) WHERE user_id = {user:String}`
  return (await engine.rows<LabelRow>(sql, { days: [one.snapshot], user: one.id }))[0]
}

describe('the SQL gives what label-timelines.json expects', () => {
  it.each(timelineCases.map((one) => [one.id, one] as const))('%s', async (_, one) => {
    const { zone } = ruleOf(one)
    const row = frozenRows.get(one.id)
    const asOf = one.as_of === undefined ? undefined : Date.parse(one.as_of) / 1000
    const mature = asOf === undefined || asOf >= cutoffs(one.snapshot, ruleOf(one)).frozenAt
    const { label_known: _known, revision: wanted, ...expected } = one.expect
    const frozen = mature ? outcome(row) : { y: null, lapse_at: null, cause: null }
    expect({
      eligible: row?.eligible === 1,
      status: row?.status ?? null,
      segment: row?.segment ?? null,
      due: boolean(row?.due ?? null),
      undecided: boolean(row?.undecided ?? null),
      ...frozen,
    }).toEqual({ ...expected, lapse_at: expected.lapse_at === null ? null : moment(expected.lapse_at, zone) })
    if (one.as_of === undefined || !mature) return
    const now = outcome(await rowKnownBy(one, `toDateTime('${moment(one.as_of, zone)}', 'UTC')`))
    const moved = JSON.stringify(now) !== JSON.stringify(frozen)
    const lapse = wanted?.lapse_at == null ? null : moment(wanted.lapse_at, zone)
    expect(moved ? now : null).toEqual(wanted == null ? null : { ...wanted, lapse_at: lapse })
  })
})

describe('the snapshot state', () => {
  it('is the state of the labels', () => {
    for (const one of timelineCases) {
      const label = frozenRows.get(one.id)
      if (label === undefined) expect(stateRows.get(one.id)).toBeUndefined()
      else {
        const { eligible, status, segment, due, undecided } = label
        expect(stateRows.get(one.id), one.id).toMatchObject({ eligible, status, segment, due, undecided })
      }
    }
  })

  it.each([
    ['state', snapshotStateSql, snapshotStateColumns],
    ['label', labelSql, labelColumns],
  ] as const)('%s has the columns that it says', async (_, build, columns) => {
    const request = { changes: 'cases', days: `[toDate('2026-02-28')]`, rule: ruleOf(timelineCases[0] as TimelineCase) }
    const described = await engine.rows<{ name: string; type: string }>(`DESCRIBE (${build(request)})`)
    expect(described.map(({ name, type }) => [name, type])).toEqual(columns.map(([name, type]) => [name, type]))
  })
})
