import { describe, expect, test } from 'vitest'
import {
  acceptedRange,
  cross,
  daily,
  fixed,
  hourly,
  monthly,
  nearMisses,
  noNulls,
  type PartitionsDefinition,
  partitionOf,
  partitionOrdinal,
  partitionParams,
  partitionSpace,
  renderSql,
  renderSqlSymbolic,
  rowCount,
  sql,
  unique,
} from '../../../lib/graph/index.ts'
import { inputMarker, partitionRefsOf } from '../../../lib/graph/sql.ts'

test('markers become what each input is read as, everywhere they stand', () => {
  const template = sql`SELECT * FROM ${inputMarker('a')} JOIN ${inputMarker('b')} USING id WHERE id IN (SELECT id FROM ${inputMarker('a')}) LIMIT ${5}`
  expect(renderSql(template, (name) => `<${name}>`)).toBe(
    'SELECT * FROM <a> JOIN <b> USING id WHERE id IN (SELECT id FROM <a>) LIMIT 5',
  )
  expect(renderSqlSymbolic(template)).toContain('FROM input_a JOIN input_b')
  expect(() =>
    renderSql(template, (name) => {
      throw new Error(`no input ${name}`)
    }),
  ).toThrow('no input a')
})

test('what replaces a marker is taken as it is, dollars too', () => {
  expect(renderSql(inputMarker('a'), () => "'$& $1 $$'")).toBe("'$& $1 $$'")
})

describe('parameters of a step', () => {
  const params = (definition: PartitionsDefinition, keys: string[]) => {
    const space = partitionSpace(definition)
    return partitionParams(
      definition,
      keys.map((key) => partitionOf(space, partitionOrdinal(space, key)!)),
    )
  }
  const months = monthly({ start: '2026-01', timezone: 'UTC' })
  test.each<[string, PartitionsDefinition, string[], Record<string, unknown>]>([
    [
      'days',
      daily({ start: '2026-01-01', timezone: 'UTC' }),
      ['2026-01-03', '2026-01-01'],
      { p_first: '2026-01-01', p_last: '2026-01-03', p_list: ['2026-01-01', '2026-01-03'] },
    ],
    ['a month', months, ['2026-02'], { p_first: '2026-02-01', p_last: '2026-02-01', p_list: ['2026-02-01'] }],
    [
      'month x segment',
      cross({ month: months, segment: fixed('trial', 'paid') }),
      ['2026-01|trial', '2026-01|paid'],
      { p_first: '2026-01-01', p_last: '2026-01-01', p_list: ['2026-01-01'], p_segment: ['trial', 'paid'] },
    ],
    ['keys', fixed('a', 'b'), ['b'], { p_partition: ['b'] }],
    [
      'hours of a night in which clocks go back, in the order of time',
      hourly({ start: '2026-01-01', timezone: 'Europe/Berlin' }),
      ['2026-10-25T02:00+01:00', '2026-10-25T02:00+02:00'],
      {
        p_first: '2026-10-25 00:00:00',
        p_last: '2026-10-25 01:00:00',
        p_list: ['2026-10-25 00:00:00', '2026-10-25 01:00:00'],
      },
    ],
  ])('%s', (_, definition, keys, expected) => expect(params(definition, keys)).toEqual(expected))
})

test('windows are named by the type of their column', () => {
  const refs = (definition: PartitionsDefinition) => {
    const { first, list, keys } = partitionRefsOf(definition)
    return [first, list, keys('shop')]
  }
  const hours = hourly({ start: '2026-01-01', timezone: 'UTC' })
  const shop = '{p_shop:Array(String)}'
  expect(refs(daily({ start: '2026-01-01', timezone: 'UTC' }))).toEqual([
    '{p_first:Date}',
    '{p_list:Array(Date)}',
    shop,
  ])
  for (const definition of [hours, cross({ shop: fixed('a'), hour: hours })])
    expect(refs(definition)).toEqual(["{p_first:DateTime('UTC')}", "{p_list:Array(DateTime('UTC'))}", shop])
})

describe('checks', () => {
  test.each([
    [
      noNulls('id'),
      'no_nulls(id)',
      [
        [0, true],
        [1, false],
      ],
    ],
    [
      unique(['a', 'b']),
      'unique(a, b)',
      [
        [0, true],
        [2, false],
      ],
    ],
    [
      rowCount({ min: 1 }),
      'row_count(1..)',
      [
        [0, false],
        [1, true],
        [1e9, true],
      ],
    ],
    [
      rowCount({ max: 3 }),
      'row_count(0..3)',
      [
        [0, true],
        [3, true],
        [4, false],
      ],
    ],
    [
      acceptedRange('p', { min: 0, max: 1 }),
      'accepted_range(p, 0..1)',
      [
        [0, true],
        [1, false],
      ],
    ],
  ] as const)('%#', (check, name, table) => {
    expect(check).toMatchObject({ name, blocking: true })
    for (const [measured, passes] of table) expect(check.passes(measured)).toBe(passes)
    expect(check.detail(7)).toContain('7 rows')
  })

  test('may let the data in', () => expect(noNulls('id', { blocking: false }).blocking).toBe(false))
})

test('near misses: the nearest first, few, none that is far', () => {
  const known = ['models/churn', 'scores/churn', 'raw/catalogue', 'raw/events', 'features/view']
  expect(nearMisses('model/churn', known)).toEqual(['models/churn', 'scores/churn'])
  expect(nearMisses('raw/evnets', known)).toEqual(['raw/events'])
  expect(nearMisses('catalogue', known)).toEqual(['raw/catalogue'])
  expect(nearMisses('zzzzzzzzzz', known)).toEqual([])
  expect(nearMisses('raw/events', ['raw/events1', 'raw/events2', 'raw/events3', 'raw/events4'])).toHaveLength(3)
})
