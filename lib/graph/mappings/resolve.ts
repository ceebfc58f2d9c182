import { EMPTY, type IntervalSet, interval, intervalSet, ordinals } from '../interval-set.ts'
import { firstDay, ordinalOfDay } from '../partitions/calendar.ts'
import { keyIndexOf, type PartitionSpace, timeOf } from '../partitions/space.ts'
import { mappingText, type PartitionMapping } from './mapping.ts'

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
 * Binds a mapping. `upstreamExisting` are the partitions of the upstream that exist now; windows are
 * clipped to its first one, since nothing earlier will ever exist.
 */
export function resolveMapping(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: PartitionSpace,
  upstreamExisting: IntervalSet,
): ResolvedMapping {
  const keyCount = up.keys.length
  const firstTime = timeOf(up, upstreamExisting[0]?.[0] ?? 0)
  const endTime = upstreamExisting.length === 0 ? firstTime : timeOf(up, upstreamExisting.at(-1)![1] - 1) + 1
  const range = timeRange(mapping, down, up, firstTime, endTime)
  const keyed = sameList(down.keys, up.keys) && keyCount > 1 && mapping.kind !== 'all'

  const boxOf = (downstream: number): Box => {
    const [from, to] = range(timeOf(down, downstream))
    return { from, to: Math.max(from, to), keys: keyed ? [keyIndexOf(down, downstream)] : null }
  }
  const boxSet = (box: Box): IntervalSet => {
    if (box.keys === null || !up.time) {
      if (!up.time && box.keys !== null) return intervalSet(box.keys.map((j) => [j, j + 1] as const))
      return up.time ? interval(box.from * keyCount, box.to * keyCount) : interval(0, keyCount)
    }
    const parts: [number, number][] = []
    for (let t = box.from; t < box.to; t++)
      for (const j of box.keys) parts.push([t * keyCount + j, t * keyCount + j + 1])
    return intervalSet(parts)
  }
  const upstreamOf = (downstream: IntervalSet): IntervalSet => {
    if (!keyed) {
      // Both ends of every mapping grow with time, and windows of neighbours touch: a run's union is its hull.
      return intervalSet(
        downstream.flatMap(([from, to]) => {
          const first = boxOf(from)
          const final = boxOf(to - 1)
          return boxSet({ from: first.from, to: final.to, keys: null })
        }),
      )
    }
    return intervalSet([...ordinals(downstream)].flatMap((ordinal) => boxSet(boxOf(ordinal))))
  }
  const downstreamOf = (upstream: IntervalSet, within: IntervalSet): IntervalSet => {
    if (upstream.length === 0) return EMPTY
    const hit: [number, number][] = []
    for (const ordinal of ordinals(within)) {
      const box = boxOf(ordinal)
      if (boxHits(box, upstream, up)) hit.push([ordinal, ordinal + 1])
    }
    return intervalSet(hit)
  }
  const kind = effectiveKind(mapping, down, up)
  const text = mapping.kind !== 'default' ? mappingText(mapping) : kind === 'overlap' ? 'overlap(0,0)' : kind
  return { text, boxOf, upstreamOf, downstreamOf }
}

function boxHits(box: Box, upstream: IntervalSet, up: PartitionSpace): boolean {
  const keyCount = up.keys.length
  const from = up.time ? box.from * keyCount : 0
  const to = up.time ? box.to * keyCount : keyCount
  for (const [start, end] of upstream) {
    if (end <= from) continue
    if (start >= to) return false
    if (box.keys === null) return true
    for (let i = Math.max(start, from); i < Math.min(end, to); i++)
      if (box.keys.includes(keyIndexOf(up, i))) return true
  }
  return false
}

function timeRange(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: PartitionSpace,
  firstTime: number,
  endTime: number,
): (t: number) => readonly [number, number] {
  if (!up.time) return () => [0, 1]
  const upGrain = up.time.grain
  switch (effectiveKind(mapping, down, up)) {
    case 'identity':
      return (t) => [t, t + 1]
    case 'last':
      return () => [Math.max(firstTime, endTime - 1), endTime]
    case 'overlap': {
      const startOffset = mapping.kind === 'overlap' ? mapping.startOffset : 0
      const endOffset = mapping.kind === 'overlap' ? mapping.endOffset : 0
      const grain = down.time!.grain
      return (t) => {
        const from = ordinalOfDay(upGrain, firstDay(grain, t)) + startOffset
        const to = ordinalOfDay(upGrain, firstDay(grain, t + 1) - 1) + 1 + endOffset
        return [Math.max(firstTime, from), to]
      }
    }
    case 'trailing': {
      if (mapping.kind !== 'trailing') throw new Error('unreachable: trailing is never a default')
      const grain = down.time!.grain
      return (t) => {
        const to = ordinalOfDay(upGrain, firstDay(grain, t + 1) - 1) + 1 + mapping.endOffset
        return [mapping.count === null ? firstTime : Math.max(firstTime, to - mapping.count), to]
      }
    }
    case 'all':
    case 'asOf':
    case 'default':
      return () => [firstTime, endTime]
  }
}
