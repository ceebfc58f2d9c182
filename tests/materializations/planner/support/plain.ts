import {
  dimensionsOf,
  mappingText,
  type PartitionMapping,
  type PartitionsDefinition,
  type TimePartitions,
} from '../../../../lib/graph/index.ts'
import { type NaiveWindow, windowsOf as windowsOnTheClock } from '../../../lib/graph/support/naive-windows.ts'

/*
 * Partitions and mappings as lists of names: windows are looked up on the clock, never counted. Times are in their
 * order, keys in that of their definition, a partition is a time with a key.
 */

interface Line {
  readonly windows: readonly NaiveWindow[]
  readonly places: ReadonlyMap<string, number>
}

const lines = new WeakMap<TimePartitions, Line>()

function lineOf(time: TimePartitions): Line {
  let line = lines.get(time)
  if (!line) {
    const windows = windowsOnTheClock(time)
    line = { windows, places: new Map(windows.map(({ key }, i) => [key, i])) }
    lines.set(time, line)
  }
  return line
}

const windowsOf = (time: TimePartitions): readonly NaiveWindow[] => lineOf(time).windows
const placesOf = (time: TimePartitions): ReadonlyMap<string, number> => lineOf(time).places

/** Keys of dynamic partitions by name. */
export type Members = Readonly<Record<string, readonly string[]>>

/** Partitions of one asset as they are known now. */
export interface Side {
  readonly definition: PartitionsDefinition
  readonly members: Members
  readonly time: TimePartitions | undefined
  readonly timeName: string | undefined
  /** Dimensions without time. */
  readonly keyed: readonly { readonly name: string; readonly id: string; readonly keys: readonly string[] }[]
  /** Times that exist now, `['']` without time. */
  readonly times: readonly string[]
}

/** What one partition reads through a mapping. */
export interface Read {
  readonly text: string
  /** By its meaning it grows or moves. */
  readonly moves: boolean
  readonly times: readonly string[]
  /** null: every key there is, whichever there are. */
  readonly keys: readonly string[] | null
}

export function sideOf(definition: PartitionsDefinition, members: Members, now: Date): Side {
  const dimensions = dimensionsOf(definition)
  const timed = dimensions.find((one) => one.definition.kind === 'time')
  const time = timed?.definition.kind === 'time' ? timed.definition : undefined
  const keyed = dimensions.flatMap(({ name, definition: one }) => {
    if (one.kind === 'time') return []
    return one.kind === 'fixed'
      ? [{ name, id: `fixed ${one.keys.join()}`, keys: one.keys }]
      : [{ name, id: `dynamic ${one.name}`, keys: members[one.name] ?? [] }]
  })
  const times = time ? born(time).flatMap(({ key, at }) => (at <= now.getTime() ? [key] : [])) : ['']
  return { definition, members, time, timeName: timed?.name, keyed, times }
}

export const keysOf = ({ keyed }: Side): string[] =>
  keyed.reduce<string[]>((all, { keys }, i) => (i === 0 ? [...keys] : product(all, keys)), [''])

const product = (a: readonly string[], b: readonly string[]): string[] =>
  a.flatMap((one) => b.map((other) => `${one}|${other}`))

/** Name of the partition of a time and a key. */
export function nameOf({ definition, time }: Side, at: string, key: string): string {
  if (!time) return key
  if (definition.kind !== 'cross') return at
  return definition.dimensions[0].definition.kind === 'time' ? `${at}|${key}` : `${key}|${at}`
}

export function existingNames(side: Side): string[] {
  return side.times.flatMap((at) => keysOf(side).map((key) => nameOf(side, at, key)))
}

/** Parts of a partition's name by dimension; undefined when it has another form. */
export function partsOf({ definition, time, timeName, keyed }: Side, name: string): Record<string, string> | undefined {
  const names = dimensionsOf(definition).map((one) => one.name)
  const texts = names.length === 2 ? name.split('|') : names.length === 1 ? [name] : []
  if (texts.length !== names.length || (names.length === 0 && name !== '')) return undefined
  const parts = Object.fromEntries(names.map((one, i) => [one, texts[i]!]))
  if (time && !placesOf(time).has(parts[timeName!]!)) return undefined
  return keyed.every((one) => one.keys.includes(parts[one.name]!)) ? parts : undefined
}

export const keyOfParts = ({ keyed }: Side, parts: Readonly<Record<string, string>>): string =>
  keyed.map(({ name }) => parts[name]).join('|')

/** Times of a calendar, whether they exist or not. */
export const timesOf = (time: TimePartitions): string[] => windowsOf(time).map(({ key }) => key)

/** The window of a time. */
export function windowOf(time: TimePartitions, at: string): NaiveWindow {
  return windowsOf(time)[placesOf(time).get(at)!]!
}

