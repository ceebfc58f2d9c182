import {
  dimensionsOf,
  type PartitionMapping,
  type PartitionSpace,
  type PartitionsDefinition,
  partitionKey,
  partitionsSignature,
  type TimePartitions,
} from '../../../../lib/graph/index.ts'
import { placesOf, windowsOf } from './naive-windows.ts'

export interface Split {
  readonly time: string | undefined
  readonly fixed: string
}

/** A key's time and fixed part, found by form alone. */
export function split(space: PartitionSpace, key: string): Split {
  const parts = key.split('|')
  const isTime = (part: string) => /^\d{4}-\d{2}/.test(part)
  if (!space.time) return { time: undefined, fixed: key }
  return { time: parts.find(isTime), fixed: parts.filter((part) => !isTime(part)).join('|') }
}

interface Side {
  readonly definition: PartitionsDefinition
  /** Members of each dimension without time, by its name. */
  readonly members: ReadonlyMap<string, readonly string[]>
}

/** Parts of a partition by the names of its dimensions. */
type Parts = Readonly<Record<string, string>>

const sideOf = (space: PartitionSpace): Side => ({
  definition: space.definition,
  members: new Map(space.dimensions.map(({ name, keys }) => [name, keys])),
})

const isTimed = ({ definition }: Side, name: string): boolean =>
  dimensionsOf(definition).some((one) => one.name === name && one.definition.kind === 'time')

const namesOf = ({ definition }: Side): string[] => dimensionsOf(definition).map(({ name }) => name)

const timeOf = ({ definition }: Side): TimePartitions | undefined =>
  dimensionsOf(definition).flatMap((one) => (one.definition.kind === 'time' ? [one.definition] : []))[0]

const timeNameOf = (side: Side): string | undefined => namesOf(side).find((name) => isTimed(side, name))

function partsOf(side: Side, key: string): Parts {
  const parts = key.split('|')
  return Object.fromEntries(namesOf(side).map((name, i) => [name, parts[i]!]))
}

const keyOfParts = (side: Side, parts: Parts): string =>
  namesOf(side)
    .map((name) => parts[name]!)
    .join('|')

/**
 * Keys of the upstream partitions that one downstream partition reads, straight from the words of the
 * design and in plain loops: every upstream key there is, asked one by one.
 */
export function naiveReads(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: PartitionSpace,
  upExistingKeys: readonly string[],
  downKey: string,
): string[] {
  const [reader, read] = [sideOf(down), sideOf(up)]
  const parts = partsOf(reader, downKey)
  const timeName = timeNameOf(read)
  const existing =
    timeName === undefined ? [] : [...new Set(upExistingKeys.map((key) => partsOf(read, key)[timeName]!))]
  return everyPartition(read, existing, timeName === undefined ? undefined : parts[timeNameOf(reader) ?? ''])
    .filter((candidate) => isRead(mapping, reader, read, parts, candidate, existing))
    .map((candidate) => keyOfParts(read, candidate))
}

/** Every upstream partition that ever could be, in order: of each time all keys. */
function everyPartition(side: Side, existing: readonly string[], own: string | undefined): Parts[] {
  const time = timeOf(side)
  const timeName = timeNameOf(side)
  let times: readonly (string | undefined)[] = [undefined]
  if (time) {
    const within = windowsOf(time).flatMap(({ key }) => (isWithin(time, key) ? [key] : []))
    // The reader's own time may lie outside.
    const places = placesOf(time)
    const all = [...new Set([...within, ...existing, ...(own !== undefined && places.has(own) ? [own] : [])])]
    times = all.sort((a, b) => places.get(a)! - places.get(b)!)
  }
  const names = namesOf(side).filter((name) => name !== timeName)
  let keys: Parts[] = [{}]
  for (const name of names)
    keys = keys.flatMap((one) => side.members.get(name)!.map((key) => ({ ...one, [name]: key })))
  return times.flatMap((one) => keys.map((key) => (one === undefined ? key : { ...key, [timeName!]: one })))
}

