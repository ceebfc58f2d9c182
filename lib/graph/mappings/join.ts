import { nearMisses } from '../key.ts'
import { endTime, firstTime, timelineOf } from '../partitions/calendar.ts'
import { dimensionsOf } from '../partitions/definitions.ts'
import {
  type KeyDimension,
  keyIndex,
  keyIndexOf,
  type PartitionSpace,
  partitionOrdinal,
  partitionSpace,
  timeOf,
} from '../partitions/space.ts'
import type { Grain } from '../partitions/time-partitions.ts'
import {
  ALL_KEYS,
  combinedKeys,
  type DimensionJoin,
  type KeyMap,
  keyTable,
  matchedKeys,
  SAME_KEYS,
  sameDimensions,
} from './key-map.ts'
import { defaultMapping, mappingText, type PartitionMapping, type TrailingUnit } from './mapping.ts'

/** What a mapping says of the time dimension, with its default resolved. */
export type TimeJoin =
  | { readonly kind: 'identity' }
  | { readonly kind: 'overlap'; readonly startOffset: number; readonly endOffset: number }
  | { readonly kind: 'trailing'; readonly count: number | null; readonly endOffset: number }
  /** All that exist, or the newest that exists: they move as time goes on. */
  | { readonly kind: 'all' }
  | { readonly kind: 'last' }
  /** These times, `[from, to)`, always. */
  | { readonly kind: 'fixed'; readonly from: number; readonly to: number }

/** A mapping between two sides, dimension by dimension. */
export interface Join {
  readonly time: TimeJoin
  readonly keys: KeyMap
  readonly text: string
}

export type Misfit = { readonly misfit: string }

export const isMisfit = (join: Join | Misfit): join is Misfit => 'misfit' in join

/** How a mapping joins two sides, or why it cannot. Pure in the definitions: no dynamic key is asked for. */
export function joinOf(mapping: PartitionMapping, down: PartitionSpace, up: PartitionSpace): Join | Misfit {
  const keys = (): KeyMap => matchedKeys(down, up)
  const text = mappingText(mapping)
  switch (mapping.kind) {
    case 'default': {
      const time = defaultTime(down, up)
      const isSame = !down.time && !up.time && sameDimensions(down.dimensions, up.dimensions)
      const name = isSame ? 'identity' : time.kind === 'overlap' ? 'overlap(0,0)' : time.kind
      return { time, keys: keys(), text: name }
    }
    case 'identity':
      if (!sameWindows(down, up) || !sameDimensions(down.dimensions, up.dimensions)) {
        return { misfit: 'identity needs the same partitions on both sides' }
      }
      return { time: mapping, keys: up.dimensions.length === 0 ? ALL_KEYS : SAME_KEYS, text }
    case 'overlap':
    case 'trailing': {
      if (!up.time) return { misfit: `${mapping.kind} needs an upstream partitioned by time` }
      if (!down.time) return { misfit: `${mapping.kind} needs a downstream partitioned by time` }
      if (mapping.kind === 'trailing' && mapping.unit !== 'partition' && up.time.grain !== mapping.unit) {
        return { misfit: trailingMisfit(mapping.unit, up.time.grain) }
      }
      return { time: mapping, keys: keys(), text }
    }
    case 'all':
      return { time: mapping, keys: ALL_KEYS, text }
    case 'last':
      if (!up.time) return { misfit: 'last needs an upstream partitioned by time' }
      return { time: mapping, keys: keys(), text }
    case 'asOf':
      if (!down.time) return { misfit: 'asOf needs a downstream partitioned by time' }
      if (up.time) return { misfit: 'asOf follows the versions of an upstream that has no time of its own' }
      return { time: { kind: 'all' }, keys: keys(), text }
    case 'specific':
      return specificJoin(mapping.keys, down, up, text)
    case 'static':
      return staticJoin(mapping, down, up)
    case 'dimension':
      return dimensionJoin(mapping.name, mapping.mapping, down, up)
    case 'perDimension':
      return perDimensionJoin(mapping, down, up)
  }
}

/** Dagster's defaults: same windows identity, time to time by overlap, all where one side has no time. */
function defaultTime(down: PartitionSpace, up: PartitionSpace): TimeJoin {
  if (!down.time || !up.time) return { kind: 'all' }
  return sameWindows(down, up) ? { kind: 'identity' } : { kind: 'overlap', startOffset: 0, endOffset: 0 }
}

function sameWindows(down: PartitionSpace, up: PartitionSpace): boolean {
  if (!down.time || !up.time) return down.time === up.time
  return timelineOf(down.time) === timelineOf(up.time)
}

