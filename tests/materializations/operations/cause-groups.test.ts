import { expect, it } from 'vitest'
import { daily, partitionSpace } from '../../../lib/graph/index.ts'
import { causeText, groupCauses } from '../../../materializations/operations/cause-groups.ts'

const space = partitionSpace(daily({ start: '2026-03-01', timezone: 'UTC' }))
const changed = (...partitions: string[]) => [{ kind: 'data' as const, upstream: 'raw/orders', partitions }]

it.each([
  ['one partition, read by two', [changed('2026-03-01'), changed('2026-03-01')], 'raw/orders changed (2026-03-01)', 2],
  ['another for each', [changed('2026-03-01'), changed('2026-03-02')], 'raw/orders changed (2026-03-01 and others)', 2],
  ['two read by one', [changed('2026-03-01', '2026-03-02')], 'raw/orders changed (2026-03-01 and others)', 1],
  ['a source without partitions', [changed('')], 'raw/orders changed', 1],
])('a group of changes names one, and says when there are others: %s', (_, causes, text, count) => {
  const groups = groupCauses(space, causes.entries())
  expect(groups.map((group) => [causeText(group), group.count])).toEqual([[text, count]])
})