/** What a partition key means: grain, zone and offsets, not which of them exist. */
export function meaningOf(definition: PartitionsDefinition): string {
  return dimensionsOf(definition)
    .map(({ name, definition: one }) => {
      const is = one.kind === 'time' ? calendarOf(one) : one.kind === 'dynamic' ? `dynamic ${one.name}` : one.kind
      return definition.kind === 'cross' ? `${name}=${is}` : is
    })
    .join('|')
}

/** Where times of one name are one time. */
export function calendarOf({ grain, timezone, hourOffset, minuteOffset, dayOffset, schedule }: TimePartitions): string {
  return [grain, timezone, hourOffset, minuteOffset, dayOffset, schedule].join(' ')
}

const births = new WeakMap<TimePartitions, readonly { readonly key: string; readonly at: number }[]>()

/** Every time of a definition with the moment from which it exists. */
function born(time: TimePartitions): readonly { readonly key: string; readonly at: number }[] {
  const known = births.get(time)
  if (known) return known
  const windows = windowsOf(time)
  const { days, hours } = time.delay
  const daily = windowsOf({ ...time, grain: 'day', dayOffset: 0 })
  const found = windows.flatMap(({ key, from: start }, i) => {
    if (!isWithin(time, key) || start > FAR) return []
    const { to } = windows[i - time.endOffset]!
    if (time.grain === 'hour' || time.grain === 'cron') return [{ key, at: to + (days * 24 + hours) * HOUR }]
    // So many calendar days later, at the same time of day.
    const day = daily.findIndex(({ from }) => from === to)
    return [{ key, at: daily[day + days]!.from + hours * HOUR }]
  })
  births.set(time, found)
  return found
}

const HOUR = 3_600_000
/** Later than any test looks. */
const FAR = Date.UTC(2024, 7, 1)

const isWithin = ({ start, end }: TimePartitions, key: string): boolean =>
  key >= start && (end === undefined || key < end)

/** What one downstream partition, given by its parts, reads. */
export function readOf(mapping: PartitionMapping, down: Side, up: Side, own: Readonly<Record<string, string>>): Read {
  const read = joined(mapping, down, up, own)
  // Of no key no time is read.
  return read.keys?.length === 0 ? { ...read, times: [] } : read
}

export function namesRead(up: Side, { times, keys }: Read): string[] {
  const all = keys ?? keysOf(up)
  return times.flatMap((at) => all.map((key) => nameOf(up, at, key)))
}

function joined(mapping: PartitionMapping, down: Side, up: Side, own: Readonly<Record<string, string>>): Read {
  const text = mappingText(mapping)
  switch (mapping.kind) {
    case 'specific': {
      const found = mapping.keys.map((name) => partsOf(up, name)).filter((parts) => parts !== undefined)
      const times = up.time
        ? inOrder(
            up.time,
            found.map((parts) => parts[up.timeName!]!),
          )
        : ['']
      const named = found.map((parts) => keyOfParts(up, parts))
      const keys = up.keyed.length === 0 ? null : keysOf(up).filter((key) => named.includes(key))
      return { text, moves: false, times: found.length === 0 ? [] : times, keys }
    }
    case 'dimension': {
      const { name, mapping: inner } = mapping
      if (up.definition.kind !== 'cross') {
        const { times, keys, moves } = joined(inner, only(down, name), up, own)
        return named(up, { times, keys, moves }, text, inner)
      }
      const one = joined(inner, down, only(up, name), own)
      if (name === up.timeName) return named(up, { times: one.times, keys: null, moves: one.moves }, text, inner)
      const keys = keysOfDimensions(up, (other) => (other === name ? one.keys : null))
      if (up.time) return named(up, { times: up.times, keys, moves: true }, text, undefined)
      return named(up, { times: [''], keys, moves: one.moves }, text, inner)
    }
    case 'perDimension': {
      const reads = new Map(
        dimensionsOf(up.definition).map(({ name }) => {
          const isThere = dimensionsOf(down.definition).some((other) => other.name === name)
          const inner = mapping.mappings[name] ?? DEFAULT
          return [name, isThere ? { inner, read: joined(inner, only(down, name), only(up, name), own) } : undefined]
        }),
      )
      const keys = keysOfDimensions(up, (name) => reads.get(name)?.read.keys ?? null)
      const timed = reads.get(up.timeName ?? '')
      if (!up.time || !timed) return named(up, { times: up.times, keys, moves: true }, text, undefined)
      return named(up, { times: timed.read.times, keys, moves: timed.read.moves }, text, timed.inner)
    }
    default: {
      const read = { ...timesRead(mapping, down, up, own), keys: keysRead(mapping, down, up, own) }
      return mapping.kind === 'static' ? named(up, read, text, mapping) : read
    }
  }
}

/** A mapping of dimensions whose times move is no other than any that moves like it. */
function named(up: Side, read: Omit<Read, 'text'>, text: string, inner: PartitionMapping | undefined): Read {
  return { ...read, text: up.time && read.moves ? (inner?.kind === 'last' ? 'last' : 'all') : text }
}