function trailingMisfit(unit: TrailingUnit, grain: Grain): string {
  return grain === 'cron'
    ? `trailing counts ${unit}s but the upstream has one partition per tick; count in partitions`
    : `trailing counts ${unit}s but the upstream has one partition per ${grain}`
}

/** Named partitions must be a block, since that is what is recorded of an input: a stretch of time x keys. */
function specificJoin(names: readonly string[], down: PartitionSpace, up: PartitionSpace, text: string): Join | Misfit {
  if (up.definition.kind === 'single') return { misfit: 'the upstream has a single partition, without a key' }
  // A dynamic key may come later: what is named must be a block whichever of them there are.
  const named = withKeysOf(up, names)
  const unknown = names.find((name) => partitionOrdinal(named, name) === undefined)
  if (unknown !== undefined) return { misfit: `the upstream has no partition '${unknown}'` }
  const { times: allTimes, keys: allKeys } = placesOf(named, names)
  const outside = up.time && allTimes.find((time) => time < firstTime(up.time!) || time >= endTime(up.time!))
  if (up.line && outside !== undefined)
    return { misfit: `'${up.line.key(outside)}' will never be an upstream partition` }
  if (allTimes.at(-1)! - allTimes[0]! + 1 !== allTimes.length)
    return { misfit: 'the partitions are not one stretch of time; give one input for each' }
  if (allTimes.length * allKeys.length !== names.length)
    return { misfit: 'not every named time has every named key; give one input for each key' }
  const { times, keys } = placesOf(up, names)
  const [from, to] = times.length === 0 ? [0, 0] : [times[0]!, times.at(-1)! + 1]
  return {
    time: { kind: 'fixed', from, to },
    keys: up.dimensions.length === 0 ? ALL_KEYS : keyTable(down.keys.length, () => keys),
    text,
  }
}

/** Times and keys of those of these partitions that there are; both ascending. */
function placesOf(space: PartitionSpace, names: readonly string[]): { times: number[]; keys: number[] } {
  const ordinals = names.flatMap((name) => partitionOrdinal(space, name) ?? [])
  const distinct = (places: number[]): number[] => [...new Set(places)].sort((a, b) => a - b)
  return {
    times: distinct(ordinals.map((ordinal) => timeOf(space, ordinal))),
    keys: distinct(ordinals.map((ordinal) => keyIndexOf(space, ordinal))),
  }
}

/** A space whose dynamic dimensions have the keys that these partitions name. */
function withKeysOf(space: PartitionSpace, names: readonly string[]): PartitionSpace {
  const members = new Map<string, string[]>()
  dimensionsOf(space.definition).forEach(({ definition }, i) => {
    if (definition.kind !== 'dynamic') return
    const parts = names.flatMap((name) => (space.definition.kind === 'cross' ? name.split('|')[i] : name) ?? [])
    members.set(definition.name, [...new Set([...(members.get(definition.name) ?? []), ...parts])])
  })
  return members.size === 0 ? space : partitionSpace(space.definition, members)
}

function staticJoin(
  mapping: Extract<PartitionMapping, { kind: 'static' }>,
  down: PartitionSpace,
  up: PartitionSpace,
): Join | Misfit {
  const { upstreamOf } = mapping
  for (const [side, { dimensions }] of [
    ['upstream', up],
    ['downstream', down],
  ] as const) {
    if (dimensions.length === 0) return { misfit: `static needs keys ${side}` }
  }
  for (const [key, reads] of Object.entries(upstreamOf)) {
    const unknown = unknownKey('downstream', down, key) ?? firstOf(reads, (read) => unknownKey('upstream', up, read))
    if (unknown) return { misfit: unknown }
  }
  const keys = keyTable(down.keys.length, (index) => {
    const read = Object.hasOwn(upstreamOf, down.keys[index]!) ? upstreamOf[down.keys[index]!]! : []
    return read.flatMap((key) => keyIndex(up, key) ?? []).sort((a, b) => a - b)
  })
  return named({ time: defaultTime(down, up), keys }, mapping, up)
}

function unknownKey(side: string, { dimensions, keys }: PartitionSpace, key: string): string | undefined {
  const isDynamic = dimensions.some(({ definition }) => definition.kind === 'dynamic')
  if (isDynamic || keyIndex({ keys }, key) !== undefined) return undefined
  const near = nearMisses(key, keys)
  return `the ${side} has no key '${key}'${near.length > 0 ? `; was ${near.join(', ')} meant?` : ''}`
}

