/**
 * Sets of integers as sorted, disjoint, non-touching half-open intervals `[from, to)`.
 * A year of days is one interval: planning never holds one object per partition.
 */
export type Interval = readonly [from: number, to: number]
export type IntervalSet = readonly Interval[]

export const EMPTY: IntervalSet = []

export function interval(from: number, to: number): IntervalSet {
  return from < to ? [[from, to]] : EMPTY
}

/** Builds a set from intervals in any order, overlapping or not. */
export function intervalSet(intervals: Iterable<Interval>): IntervalSet {
  const sorted = [...intervals].filter(([from, to]) => from < to).sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** Members in any order, repeated or not; ascending ones (the usual case) need no sorting. */
export function fromOrdinals(ordinals: Iterable<number>): IntervalSet {
  const runs: [number, number][] = []
  let ascending = true
  for (const ordinal of ordinals) {
    const run = runs.at(-1)
    if (run && ordinal === run[1]) run[1]++
    else {
      if (run && ordinal < run[1]) ascending = false
      runs.push([ordinal, ordinal + 1])
    }
  }
  return ascending ? runs : intervalSet(runs)
}

export function union(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const merged: [number, number][] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const [from, to] = j >= b.length || (i < a.length && a[i]![0] <= b[j]![0]) ? a[i++]! : b[j++]!
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  const result: Interval[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const from = Math.max(a[i]![0], b[j]![0])
    const to = Math.min(a[i]![1], b[j]![1])
    if (from < to) result.push([from, to])
    if (a[i]![1] < b[j]![1]) i++
    else j++
  }
  return result
}

export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  const result: Interval[] = []
  let j = 0
  for (const [from, to] of a) {
    let start = from
    while (j < b.length && b[j]![1] <= start) j++
    for (let k = j; k < b.length && b[k]![0] < to; k++) {
      if (b[k]![0] > start) result.push([start, b[k]![0]])
      start = Math.max(start, b[k]![1])
    }
    if (start < to) result.push([start, to])
  }
  return result
}

export function intersects(a: IntervalSet, b: IntervalSet): boolean {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (a[i]![1] <= b[j]![0]) i++
    else if (b[j]![1] <= a[i]![0]) j++
    else return true
  }
  return false
}

export function has(set: IntervalSet, ordinal: number): boolean {
  return covers(set, ordinal, ordinal + 1)
}

/** Whether all of `[from, to)` are members; true when there is nothing between them. */
export function covers(set: IntervalSet, from: number, to: number): boolean {
  if (from >= to) return true
  let low = 0
  let high = set.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[middle]![1] <= from) low = middle + 1
    else high = middle
  }
  return low < set.length && set[low]![0] <= from && set[low]![1] >= to
}

export function size(set: IntervalSet): number {
  return set.reduce((sum, [from, to]) => sum + to - from, 0)
}

export function* ordinals(set: IntervalSet): Generator<number> {
  for (const [from, to] of set) for (let i = from; i < to; i++) yield i
}

export function last(set: IntervalSet): number | undefined {
  const tail = set.at(-1)
  return tail ? tail[1] - 1 : undefined
}

/** Contiguous runs of at most `limit` members each, in order. */
export function* chunks(set: IntervalSet, limit: number): Generator<Interval> {
  for (const [from, to] of set) {
    for (let start = from; start < to; start += limit) yield [start, Math.min(to, start + limit)]
  }
}
