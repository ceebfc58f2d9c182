import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountingSql,
  jsonText,
  quarantineSql,
  type RowMapping,
  rowMapping,
  typedSql,
} from '../../../../lib/sources/landing/index.ts'
import { type Engine, openEngine } from '../../features/engine.ts'
import { landedDays } from './support.ts'

let engine: Engine
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ottok-landing-'))
  engine = await openEngine()
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
})

describe('rows that the engine reads as columns', () => {
  const mapping = rowMapping({
    source: 'payments',
    format: {
      kind: 'columns',
      fields: { 'payment id': 'String', kopecks: 'Nullable(Int64)', at: 'DateTime64(3)', tags: 'Array(String)' },
    },
    columns: {
      id: { type: 'String', sql: '`payment id`', required: true },
      kopecks: { type: 'UInt32', reason: 'no sum' },
      fee: { type: 'Nullable(UInt8)', sql: 'intDiv(kopecks, 100)' },
      at: { type: "DateTime('UTC')" },
      tags: { type: 'Array(String)' },
    },
    partition: [],
    faults: [{ reason: 'free of charge', when: 'value.kopecks = 0' }],
    key: ['id'],
    order: ['at'],
  })
  const table = `(SELECT * FROM values('\`payment id\` String, kopecks Nullable(Int64), at DateTime64(3), tags Array(String)',
    ('a', 900, '2026-03-01 10:00:00.5', ['x']), ('a', 800, '2026-03-01 11:00:00', []), ('b', NULL, '2026-03-01 11:00:00', []),
    ('c', -1, '2026-03-01 11:00:00', []), ('d', 0, '2026-03-01 11:00:00', []), ('e', 1000000, '2026-03-01 11:00:00', [])))`

  test('are typed, set aside and counted', async () => {
    expect(await engine.rows(`SELECT * FROM (${typedSql(mapping, table)}) ORDER BY id`)).toEqual([
      { id: 'a', kopecks: 900, fee: 9, at: '2026-03-01 10:00:00', tags: ['x'] },
      // A column that may be NULL is NULL where its type cannot hold the value.
      { id: 'e', kopecks: 1_000_000, fee: null, at: '2026-03-01 11:00:00', tags: [] },
    ])
    expect(
      await engine.rows(
        `SELECT reason, * EXCEPT reason FROM (${quarantineSql(mapping, table)}) ORDER BY \`payment id\``,
      ),
    ).toMatchObject([
      { reason: 'no sum', 'payment id': 'b', kopecks: null },
      { reason: 'no sum', 'payment id': 'c', kopecks: '-1' },
      { reason: 'free of charge', 'payment id': 'd' },
    ])
    expect(await engine.rows(accountingSql(mapping, table))).toEqual([
      {
        delivered: '6',
        landed: '2',
        duplicates: '1',
        quarantined: '3',
        reasons: { 'free of charge': '1', 'no sum': '2' },
      },
    ])
  })
})

/** Days by receipt: a copy may come on a later day. */
const received = rowMapping({
  source: 'app',
  format: { kind: 'jsonLines', fields: { id: jsonText, at: jsonText, who: jsonText } },
  columns: {
    id: { type: 'String', required: true },
    who: { type: 'String', required: true },
    at: { type: "DateTime('UTC')", sql: "parseDateTimeBestEffortOrNull(at, 'UTC')" },
  },
  key: ['id'],
  order: ['at'],
  known: 'at',
  repeatsWithinDays: 3,
})
const row = (id: string, at: string, who = 'u') => JSON.stringify({ id, at, who })

describe('copies on later days', () => {
  let landed: string
  beforeAll(() => {
    landed = landedDays(join(folder, 'copies'), received, {
      '2026-03-01': [row('a', '2026-03-01 10:00:00'), row('a', '2026-03-01 11:00:00'), row('bad', '', '')].join('\n'),
      '2026-03-03': [row('a', '2026-03-03 10:00:00'), row('b', '2026-03-03 10:00:00'), row('bad', '', '')].join('\n'),
      '2026-03-06': [row('a', '2026-03-06 10:00:00'), row('c', '2026-03-06 10:00:00')].join('\n'),
      '2026-03-10': row('a', '2026-03-10 10:00:00'),
    })
  })

  test('count once, if an earlier one lies within the declared days', async () => {
    const rows = await engine.rows<{ day: string; id: string }>(`${typedSql(received, landed)} ORDER BY day, id`)
    expect(rows.map(({ day, id }) => `${day} ${id}`)).toEqual([
      '2026-03-01 a',
      '2026-03-03 b',
      '2026-03-06 c',
      '2026-03-10 a',
    ])
    const counts = await engine.rows<Record<string, string>>(
      `SELECT * FROM (${accountingSql(received, landed)}) ORDER BY day`,
    )
    expect(
      counts.map(({ day, delivered, landed, duplicates, quarantined }) => [
        day,
        delivered,
        landed,
        duplicates,
        quarantined,
      ]),
    ).toEqual([
      ['2026-03-01', '3', '1', '1', '1'],
      ['2026-03-03', '3', '1', '1', '1'],
      ['2026-03-06', '2', '1', '1', '0'],
      ['2026-03-10', '1', '1', '0', '0'],
    ])
  })

  test('a day says the same, whether it is made alone or with others', async () => {
    const alone = `(SELECT * FROM ${landed} WHERE day BETWEEN '2026-03-03' AND '2026-03-06')`
    const rows = await engine.rows(typedSql(received, alone, "day = '2026-03-06'"))
    expect(rows).toEqual(await engine.rows(typedSql(received, landed, "day = '2026-03-06'")))
    expect(rows).toHaveLength(1)
  })
})

describe('a rule that was mended', () => {
  const before: RowMapping = { ...received, faults: [{ reason: 'a long name', when: 'length(who) > 3' }] }
  const at = '2026-03-09T12:00:00Z'
  const after: RowMapping = { ...received, mended: [{ reason: 'a long name', when: 'length(who) > 3', at }] }

  test('lets the rows in that it had refused, known since it was mended; others stay as they were', async () => {
    const landed = landedDays(join(folder, 'mended'), received, {
      '2026-03-01': [row('a', '2026-03-01 10:00:00'), row('b', '2026-03-01 11:00:00', 'longer'), row('x', '', '')].join(
        '\n',
      ),
    })
    const first = { day: '2026-03-01', id: 'a', who: 'u', at: '2026-03-01 10:00:00' }
    expect(await engine.rows(typedSql(before, landed))).toEqual([first])
    expect(await engine.rows(`${typedSql(after, landed)} ORDER BY id`)).toEqual([
      first,
      { day: '2026-03-01', id: 'b', who: 'longer', at: '2026-03-09 12:00:00' },
    ])
    expect(await engine.rows(quarantineSql(after, landed))).toMatchObject([{ reason: 'no who' }])
  })
})