function isRead(
  mapping: PartitionMapping,
  down: Side,
  up: Side,
  reader: Parts,
  candidate: Parts,
  existing: readonly string[],
): boolean {
  if (mapping.kind === 'specific') return mapping.keys.includes(keyOfParts(up, candidate))
  if (mapping.kind === 'dimension') {
    const { name, mapping: inner } = mapping
    const upIsWide = namesOf(up).length === 2
    const [one, other] = [only(upIsWide ? up : down, name), upIsWide ? candidate : reader]
    const part = { [name]: other[name]! }
    // Of the other dimension, what exists.
    const rest = upIsWide && !isTimed(up, name) && timeOf(up) ? existing.includes(candidate[timeNameOf(up)!]!) : true
    return (
      rest &&
      (upIsWide ? isRead(inner, down, one, reader, part, existing) : isRead(inner, one, up, part, candidate, existing))
    )
  }
  if (mapping.kind === 'perDimension') {
    return namesOf(up).every((name) => {
      const part = { [name]: candidate[name]! }
      if (!namesOf(down).includes(name)) return !isTimed(up, name) || existing.includes(candidate[name]!)
      const inner = mapping.mappings[name] ?? { kind: 'default' }
      return isRead(inner, only(down, name), only(up, name), { [name]: reader[name]! }, part, existing)
    })
  }
  return timeIsRead(mapping, down, up, reader, candidate, existing) && keysAreRead(mapping, down, up, reader, candidate)
}

/** One dimension on its own. */
function only(side: Side, name: string): Side {
  const { definition } = dimensionsOf(side.definition).find((one) => one.name === name)!
  const alone = { ...definition, column: name }
  return { definition: alone, members: side.members }
}

function keysAreRead(mapping: PartitionMapping, down: Side, up: Side, reader: Parts, candidate: Parts): boolean {
  if (mapping.kind === 'all') return true
  const keyNames = (side: Side) => namesOf(side).filter((name) => !isTimed(side, name))
  const [from, to] = [keyNames(down), keyNames(up)]
  const text = (names: readonly string[], parts: Parts) => names.map((name) => parts[name]).join('|')
  if (mapping.kind === 'static') {
    return (mapping.upstreamOf[text(from, reader)] ?? []).includes(text(to, candidate))
  }
  const list = (side: Side, name: string) => side.members.get(name)!.join(' ')
  const lists = (side: Side, names: readonly string[]) => names.map((name) => list(side, name)).join('|')
  if (lists(down, from) === lists(up, to)) return text(from, reader) === text(to, candidate)
  return to.every((name) => {
    const same = from.filter((one) => list(down, one) === list(up, name))
    const rivals = to.filter((one) => list(up, one) === list(up, name))
    const match = same.includes(name) ? name : same.length === 1 && rivals.length === 1 ? same[0]! : undefined
    return match === undefined || reader[match] === candidate[name]
  })
}

function timeIsRead(
  mapping: PartitionMapping,
  down: Side,
  up: Side,
  reader: Parts,
  candidate: Parts,
  existing: readonly string[],
): boolean {
  const [downTime, upTime] = [timeOf(down), timeOf(up)]
  if (!upTime) return true
  const key = candidate[timeNameOf(up)!]!
  if (mapping.kind === 'last') return existing.at(-1) === key
  if (!downTime || mapping.kind === 'all' || mapping.kind === 'asOf') return existing.includes(key)
  const readerKey = reader[timeNameOf(down)!]!
  const isSame = partitionsSignature(downTime) === partitionsSignature(upTime)
  if (mapping.kind === 'identity' || (mapping.kind !== 'overlap' && mapping.kind !== 'trailing' && isSame)) {
    return key === readerKey
  }
  const [first, last] = overlapped(downTime, upTime, readerKey)
  const place = placesOf(upTime).get(key)
  if (place === undefined || !isWithin(upTime, key)) return false
  if (mapping.kind === 'trailing') {
    const to = last + mapping.endOffset
    return place <= to && (mapping.count === null || place > to - mapping.count)
  }
  const { startOffset, endOffset } = mapping.kind === 'overlap' ? mapping : { startOffset: 0, endOffset: 0 }
  return place >= first + startOffset && place <= last + endOffset
}

/** Keys of one grain are in the order of time, but for a doubled hour, which no start or end of the tests falls into. */
const isWithin = ({ start, end }: TimePartitions, key: string): boolean =>
  key >= start && (end === undefined || key < end)

const found = new Map<string, [number, number]>()

/** First and last of the windows that share time with a reader's window. */
function overlapped(down: TimePartitions, up: TimePartitions, key: string): [number, number] {
  const name = `${partitionsSignature(down)} ${partitionsSignature(up)} ${key}`
  const before = found.get(name)
  if (before) return before
  const window = windowsOf(down).find((candidate) => candidate.key === key)!
  const hit = windowsOf(up).flatMap(({ from, to }, i) => (from < window.to && to > window.from ? [i] : []))
  const ends: [number, number] = [hit[0]!, hit.at(-1)!]
  found.set(name, ends)
  return ends
}

export function keysOf(space: PartitionSpace, ordinals: Iterable<number>): string[] {
  return [...ordinals].map((ordinal) => partitionKey(space, ordinal))
}
