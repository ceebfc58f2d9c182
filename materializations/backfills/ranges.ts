import { type IntervalSet, type PartitionSpace, partitionKey, partitionOrdinal, sets } from '../../lib/graph/index.ts'

/** A stretch of partitions as a backfill keeps it: first and last key, both inclusive, and how many they are. */
export type KeyRange = readonly [first: string, last: string, count: number]

export function keyRanges(space: PartitionSpace, set: IntervalSet): KeyRange[] {
  return set.map(([from, to]) => [partitionKey(space, from), partitionKey(space, to - 1), to - from])
}

/** The partitions of ranges, or undefined where they no longer are what they were: keys came or went in between. */
export function partitionsOf(space: PartitionSpace, ranges: readonly KeyRange[]): IntervalSet | undefined {
  const intervals: [number, number][] = []
  for (const [first, last, count] of ranges) {
    const from = partitionOrdinal(space, first)
    const to = partitionOrdinal(space, last)
    if (from === undefined || to === undefined || to - from + 1 !== count) return undefined
    intervals.push([from, to + 1])
  }
  return sets.intervalSet(intervals)
}
