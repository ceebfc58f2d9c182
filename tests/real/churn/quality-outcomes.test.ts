import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liveQuality } from '../../../assets/drift/live-quality.ts'
import { outcomes } from '../../../assets/drift/outcomes.ts'
import { rule } from '../../../assets/service.ts'
import { parityByFeatureSql } from '../../../lib/drift/parity-sql.ts'
import type { DayQuality } from '../../../lib/drift/quality/index.ts'
import { type ChangeRow, changeLogColumns, changeLogDdl, labelSql } from '../../../lib/features/labels/index.ts'
import type { FunctionAsset, Input, MaterializeContext } from '../../../lib/graph/index.ts'
import { openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'

/** The first scored day, and the one whose outcomes are loaded when the first is looked at again. */
const FIRST = '2026-08-30'
const SECOND = '2026-09-29'

const none = {
  entitlement_id: '',
  product: '',
  phase: '',
  start: null,
  end_promised: null,
  activated_at: null,
  until: null,
}
let changes = 0
const change = (userId: string, at: string, part: Partial<ChangeRow>): ChangeRow =>
  ({
    ...Object.fromEntries(changeLogColumns.map(({ name, type }) => [name, type.includes('Int') ? 0 : ''])),
    ...none,
    change_id: `c${changes++}`,
    user_id: userId,
    at,
    known_at: at,
    ...part,
  }) as ChangeRow

/** A paid month; a later one continues the spell when it begins where this one ends. */
const month = (userId: string, id: string, start: string, end: string): ChangeRow =>
  change(userId, `${start} 00:00:00`, {
    kind: 'entitlement',
    entitlement_id: `${userId}-${id}`,
    product: 'base',
    phase: 'paid',
    start: `${start} 00:00:00`,
    end_promised: `${end} 00:00:00`,
    activated_at: `${start} 00:00:00`,
    charge_kopecks: 39_900,
    list_kopecks: 39_900,
    plan_code: 'monthly',
    plan_days: 30,
    channel: 'card',
  })

const renewed = (userId: string): ChangeRow[] => [
  month(userId, '1', '2026-08-10', '2026-09-10'),
  month(userId, '2', '2026-09-10', '2026-10-10'),
  month(userId, '3', '2026-10-10', '2026-11-10'),
]

/** Leaves, stays, and one whose stay a chargeback takes back after the outcome was frozen. */
const log: ChangeRow[] = [
  month('leaver', '1', '2026-08-10', '2026-09-10'),
  change('leaver', '2026-08-10 00:00:00', { kind: 'auto_renew', value: 1 }),
  ...renewed('stayer'),
  ...renewed('charged_back'),
  change('charged_back', '2026-09-20 00:00:00', {
    kind: 'revocation',
    entitlement_id: 'charged_back-2',
    why: 'chargeback',
    known_at: '2026-10-20 00:00:00',
  }),
]

let home: string
let warehouse: Warehouse

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'ottok-quality-'))
  warehouse = await openWarehouse({ home, environment: 'test', maxMemory: 1_000_000_000 })
  await warehouse.command(`CREATE TABLE changes (${changeLogDdl()}) ENGINE = MergeTree ORDER BY (user_id, known_at)`)
  const names = changeLogColumns.map(({ name }) => name)
  await warehouse.insertRows(
    'changes',
    names,
    log.map((row) => names.map((name) => row[name])),
  )
  await warehouse.command(
    `CREATE TABLE labels ENGINE = MergeTree ORDER BY user_id AS ${labelSql({ changes: 'changes', days: `[toDate('${FIRST}'), toDate('${SECOND}')]`, rule })}`,
  )
})

afterAll(async () => {
  await warehouse?.close()
  rmSync(home, { recursive: true, force: true })
})

const labelsOf = (day: string): string => `(SELECT * FROM labels WHERE snapshot_day = '${day}')`

function input(table: string, partitions: readonly string[] = []): Input {
  const made = partitions.map((partition) => ({
    partition,
    dataVersion: '',
    metadata: {},
    bytes: async () => new Uint8Array(),
    value: () => undefined,
    address: async () => '',
  }))
  return { key: '', partitions: made, only: () => made[0]!, table }
}

async function make(asset: FunctionAsset, day: string, inputs: Record<string, Input>) {
  const made = await asset.materialize({
    partition: { key: day, date: day, values: { snapshot_day: day } },
    inputs,
    warehouse,
    signal: new AbortController().signal,
  } as unknown as MaterializeContext)
  return made
}

async function outcomesOf(day: string, earlier: string | undefined) {
  const made = await make(outcomes, day, {
    frozen: input(labelsOf(day)),
    earlier: earlier ? input(labelsOf(earlier), [earlier]) : input(`(SELECT * FROM labels WHERE 0)`),
    changes: input('changes'),
  })
  if (made.kind !== 'rows' || outcomes.store.kind !== 'published') throw new Error('outcomes are rows')
  const names = outcomes.store.columns.map(({ name }) => name)
  return [...made.rows].map((row) => Object.fromEntries(row.map((value, i) => [names[i]!, value])))
}

