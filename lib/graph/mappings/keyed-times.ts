import { fromOrdinals, type Interval, type IntervalSet, intervalSet, ordinals } from '../interval-set.ts'

/*
 * A partition is `time * keyCount + key`. These split a set of partitions into times and join times
 * to partitions, without a look at each member where a stretch of time holds every key.
 */

/** Times at which any key is a member. */
export function timesOfAnyKey(set: IntervalSet, keyCount: number): IntervalSet {
  if (keyCount === 1) return set
  return intervalSet(set.map(([from, to]) => [Math.floor(from / keyCount), Math.ceil(to / keyCount)] as const))
}

/** All keys at the given times. */
export function overAllKeys(times: IntervalSet, keyCount: number): IntervalSet {
  if (keyCount === 0) return []
  return keyCount === 1 ? times : times.map(([from, to]) => [from * keyCount, to * keyCount] as const)
}

/** A set of partitions by times. */
export interface Slices {
  /** Times at which every key is a member. */
  readonly whole: IntervalSet
  /** Other times of single keys. */
  readonly byKey: ReadonlyMap<number, IntervalSet>
}

export function slicesOf(set: IntervalSet, keyCount: number): Slices {
  const whole: Interval[] = []
  const times = new Map<number, number[]>()
  const single = (from: number, to: number): void => {
    for (let ordinal = from; ordinal < to; ordinal++) {
      const time = Math.floor(ordinal / keyCount)
      const key = ordinal - time * keyCount
      const list = times.get(key)
      if (list) list.push(time)
      else times.set(key, [time])
    }
  }
  for (const [from, to] of set) {
    const [first, end] = [Math.ceil(from / keyCount), Math.floor(to / keyCount)]
    if (first >= end) single(from, to)
    else {
      single(from, first * keyCount)
      whole.push([first, end])
      single(end * keyCount, to)
    }
  }
  return { whole, byKey: new Map([...times].map(([key, list]) => [key, fromOrdinals(list)])) }
}

/** Times x keys; null: every key. */
export interface Block {
  readonly times: IntervalSet
  readonly keys: IntervalSet | null
}

/** All that any of these keys comes to. */
export function keySet(keys: Iterable<number>, of: (key: number) => readonly number[]): IntervalSet {
  const found: number[] = []
  for (const key of keys) for (const one of of(key)) found.push(one)
  return fromOrdinals(found)
}

/** The partitions of blocks, which may overlap. */
export function joinBlocks(blocks: readonly Block[], keyCount: number): IntervalSet {
  const intervals: Interval[] = []
  for (const { times, keys } of blocks) {
    if (keys === null || isEvery(keys, keyCount)) {
      for (const stretch of overAllKeys(times, keyCount)) intervals.push(stretch)
    } else {
      for (const time of ordinals(times)) {
        for (const [from, to] of keys) intervals.push([time * keyCount + from, time * keyCount + to])
      }
    }
  }
  return intervalSet(intervals)
}

function isEvery(keys: IntervalSet, keyCount: number): boolean {
  return keys.length === 1 && keys[0]![0] === 0 && keys[0]![1] === keyCount
}
