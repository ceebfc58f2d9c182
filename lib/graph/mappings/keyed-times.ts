import { type IntervalSet, intervalSet } from '../interval-set.ts'

/*
 * A partition is `time * keyCount + key`. These split a set of partitions into times and join times
 * to partitions, without a look at each member where a stretch of time holds every key.
 */

/** Times at which a key is a member. */
export function timesOfKey(set: IntervalSet, keyCount: number, key: number): IntervalSet {
  if (keyCount === 1) return set
  return intervalSet(
    set.map(([from, to]) => [Math.ceil((from - key) / keyCount), Math.ceil((to - key) / keyCount)] as const),
  )
}

/** Times at which any key is a member. */
export function timesOfAnyKey(set: IntervalSet, keyCount: number): IntervalSet {
  if (keyCount === 1) return set
  return intervalSet(set.map(([from, to]) => [Math.floor(from / keyCount), Math.ceil(to / keyCount)] as const))
}

/** All keys at the given times. */
export function overAllKeys(times: IntervalSet, keyCount: number): IntervalSet {
  return keyCount === 1 ? times : times.map(([from, to]) => [from * keyCount, to * keyCount] as const)
}

/** Partitions from the times of each key. */
export function joinKeys(timesByKey: readonly IntervalSet[]): IntervalSet {
  const keyCount = timesByKey.length
  const bounds = [...new Set(timesByKey.flatMap((times) => times.flat()))].sort((a, b) => a - b)
  const cursors = timesByKey.map(() => 0)
  const joined: [number, number][] = []
  const push = (from: number, to: number) => {
    const last = joined.at(-1)
    if (last && from === last[1]) last[1] = to
    else joined.push([from, to])
  }
  for (const [i, from] of bounds.slice(0, -1).entries()) {
    const members: number[] = []
    for (const [key, times] of timesByKey.entries()) {
      while (cursors[key]! < times.length && times[cursors[key]!]![1] <= from) cursors[key]!++
      const current = times[cursors[key]!]
      if (current && current[0] <= from) members.push(key)
    }
    const to = bounds[i + 1]!
    if (members.length === keyCount) push(from * keyCount, to * keyCount)
    else if (members.length > 0) {
      for (let time = from; time < to; time++)
        for (const key of members) push(time * keyCount + key, time * keyCount + key + 1)
    }
  }
  return joined
}
