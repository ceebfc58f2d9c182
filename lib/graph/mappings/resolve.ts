import { EMPTY, type Interval, type IntervalSet, intersect } from '../interval-set.ts'
import { keyIndexOf, type PartitionSpace, timeOf } from '../partitions/space.ts'
import { joinKeys, overAllKeys, timesOfAnyKey, timesOfKey } from './keyed-times.ts'
import { mappingText, type PartitionMapping } from './mapping.ts'
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
  /** Time ordinals `[from, to)` of the upstream that the downstream's time ordinal reads. */
  readonly boxOf: (downstream: number) => Box
  /** Upstream partitions read by any member of a downstream set. */
  readonly upstreamOf: (downstream: IntervalSet) => IntervalSet
  /** Downstream partitions (within `within`) that read any member of an upstream set. */
  readonly downstreamOf: (upstream: IntervalSet, within: IntervalSet) => IntervalSet
}

/** Why a mapping cannot join these two sides, or undefined when it can. */
export function mappingMisfit(mapping: PartitionMapping, down: PartitionSpace, up: PartitionSpace): string | undefined {
  if (mapping.kind === 'identity' && !sameKeys(down, up)) {
    return 'identity needs the same partitions on both sides'
  }
  if (mapping.kind === 'trailing' || mapping.kind === 'overlap') {
    if (!up.time) return `${mapping.kind} needs an upstream partitioned by time`
    if (!down.time) return `${mapping.kind} needs a downstream partitioned by time`
    if (mapping.kind === 'trailing' && up.time.grain !== mapping.unit) {
      return `trailing counts ${mapping.unit}s but the upstream has one partition per ${up.time.grain}`
    }
  }
  if (mapping.kind === 'last' && !up.time) return 'last needs an upstream partitioned by time'
  if (mapping.kind === 'asOf' && !down.time) return 'asOf needs a downstream partitioned by time'
  if (mapping.kind === 'asOf' && up.time) return 'asOf follows the versions of an upstream that has no time of its own'
  const effective = effectiveKind(mapping, down, up)
  if (effective !== 'all' && effective !== 'asOf' && effective !== 'last' && down.time && up.time) {
    if (down.time.timezone !== up.time.timezone) {
      return `the time zones differ (${down.time.timezone} and ${up.time.timezone})`
    }
  }
  return undefined
}

function sameKeys(down: PartitionSpace, up: PartitionSpace): boolean {
  return down.time?.grain === up.time?.grain && sameList(down.keys, up.keys)
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i])
}

/** Dagster's defaults: same definition identity, time to time by overlap, all where one side has no time. */
function effectiveKind(mapping: PartitionMapping, down: PartitionSpace, up: PartitionSpace): PartitionMapping['kind'] {
  if (mapping.kind !== 'default') return mapping.kind
  if (down.time && up.time) return down.time.grain === up.time.grain ? 'identity' : 'overlap'
  return !down.time && !up.time && sameList(down.keys, up.keys) ? 'identity' : 'all'
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
  const kind = effectiveKind(mapping, down, up)
  const keyCount = up.keys.length
  const keyed = isKeyed(mapping, down, up)
  const window = timeWindowOf(mapping, kind, down, up, upstreamExisting)

  const boxOf = (downstream: number): Box => {
    const [from, to] = window.at(timeOf(down, downstream))
    return { from, to: Math.max(from, to), keys: keyed ? [keyIndexOf(down, downstream)] : null }
  }
  const upstreamOf = (downstream: IntervalSet): IntervalSet => {
    if (!keyed) return overAllKeys(readTimes(window, timesOfAnyKey(downstream, down.keys.length)), keyCount)
    return joinKeys(up.keys.map((_, key) => readTimes(window, timesOfKey(downstream, keyCount, key))))
  }
  const downstreamOf = (upstream: IntervalSet, within: IntervalSet): IntervalSet => {
    if (upstream.length === 0 || within.length === 0) return EMPTY
    const extent: Interval = [timeOf(down, within[0]![0]), timeOf(down, within.at(-1)![1] - 1) + 1]
    const readers = keyed
      ? joinKeys(up.keys.map((_, key) => readingTimes(window, timesOfKey(upstream, keyCount, key), extent)))
      : overAllKeys(readingTimes(window, timesOfAnyKey(upstream, keyCount), extent), down.keys.length)
    return intersect(readers, within)
  }
  const text = mapping.kind !== 'default' ? mappingText(mapping) : kind === 'overlap' ? 'overlap(0,0)' : kind
  return { text, boxOf, upstreamOf, downstreamOf }
}

/** Fixed dimensions match key by key where both sides have the same keys. */
function isKeyed(mapping: PartitionMapping, down: PartitionSpace, up: PartitionSpace): boolean {
  return up.fixedNames.length > 0 && mapping.kind !== 'all' && sameList(down.keys, up.keys)
}
