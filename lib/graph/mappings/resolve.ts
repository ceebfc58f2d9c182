import { EMPTY, type Interval, type IntervalSet, intersect } from '../interval-set.ts'
import { keyIndexOf, type PartitionSpace, timeOf } from '../partitions/space.ts'
import { isMisfit, joinOf } from './join.ts'
import type { KeyMap } from './key-map.ts'
import { type Block, joinBlocks, keySet, overAllKeys, slicesOf, timesOfAnyKey } from './keyed-times.ts'
import type { PartitionMapping } from './mapping.ts'
import { readingTimes, readTimes, timeWindowOf } from './time-window.ts'

/** A block of upstream partitions: time ordinals `[from, to)` x key indexes (null: all keys). */
export interface Box {
  readonly from: number
  readonly to: number
  readonly keys: readonly number[] | null
}

/** A mapping bound to its two sides; pure, callable on any graph. */
export interface ResolvedMapping {
  /** Canonical text of the mapping with defaults resolved. */
  readonly text: string
  /** What it reads grows or moves as time goes on, by its meaning: another block is no other input. */
  readonly isMoving: boolean
  /** Time ordinals `[from, to)` of the upstream that the downstream's time ordinal reads. */
  readonly boxOf: (downstream: number) => Box
  /** Upstream partitions read by any member of a downstream set. */
  readonly upstreamOf: (downstream: IntervalSet) => IntervalSet
  /** Downstream partitions (within `within`) that read any member of an upstream set. */
  readonly downstreamOf: (upstream: IntervalSet, within: IntervalSet) => IntervalSet
}

/** Why a mapping cannot join these two sides, or undefined when it can. */
export function mappingMisfit(mapping: PartitionMapping, down: PartitionSpace, up: PartitionSpace): string | undefined {
  const join = joinOf(mapping, down, up)
  return isMisfit(join) ? join.misfit : undefined
}

/**
 * Binds a mapping. `upstreamExisting` are the partitions of the upstream that exist now. Windows are
 * clipped to the upstream's declared extent, since nothing outside it will ever exist.
 */
export function resolveMapping(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: PartitionSpace,
  upstreamExisting: IntervalSet,
): ResolvedMapping {
  const join = joinOf(mapping, down, up)
  if (isMisfit(join)) throw new Error(`unreachable: a graph with a mapping that does not fit: ${join.misfit}`)
  const { text, keys, time } = join
  const window = timeWindowOf(time, down, up, upstreamExisting)
  const isMoving = time.kind === 'all' || time.kind === 'last'
  const boxOf = (downstream: number): Box => {
    const [from, to] = window.at(timeOf(down, downstream))
    const read = keysRead(keys, keyIndexOf(down, downstream))
    // Of no key no time is read.
    return { from, to: read?.length === 0 ? from : Math.max(from, to), keys: read }
  }
  const isStraight = keys.kind === 'same' || (keys.kind === 'all' && up.keys.length === 1 && down.keys.length === 1)
  if (isStraight && (time.kind === 'identity' || !(down.time || up.time))) {
    return { text, isMoving, boxOf, upstreamOf: (downstream) => downstream, downstreamOf: intersect }
  }

  const upstreamOf = (downstream: IntervalSet): IntervalSet => {
    if (keys.kind === 'all') {
      return overAllKeys(readTimes(window, timesOfAnyKey(downstream, down.keys.length)), up.keys.length)
    }
    const { whole, byKey } = slicesOf(downstream, down.keys.length)
    const blocks: Block[] = []
    if (whole.length > 0) {
      const read = keys.kind === 'same' ? null : keySet(down.keys.keys(), keys.upstreamOf)
      blocks.push({ times: readTimes(window, whole), keys: read })
    }
    for (const [key, times] of byKey) {
      blocks.push({ times: readTimes(window, times), keys: keySet([key], (one) => keysRead(keys, one)!) })
    }
    return joinBlocks(blocks, up.keys.length)
  }
  const downstreamOf = (upstream: IntervalSet, within: IntervalSet): IntervalSet => {
    if (upstream.length === 0 || within.length === 0) return EMPTY
    const extent: Interval = [timeOf(down, within[0]![0]), timeOf(down, within.at(-1)![1] - 1) + 1]
    if (keys.kind === 'all') {
      const readers = readingTimes(window, timesOfAnyKey(upstream, up.keys.length), extent)
      return intersect(overAllKeys(readers, down.keys.length), within)
    }
    const readersOf = (key: number): readonly number[] => (keys.kind === 'same' ? [key] : keys.downstreamOf(key))
    const { whole, byKey } = slicesOf(upstream, up.keys.length)
    const blocks: Block[] = []
    if (whole.length > 0) {
      const readers = keys.kind === 'same' ? null : keySet(up.keys.keys(), readersOf)
      blocks.push({ times: readingTimes(window, whole, extent), keys: readers })
    }
    for (const [key, times] of byKey) {
      const readers = keySet([key], readersOf)
      if (readers.length > 0) blocks.push({ times: readingTimes(window, times, extent), keys: readers })
    }
    return intersect(joinBlocks(blocks, down.keys.length), within)
  }
  return { text, isMoving, boxOf, upstreamOf, downstreamOf }
}

function keysRead(keys: KeyMap, down: number): readonly number[] | null {
  switch (keys.kind) {
    case 'all':
      return null
    case 'same':
      return [down]
    case 'table':
      return keys.upstreamOf(down)
  }
}
