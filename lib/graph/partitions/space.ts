import { EMPTY, type IntervalSet, interval } from '../interval-set.ts'
import { existingEnd, firstTime, timelineOf } from './calendar.ts'
import { dimensionsOf, type KeyPartitions, type PartitionsDefinition } from './definitions.ts'
import type { TimePartitions } from './time-partitions.ts'
import type { Timeline } from './timeline.ts'

/** Keys of dynamic partitions by their name, in the order in which they were added. */
export type DynamicKeys = ReadonlyMap<string, readonly string[]>

/** A dimension that is not time, with its members. */
export interface KeyDimension {
  readonly name: string
  readonly definition: KeyPartitions
  readonly keys: readonly string[]
}

/**
 * Every partitions definition as one shape: time ordinals x keys. A partition is the integer
 * `t * keys.length + j`, so that a stretch of time over all keys is one interval.
 */
export interface PartitionSpace {
  readonly definition: PartitionsDefinition
  readonly time: TimePartitions | undefined
  readonly line: Timeline | undefined
  readonly timeName: string | undefined
  readonly fixedNames: readonly string[]
  /** The dimensions without time, none to two. */
  readonly dimensions: readonly KeyDimension[]
  /** Keys of the dimension without time (or the product of two), `['']` when there is none. */
  readonly keys: readonly string[]
}

const NO_KEYS: readonly string[] = Object.freeze([''])

/** Dynamic dimensions without an entry in `dynamicKeys` have no members. */
export function partitionSpace(definition: PartitionsDefinition, dynamicKeys: DynamicKeys = new Map()): PartitionSpace {
  let time: TimePartitions | undefined
  let timeName: string | undefined
  const dimensions: KeyDimension[] = []
  for (const { name, definition: one } of dimensionsOf(definition)) {
    if (one.kind === 'time') [time, timeName] = [one, name]
    else {
      const keys = one.kind === 'fixed' ? one.keys : (dynamicKeys.get(one.name) ?? [])
      dimensions.push({ name, definition: one, keys })
    }
  }
  const [first, second] = dimensions
  return {
    definition,
    time,
    line: time && timelineOf(time),
    timeName,
    fixedNames: dimensions.map(({ name }) => name),
    dimensions,
    keys: second
      ? first!.keys.flatMap((left) => second.keys.map((right) => `${left}|${right}`))
      : (first?.keys ?? NO_KEYS),
  }
}

const indexes = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

/** The place of a key (of both dimensions, where there are two without time) in `space.keys`. */
export function keyIndex({ keys }: Pick<PartitionSpace, 'keys'>, key: string): number | undefined {
  let places = indexes.get(keys)
  if (!places) {
    places = new Map(keys.map((one, i) => [one, i]))
    indexes.set(keys, places)
  }
  return places.get(key)
}

export function timeOf(space: PartitionSpace, ordinal: number): number {
  return space.time ? Math.floor(ordinal / space.keys.length) : 0
}

export function keyIndexOf(space: PartitionSpace, ordinal: number): number {
  if (!space.time) return ordinal
  return ordinal - Math.floor(ordinal / space.keys.length) * space.keys.length
}

export function partitionKey(space: PartitionSpace, ordinal: number): string {
  const fixedKey = space.keys[keyIndexOf(space, ordinal)]!
  if (!space.line) return fixedKey
  const time = space.line.key(timeOf(space, ordinal))
  if (space.definition.kind !== 'cross') return time
  return isTimeFirst(space) ? `${time}|${fixedKey}` : `${fixedKey}|${time}`
}

/** The ordinal of a key, or undefined when the key has another form or names an unknown member. */
export function partitionOrdinal(space: PartitionSpace, key: string): number | undefined {
  if (!space.line) return keyIndex(space, key)
  if (space.definition.kind !== 'cross') return space.line.ordinal(key)
  const bar = key.indexOf('|')
  if (bar < 0) return undefined
  const timeFirst = isTimeFirst(space)
  const time = space.line.ordinal(timeFirst ? key.slice(0, bar) : key.slice(bar + 1))
  const index = keyIndex(space, timeFirst ? key.slice(bar + 1) : key.slice(0, bar))
  return time === undefined || index === undefined ? undefined : time * space.keys.length + index
}

function isTimeFirst({ definition }: PartitionSpace): boolean {
  return definition.kind === 'cross' && definition.dimensions[0].definition.kind === 'time'
}

/** All partitions between two time ordinals, over all keys. */
export function timeInterval(space: PartitionSpace, from: number, to: number): IntervalSet {
  return interval(from * space.keys.length, to * space.keys.length)
}

/** Partitions that exist at `now`: windows that have ended, and whose delay has passed. */
export function existingPartitions(space: PartitionSpace, now: Date): IntervalSet {
  if (!space.time) return interval(0, space.keys.length)
  const start = firstTime(space.time)
  const end = existingEnd(space.time, now)
  return start < end ? timeInterval(space, start, end) : EMPTY
}

/**
 * Partitions that a user names: an exact key, or `2026-03-01|*` for all keys of one dimension without time.
 * Null: the text fits no partition of this definition.
 */
export function partitionsMatching(space: PartitionSpace, text: string): number[] | null {
  const exact = partitionOrdinal(space, text)
  if (exact !== undefined) return [exact]
  if (space.definition.kind !== 'cross' || !text.includes('*')) return null
  const parts = text.split('|')
  if (parts.length !== 2) return null
  const members = space.definition.dimensions.map(({ name }, i) => {
    const dimension = space.dimensions.find((one) => one.name === name)
    return parts[i] === '*' && dimension ? dimension.keys : [parts[i]!]
  })
  const found = members[0]!
    .flatMap((first) => members[1]!.map((second) => partitionOrdinal(space, `${first}|${second}`)))
    .filter((ordinal) => ordinal !== undefined)
  return found.length > 0 ? found : null
}
