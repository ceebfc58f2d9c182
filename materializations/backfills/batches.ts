import { type AssetKey, existingPartitions, type IntervalSet, sets } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { slotEnds, type Wanted } from './time-slots.ts'

/**
 * Cuts wanted partitions into batches of at most `size`, each of which can be made when those before it are: in the order
 * in which the partitions came to exist, and no partition before one that it reads. Interval algebra throughout: the cost
 * grows with assets and batches, not with partitions.
 */
export function* batchesOf(state: GraphState, wanted: Wanted, size: number): Generator<Wanted> {
  let batch = new Map<AssetKey, IntervalSet>()
  let room = size
  for (const slot of slotsOf(state, wanted, size)) {
    const whole = slot.reduce((sum, [, set]) => sum + sets.size(set), 0)
    // Batches end where slots do, unless a slot is larger than a batch.
    if (whole > room && room < size) {
      yield batch
      batch = new Map()
      room = size
    }
    for (const [key, set] of slot) {
      let rest = set
      while (rest.length > 0) {
        const part = firstOf(rest, room)
        batch.set(key, sets.union(batch.get(key) ?? sets.EMPTY, part))
        rest = sets.subtract(rest, part)
        room -= sets.size(part)
        if (room > 0) continue
        yield batch
        batch = new Map()
        room = size
      }
    }
  }
  if (batch.size > 0) yield batch
}

type Slot = readonly (readonly [AssetKey, IntervalSet])[]

/** Slots of time, upstreams before downstreams in each. */
function* slotsOf(state: GraphState, wanted: Wanted, size: number): Generator<Slot> {
  const keys = state.graph.order.filter((key) => (wanted.get(key) ?? sets.EMPTY).length > 0)
  const taken = new Map<AssetKey, IntervalSet>()
  for (const end of [...slotEnds((key) => state.asset(key).space, wanted, size), undefined]) {
    const slot: [AssetKey, IntervalSet][] = []
    for (const key of keys) {
      const upTo = end === undefined ? wanted.get(key)! : readyBy(state, key, end, wanted, taken)
      const fresh = sets.subtract(upTo, taken.get(key) ?? sets.EMPTY)
      taken.set(key, upTo)
      if (fresh.length > 0) slot.push([key, fresh])
    }
    if (slot.length > 0) yield slot
  }
}

/** Wanted partitions that existed by `end` and read nothing that comes later. `taken` holds the upstreams up to `end`. */
function readyBy(
  state: GraphState,
  key: AssetKey,
  end: Date,
  wanted: Wanted,
  taken: ReadonlyMap<AssetKey, IntervalSet>,
): IntervalSet {
  const all = wanted.get(key)!
  let ready = sets.intersect(all, existingPartitions(state.asset(key).space, end))
  let readsItself = false
  for (const edge of state.graph.upstream.get(key)!) {
    if (edge.upstream === key) {
      readsItself = true
      continue
    }
    const late = sets.subtract(wanted.get(edge.upstream) ?? sets.EMPTY, taken.get(edge.upstream) ?? sets.EMPTY)
    if (late.length > 0) ready = sets.subtract(ready, state.mapping(edge).downstreamOf(late, ready))
  }
  if (!readsItself) return ready
  // What reads its own earlier partitions waits for the first of them that is late, and for all after it.
  const firstLate = sets.subtract(all, ready)[0]?.[0]
  return firstLate === undefined ? ready : sets.intersect(ready, [[Number.NEGATIVE_INFINITY, firstLate]])
}

function firstOf(set: IntervalSet, limit: number): IntervalSet {
  const part: [number, number][] = []
  let left = limit
  for (const [from, to] of set) {
    if (left === 0) break
    const end = Math.min(to, from + left)
    part.push([from, end])
    left -= end - from
  }
  return part
}