const DEFAULT: PartitionMapping = { kind: 'default' }

/** One dimension on its own. */
function only(side: Side, name: string): Side {
  const { definition } = dimensionsOf(side.definition).find((one) => one.name === name)!
  const isTime = name === side.timeName
  return {
    ...side,
    definition: { ...definition, column: name },
    time: isTime ? side.time : undefined,
    timeName: isTime ? name : undefined,
    keyed: side.keyed.filter((one) => one.name === name),
    times: isTime ? side.times : [''],
  }
}

/** Keys of all dimensions from those of each; null where every dimension is read whole. */
function keysOfDimensions(up: Side, of: (name: string) => readonly string[] | null): string[] | null {
  const lists = up.keyed.map(({ name, keys }) => ({ all: keys, read: of(name) }))
  if (lists.every(({ read }) => read === null)) return null
  return lists.map(({ all, read }) => [...(read ?? all)]).reduce((left, right) => product(left, right))
}

function keysRead(
  mapping: PartitionMapping,
  down: Side,
  up: Side,
  own: Readonly<Record<string, string>>,
): string[] | null {
  if (up.keyed.length === 0 || mapping.kind === 'all') return null
  if (mapping.kind === 'static') {
    const wanted = mapping.upstreamOf[keyOfParts(down, own)] ?? []
    return keysOf(up).filter((key) => wanted.includes(key))
  }
  const ids = (side: Side) => side.keyed.map(({ id }) => id).join('; ')
  if (ids(down) === ids(up)) return [keyOfParts(down, own)]
  return keysOfDimensions(up, (name) => {
    const { id } = up.keyed.find((one) => one.name === name)!
    const same = down.keyed.filter((one) => one.id === id)
    const rivals = up.keyed.filter((one) => one.id === id)
    const match =
      same.find((one) => one.name === name) ?? (same.length === 1 && rivals.length === 1 ? same[0] : undefined)
    return match ? [own[match.name]!] : null
  })
}

function timesRead(
  mapping: PartitionMapping,
  down: Side,
  up: Side,
  own: Readonly<Record<string, string>>,
): Omit<Read, 'keys'> {
  const ids = (side: Side) => side.keyed.map(({ id }) => id).join('; ')
  const text = mappingText(mapping)
  const isDefault = mapping.kind === 'default'
  if (mapping.kind === 'identity') return { text, moves: false, times: up.time ? [own[down.timeName!]!] : [''] }
  if (mapping.kind === 'last') return { text, moves: true, times: up.times.slice(-1) }
  if (mapping.kind === 'all' || mapping.kind === 'asOf' || !down.time || !up.time) {
    const isSame = !down.time && !up.time && ids(down) === ids(up)
    return { text: isDefault ? (isSame ? 'identity' : 'all') : text, moves: true, times: up.times }
  }
  const at = own[down.timeName!]!
  const isOffset = mapping.kind === 'overlap' || mapping.kind === 'trailing'
  if (!isOffset && calendarOf(down.time) === calendarOf(up.time))
    return { text: isDefault ? 'identity' : text, moves: false, times: [at] }
  const windows = windowsOf(up.time)
  const [first, last] = overlapped(down.time, up.time, at)
  const [from, to] =
    mapping.kind === 'trailing'
      ? [mapping.count === null ? 0 : last + mapping.endOffset - mapping.count + 1, last + mapping.endOffset]
      : mapping.kind === 'overlap'
        ? [first + mapping.startOffset, last + mapping.endOffset]
        : [first, last]
  const times = windows
    .slice(Math.max(0, from), Math.max(0, to + 1))
    .flatMap(({ key }) => (isWithin(up.time!, key) ? [key] : []))
  return { text: isDefault ? 'overlap(0,0)' : text, moves: false, times }
}

const overlaps = new WeakMap<readonly NaiveWindow[], WeakMap<readonly NaiveWindow[], Map<string, [number, number]>>>()

/** Places of the first and the last window that share time with a reader's window. */
function overlapped(down: TimePartitions, up: TimePartitions, at: string): [number, number] {
  const [readers, windows] = [windowsOf(down), windowsOf(up)]
  const ofReader = overlaps.get(readers) ?? new WeakMap<readonly NaiveWindow[], Map<string, [number, number]>>()
  overlaps.set(readers, ofReader)
  const known = ofReader.get(windows) ?? new Map<string, [number, number]>()
  ofReader.set(windows, known)
  let ends = known.get(at)
  if (!ends) {
    const own = windowOf(down, at)
    const hit = windows.flatMap(({ from, to }, i) => (from < own.to && to > own.from ? [i] : []))
    ends = [hit[0]!, hit.at(-1)!]
    known.set(at, ends)
  }
  return ends
}

function inOrder(time: TimePartitions, times: readonly string[]): string[] {
  const places = placesOf(time)
  return [...new Set(times)].sort((a, b) => places.get(a)! - places.get(b)!)
}
