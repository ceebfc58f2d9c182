import { describe, expect, test } from 'vitest'
import { type RowMappingSpec, rowMapping } from '../../../../lib/sources/landing/index.ts'

const good: RowMappingSpec = {
  source: 'shop',
  format: { kind: 'tsv', fields: ['id', 'when'], header: true },
  columns: {
    id: { type: 'String', required: true },
    at: { type: 'DateTime', sql: 'parseDateTimeBestEffortOrNull(when)' },
  },
  faults: [{ reason: 'too early', when: "value.at < '2026-01-01'" }],
  key: ['id'],
  order: ['at'],
}

test('a good declaration is taken as it is, with defaults', () => {
  expect(rowMapping(good)).toMatchObject({ ...good, partition: ['day'], repeatsWithinDays: 0, mended: [] })
})

describe('what is wrong with a declaration is said at once, all of it', () => {
  const cases: readonly (readonly [problem: string, change: Partial<RowMappingSpec>])[] = [
    ['it names no source', { source: '' }],
    ['its format has no fields', { format: { kind: 'tsv', fields: [], header: true } }],
    ["the field 'id' is there twice", { format: { kind: 'tsv', fields: ['id', 'when', 'id'], header: true } }],
    ["the field 'line' has a name that is taken", { format: { kind: 'tsv', fields: ['id', 'line'], header: true } }],
    [
      "the field 'day' has a name that is taken",
      { format: { kind: 'columns', fields: { id: 'String', day: 'Date' } } },
    ],
    ['it has no columns', { columns: {} }],
    [
      "the column 'reason' has a name that is taken",
      { columns: { ...good.columns, reason: { type: 'String', sql: "''" } } },
    ],
    ["the column 'my col' is no plain name", { columns: { ...good.columns, 'my col': { type: 'String', sql: "''" } } }],
    [
      "the column 'name' has no sql, and there is no such field",
      { columns: { ...good.columns, name: { type: 'String' } } },
    ],
    ["the column 'n' has empty sql", { columns: { ...good.columns, n: { type: 'String', sql: ' ' } } }],
    ["the column 'n' has no type", { columns: { ...good.columns, n: { type: '', sql: '1' } } }],
    [
      "the column 'n' is required and may be NULL",
      { columns: { ...good.columns, n: { type: 'Nullable(String)', sql: "''", required: true } } },
    ],
    ['it has no key, so that duplicates cannot be told', { key: [] }],
    ["its key 'who' is no column", { key: ['who'] }],
    [
      "its key 'n' may be NULL",
      { key: ['n'], columns: { ...good.columns, n: { type: 'Nullable(String)', sql: "''" } } },
    ],
    ["the key 'n' is no exact number", { key: ['n'], columns: { ...good.columns, n: { type: 'Float64', sql: '1' } } }],
    ['it has no order, so that the first received cannot be told', { order: [] }],
    ["its order 'who' is no column", { order: ['who'] }],
    ["the fault 'late' has no condition", { faults: [{ reason: 'late', when: '' }] }],
    ['a fault (1) has no reason', { faults: [{ reason: '', when: '1' }] }],
    ["the reason 'too early' is there twice", { faults: [...good.faults!, ...good.faults!] }],
    ['it repeats within -1 days', { repeatsWithinDays: -1 }],
    ["repeats within days need the partition 'day'", { repeatsWithinDays: 1, partition: ['month'] }],
    ["its known 'who' is no column", { known: 'who' }],
    ["its known 'id' is no DateTime", { known: 'id' }],
    [
      'mended faults need `known`, the column of when a row became known',
      { mended: [{ reason: 'old', when: '1', at: '2026-01-01T00:00:00Z' }] },
    ],
    [
      "the mended fault 'old' has no moment with a zone, but '2026-01-01'",
      { known: 'at', mended: [{ reason: 'old', when: '1', at: '2026-01-01' }] },
    ],
  ]
  test.each(cases)('%s', (problem, change) => {
    expect(() => rowMapping({ ...good, ...change })).toThrow(problem)
  })

  test('two problems are said together', () => {
    expect(() => rowMapping({ ...good, key: [], order: [] })).toThrow(
      "the row mapping of the source 'shop' is wrong: it has no key, so that duplicates cannot be told; it has no order",
    )
  })
})
