import { EMPTY, type IntervalSet, interval } from '../interval-set.ts'
import { existingEnd, strictOrdinal, timeKey, timeOrdinal, timeWindow } from './calendar.ts'
import type { FixedPartitions, PartitionsDefinition, TimePartitions } from './definitions.ts'

/**
 * Every partitions definition as one shape: time ordinals x fixed keys. A partition is the integer
 * `t * keys.length + j`, so that a stretch of time over all keys is one interval.
 */
export interface PartitionSpace {
  readonly definition: PartitionsDefinition
  readonly time: TimePartitions | undefined
  readonly timeName: string | undefined
  readonly fixedNames: readonly string[]
  /** Keys of the fixed dimension (or the product of two), `['']` when there is none. */
  readonly keys: readonly string[]
}

export function partitionSpace(definition: PartitionsDefinition): PartitionSpace {
  switch (definition.kind) {
    case 'single':
      return { definition, time: undefined, timeName: undefined, fixedNames: [], keys: [''] }
    case 'time':
      return { definition, time: definition, timeName: definition.column, fixedNames: [], keys: [''] }
    case 'fixed':
      return {
        definition,
        time: undefined,
        timeName: undefined,
        fixedNames: [definition.column],
        keys: definition.keys,
      }
    case 'cross': {
      const [a, b] = definition.dimensions
      const time = [a, b].find((d) => d.definition.kind === 'time')
      if (time) {
        const other = time === a ? b : a
        return {
          definition,
          time: time.definition as TimePartitions,
          timeName: time.name,
          fixedNames: [other.name],
          keys: (other.definition as FixedPartitions).keys,
        }
      }
      const left = (a.definition as FixedPartitions).keys
      const right = (b.definition as FixedPartitions).keys
      return {
        definition,
        time: undefined,
        timeName: undefined,
        fixedNames: [a.name, b.name],
        keys: left.flatMap((l) => right.map((r) => `${l}|${r}`)),
      }
    }
  }
}

export function timeOf(space: PartitionSpace, ordinal: number): number {
  return space.time ? Math.floor(ordinal / space.keys.length) : 0
}

export function keyIndexOf(space: PartitionSpace, ordinal: number): number {
  return space.time ? ordinal % space.keys.length : ordinal
}

export function partitionKey(space: PartitionSpace, ordinal: number): string {
  const fixedKey = space.keys[keyIndexOf(space, ordinal)]!
  if (!space.time) return fixedKey
  const time = timeKey(space.time, timeOf(space, ordinal))
  if (space.definition.kind !== 'cross') return time
  return space.definition.dimensions[0].definition.kind === 'time' ? `${time}|${fixedKey}` : `${fixedKey}|${time}`
}

/** The ordinal of a key, or undefined when the key has another form or names an unknown member. */
export function partitionOrdinal(space: PartitionSpace, key: string): number | undefined {
  if (!space.time) {
    const index = space.keys.indexOf(key)
    return index < 0 ? undefined : index
  }
  const { grain } = space.time
  if (space.definition.kind !== 'cross') return strictOrdinal(grain, key)
  const bar = key.indexOf('|')
  const timeFirst = space.definition.dimensions[0].definition.kind === 'time'
  const [first, second] = [key.slice(0, bar), key.slice(bar + 1)]
  const time = bar < 0 ? undefined : strictOrdinal(grain, timeFirst ? first : second)
  const index = space.keys.indexOf(timeFirst ? second : first)
  return time === undefined || index < 0 ? undefined : time * space.keys.length + index
}

/** All partitions between two time ordinals, over all keys. */
export function timeInterval(space: PartitionSpace, from: number, to: number): IntervalSet {
  return interval(from * space.keys.length, to * space.keys.length)
}

/** Partitions that exist at `now`: windows that have ended, and whose delay has passed. */
export function existingPartitions(space: PartitionSpace, now: Date): IntervalSet {
  if (!space.time) return interval(0, space.keys.length)
  const start = timeOrdinal(space.time, space.time.start)
  const end = existingEnd(space.time, now)
  return start < end ? timeInterval(space, start, end) : EMPTY
}

/** Values of the partition columns: `day`/`month` as the window's first date, fixed keys as text. */
export function partitionColumns(space: PartitionSpace): { name: string; type: 'Date' | 'String' }[] {
  const { definition } = space
  switch (definition.kind) {
    case 'single':
      return []
    case 'time':
      return [{ name: definition.column, type: 'Date' }]
    case 'fixed':
      return [{ name: definition.column, type: 'String' }]
    case 'cross':
      return definition.dimensions.map((d) => ({
        name: d.name,
        type: d.definition.kind === 'time' ? ('Date' as const) : ('String' as const),
      }))
  }
}

/** One partition as its users see it. */
export interface Partition {
  readonly key: string
  /** Value of each dimension by its column name. */
  readonly values: Readonly<Record<string, string>>
  /** First calendar day of the window, when there is a time dimension. */
  readonly date: string | undefined
  readonly window: { readonly from: Date; readonly to: Date } | undefined
}

export function partitionOf(space: PartitionSpace, ordinal: number): Partition {
  const key = partitionKey(space, ordinal)
  const parts = key.split('|')
  const columns = partitionColumns(space)
  const values: Record<string, string> = {}
  columns.forEach((column, i) => {
    const part = parts[i]!
    values[column.name] = column.type === 'Date' && part.length === 7 ? `${part}-01` : part
  })
  const date = space.timeName === undefined ? undefined : values[space.timeName]
  return { key, values, date, window: space.time && timeWindow(space.time, timeOf(space, ordinal)) }
}

/**
 * Partitions that a user names: an exact key, or `2026-03-01|*` for all keys of one fixed dimension.
 * Null: the text fits no partition of this definition.
 */
export function partitionsMatching(space: PartitionSpace, text: string): number[] | null {
  const exact = partitionOrdinal(space, text)
  if (exact !== undefined) return [exact]
  if (space.definition.kind !== 'cross' || !text.includes('*')) return null
  const parts = text.split('|')
  if (parts.length !== 2) return null
  const members = space.definition.dimensions.map(({ definition }, i) =>
    parts[i] === '*' && definition.kind === 'fixed' ? definition.keys : [parts[i]!],
  )
  const found = members[0]!
    .flatMap((first) => members[1]!.map((second) => partitionOrdinal(space, `${first}|${second}`)))
    .filter((ordinal) => ordinal !== undefined)
  return found.length > 0 ? found : null
}
