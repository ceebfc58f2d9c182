import {
  type AssetKey,
  existingPartitions,
  existsFrom,
  type IntervalSet,
  type PartitionSpace,
  sets,
  timeOf,
} from '../../lib/graph/index.ts'

/** Partitions wanted of each asset. */
export type Wanted = ReadonlyMap<AssetKey, IntervalSet>

/** Moments looked at as a slot's end, of each time definition: slots are never finer than this share of its extent. */
const CANDIDATES = 4_096

/**
 * Moments that cut the wanted partitions, in the order in which they came to exist, into slots of about `size`. The last
 * slot has no end. A slot may hold more where more came to exist at one moment.
 */
export function slotEnds(spaceOf: (key: AssetKey) => PartitionSpace, wanted: Wanted, size: number): Date[] {
  const candidates = candidateEnds(spaceOf, wanted)
  const countAt = (end: Date) => {
    let count = 0
    for (const [key, set] of wanted) count += sets.size(sets.intersect(set, existingPartitions(spaceOf(key), end)))
    return count
  }
  const ends: Date[] = []
  let before = 0
  let next = 0
  while (next < candidates.length - 1) {
    // The greatest moment up to which the slot still fits, or the next one at all.
    let low = next
    let high = candidates.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (countAt(candidates[middle]!) - before <= size) low = middle
      else high = middle - 1
    }
    if (low >= candidates.length - 1) break
    ends.push(candidates[low]!)
    before = countAt(candidates[low]!)
    next = low + 1
  }
  return ends
}

/** Moments at which wanted partitions came to exist, ascending; thinned out where there are very many. */
function candidateEnds(spaceOf: (key: AssetKey) => PartitionSpace, wanted: Wanted): Date[] {
  const extents = new Map<string, { space: PartitionSpace; from: number; to: number }>()
  for (const [key, set] of wanted) {
    const space = spaceOf(key)
    if (!space.time || set.length === 0) continue
    const id = JSON.stringify(space.time)
    const from = timeOf(space, set[0]![0])
    const to = timeOf(space, sets.last(set)!) + 1
    const known = extents.get(id)
    extents.set(
      id,
      known ? { space, from: Math.min(from, known.from), to: Math.max(to, known.to) } : { space, from, to },
    )
  }
  const moments = new Set<number>()
  for (const { space, from, to } of extents.values()) {
    const stride = Math.max(1, Math.ceil((to - from) / CANDIDATES))
    for (let time = to - 1; time >= from; time -= stride) moments.add(existsFrom(space.time!, time).getTime())
  }
  return [...moments].sort((a, b) => a - b).map((moment) => new Date(moment))
}