function firstOf<T>(values: readonly T[], find: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const found = find(value)
    if (found !== undefined) return found
  }
  return undefined
}

function dimensionJoin(name: string, inner: PartitionMapping, down: PartitionSpace, up: PartitionSpace): Join | Misfit {
  const [isDown, isUp] = [down, up].map(({ definition }) => definition.kind === 'cross')
  if (isDown === isUp) {
    return { misfit: `dimension needs two dimensions on one side only; ${isUp ? 'both have two' : 'neither has two'}` }
  }
  const [wide, side] = isUp ? [up, 'upstream'] : [down, 'downstream']
  const part = dimensionSpace(wide, name)
  if (!part) return { misfit: noDimension(side, wide, name) }
  const join = isUp ? joinOf(inner, down, part) : joinOf(inner, part, up)
  if (isMisfit(join)) return join
  const from = wide.dimensions.findIndex((dimension) => dimension.name === name)
  if (isUp) {
    const joins = wide.dimensions.map(({ name: other }): DimensionJoin => {
      return other === name ? { from: down.dimensions.length === 0 ? undefined : 0, map: join.keys } : EVERY_KEY
    })
    const time: TimeJoin = name === up.timeName || !up.time ? join.time : { kind: 'all' }
    return named({ time, keys: combinedKeys(down, up, joins) }, mappingOfDimension(name, inner), up)
  }
  const joins = up.dimensions.map((): DimensionJoin => ({ from: from < 0 ? undefined : from, map: join.keys }))
  return named({ time: join.time, keys: combinedKeys(down, up, joins) }, mappingOfDimension(name, inner), up)
}

const EVERY_KEY: DimensionJoin = { from: undefined, map: ALL_KEYS }

const mappingOfDimension = (name: string, mapping: PartitionMapping): PartitionMapping => ({
  kind: 'dimension',
  name,
  mapping,
})

function perDimensionJoin(
  mapping: Extract<PartitionMapping, { kind: 'perDimension' }>,
  down: PartitionSpace,
  up: PartitionSpace,
): Join | Misfit {
  for (const [side, space] of [
    ['upstream', up],
    ['downstream', down],
  ] as const) {
    if (space.definition.kind !== 'cross') return { misfit: `perDimension needs two dimensions ${side}` }
    const unknown = Object.keys(mapping.mappings).find((name) => !dimensionSpace(space, name))
    if (unknown !== undefined) return { misfit: noDimension(side, space, unknown) }
  }
  let time: TimeJoin = { kind: 'all' }
  const joins: DimensionJoin[] = []
  const names = up.definition.kind === 'cross' ? up.definition.dimensions.map(({ name }) => name) : []
  for (const name of names) {
    const [reader, read] = [dimensionSpace(down, name), dimensionSpace(up, name)!]
    const join: Join | Misfit = reader
      ? joinOf(mapping.mappings[name] ?? defaultMapping, reader, read)
      : { time: { kind: 'all' }, keys: ALL_KEYS, text: 'all' }
    if (isMisfit(join)) return { misfit: `of '${name}', ${join.misfit}` }
    if (name === up.timeName) time = join.time
    else {
      const from = down.dimensions.findIndex((dimension) => dimension.name === name)
      joins.push({ from: from < 0 ? undefined : from, map: join.keys })
    }
  }
  return named({ time, keys: combinedKeys(down, up, joins) }, mapping, up)
}

/** A block that moves as time goes on is known by its version alone: the text says so, as for the plain mapping. */
function named(join: Omit<Join, 'text'>, mapping: PartitionMapping, up: PartitionSpace): Join {
  const { kind } = join.time
  return { ...join, text: up.time && (kind === 'all' || kind === 'last') ? kind : mappingText(mapping) }
}

/** One dimension on its own, with the members that it has now. */
function dimensionSpace(space: PartitionSpace, name: string): PartitionSpace | undefined {
  if (space.definition.kind !== 'cross') return undefined
  const dimension = space.definition.dimensions.find((one) => one.name === name)
  if (!dimension) return undefined
  const keyed: KeyDimension | undefined = space.dimensions.find((one) => one.name === name)
  const alone = partitionSpace(dimension.definition)
  return keyed ? { ...alone, dimensions: [keyed], keys: keyed.keys } : alone
}

function noDimension(side: string, { definition }: PartitionSpace, name: string): string {
  const names = definition.kind === 'cross' ? definition.dimensions.map((one) => one.name) : []
  return `the ${side} has no dimension '${name}', only ${names.join(' and ')}`
}
