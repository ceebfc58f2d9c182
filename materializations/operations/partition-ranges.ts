import { type IntervalSet, type PartitionSpace, partitionKey, sets } from '../../lib/graph/index.ts'

/** Keys of a set of partitions, in order. */
export function partitionKeys(space: PartitionSpace, set: IntervalSet): string[] {
  return [...sets.ordinals(set)].map((ordinal) => partitionKey(space, ordinal))
}

/** A set of partitions in few words: `2026-01-01..2026-01-31, 2026-02-03 and 4 more`. */
export function rangesText(space: PartitionSpace, set: IntervalSet, limit = 2): string {
  if (space.definition.kind === 'single') return ''
  const shown = set.slice(0, limit).map(([from, to]) => {
    const first = partitionKey(space, from)
    return to - from === 1 ? first : `${first}..${partitionKey(space, to - 1)}`
  })
  const rest = sets.size(set.slice(limit))
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`
}

/** `key@partition`, or the key alone where the asset has a single partition. */
export function addressText(key: string, partition: string): string {
  return partition === '' ? key : `${key}@${partition}`
}