describe('outcomes', () => {
  test('equal the frozen labels of the day', async () => {
    const labels = await warehouse.rows<{ user_id: string; y: number; cause: string | null }>(
      `SELECT user_id, y, cause FROM labels WHERE snapshot_day = '${FIRST}' AND y IS NOT NULL ORDER BY user_id`,
    )
    expect(labels.map(({ user_id, y }) => [user_id, y])).toEqual([
      ['charged_back', 0],
      ['leaver', 1],
      ['stayer', 0],
    ])
    const rows = await outcomesOf(FIRST, undefined)
    expect(rows.map(({ user_id, y, cause }) => ({ user_id, y, cause }))).toEqual(labels)
    expect(rows.find(({ user_id }) => user_id === 'leaver')).toEqual({
      user_id: 'leaver',
      snapshot_day: FIRST,
      y: 1,
      cause: 'payment',
      lapse_at: '2026-09-10T00:00:00Z',
      returned_at: null,
      // 00:00 in Moscow, 33 days after t(D).
      matured_at: '2026-10-02T21:00:00Z',
      revised: false,
    })
  })

  test('what a later look finds otherwise is a second row, and the frozen one stays', async () => {
    const rows = await outcomesOf(SECOND, FIRST)
    const revised = rows.filter((row) => row.revised)
    expect(revised).toEqual([
      {
        user_id: 'charged_back',
        snapshot_day: FIRST,
        y: 1,
        cause: 'refund',
        lapse_at: '2026-09-20T00:00:00Z',
        returned_at: expect.any(String),
        matured_at: '2026-11-01T21:00:00Z',
        revised: true,
      },
    ])
    expect(rows.filter((row) => !row.revised).map(({ snapshot_day }) => snapshot_day)).toEqual(
      rows.filter((row) => !row.revised).map(() => SECOND),
    )
  })

  test('days before the first scored one are not looked at', async () => {
    expect((await outcomesOf(FIRST, '2026-07-31')).filter((row) => row.revised)).toEqual([])
  })
})

describe('live quality', () => {
  test('joins the scores that were given out with what became of them, and leaves out who has no outcome', async () => {
    await warehouse.command(`CREATE TABLE scores ENGINE = MergeTree ORDER BY user_id AS
      SELECT concat('u', toString(number)) AS user_id, toDate('${FIRST}') AS snapshot_day, 'paid' AS segment,
        toFloat32(number % 10 - 5) AS raw_margin, toFloat32((number % 10) / 20) AS churn_probability, 'm1' AS model_version
      FROM numbers(300)`)
    await warehouse.command(`CREATE TABLE judged ENGINE = MergeTree ORDER BY user_id AS
      SELECT concat('u', toString(number)) AS user_id, toDate('${FIRST}') AS snapshot_day, 1 AS eligible,
        if(number >= 280, NULL, toUInt8(number % 10 >= 8)) AS y, toUInt8(number % 2) AS due, toUInt8(number < 100) AS undecided
      FROM numbers(320)`)
    const made = await make(liveQuality, FIRST, { scores: input('scores'), outcomes: input('judged') })
    if (made.kind !== 'value') throw new Error('live quality is a value')
    const days = made.value as DayQuality[]
    expect(days.map(({ segment, group, rows, positives }) => [segment, group, rows, positives])).toEqual([
      ['trial', 'all', 0, 0],
      ['trial', 'due', 0, 0],
      ['trial', 'undecided', 0, 0],
      ['paid', 'all', 280, 56],
      ['paid', 'due', 140, 28],
      ['paid', 'undecided', 100, 20],
    ])
    expect(days[3]).toMatchObject({ day: FIRST, series: 'live', modelVersion: 'm1', rocAuc: 1, baseRate: 0.2 })
    expect(days[3]!.meanScore).toBeCloseTo(0.225, 6)
  })
})

describe('parity', () => {
  test('counts by feature what differs as 32-bit floats; unknown equals unknown; only common rows', async () => {
    const served = `(SELECT concat('u', toString(number)) AS user_id, toDate('${FIRST}') AS snapshot_day,
      toFloat32(number / 3) AS a, toFloat32(if(number = 1, nan, number)) AS b, toFloat32(number) AS c FROM numbers(10))`
    const current = `(SELECT concat('u', toString(number)) AS user_id, toDate('${FIRST}') AS snapshot_day,
      number / 3 AS a, if(number IN (1, 2), NULL, toNullable(number)) AS b, if(number = 5, 6, number) AS c FROM numbers(8))`
    const features = ['a', 'b', 'c'].map((name) => ({ name, sql: name }))
    expect(await warehouse.rows(parityByFeatureSql(served, current, features))).toEqual([
      { feature: 'a', compared: '8', differing: '0' },
      { feature: 'b', compared: '8', differing: '1' },
      { feature: 'c', compared: '8', differing: '1' },
    ])
  })
})
