import { graphError } from '../errors.ts'
import { calendarText, type TimePartitions } from './time-partitions.ts'

export interface FixedPartitions {
  readonly kind: 'fixed'
  readonly keys: readonly string[]
  readonly column: string
}

/** Keys that are added and removed while the graph lives, by command and by assets; kept per environment. */
export interface DynamicPartitions {
  readonly kind: 'dynamic'
  /** Definitions of one name share their keys. */
  readonly name: string
  readonly column: string
}

/** Keys without time. */
export type KeyPartitions = FixedPartitions | DynamicPartitions

export interface CrossPartitions {
  readonly kind: 'cross'
  /** Exactly two dimensions, in the order of the partition key `first|second`. */
  readonly dimensions: readonly [Dimension, Dimension]
}

export interface Unpartitioned {
  readonly kind: 'single'
}

export interface Dimension {
  readonly name: string
  readonly definition: TimePartitions | KeyPartitions
}

export type PartitionsDefinition = TimePartitions | KeyPartitions | CrossPartitions | Unpartitioned

/** A fixed list of keys, e.g. `fixed('trial', 'paid')`. */
export function fixed(...keys: readonly string[]): FixedPartitions {
  const seen = new Set(keys)
  if (keys.length === 0 || seen.size !== keys.length || keys.some((key) => !isKey(key))) {
    throw graphError(
      'bad-partitions',
      `fixed(${keys.map((k) => `'${k}'`).join(', ')}) is not a list of partition keys`,
      "Give at least one key, no key twice, none with '|', '*', ',', '@' or white space.",
    )
  }
  return Object.freeze({ kind: 'fixed', keys: Object.freeze([...keys]), column: 'partition' })
}

/**
 * Keys that come and go: `dynamic('campaigns')`, with `ottok partitions add campaigns spring` or an asset's
 * `context.addPartitions('campaigns', ['spring'])`.
 */
export function dynamic(name: string): DynamicPartitions {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    throw graphError(
      'bad-partitions',
      `dynamic('${name}') is not a name of partitions`,
      "Use lower-case letters, digits and '_', for example 'campaigns'.",
    )
  }
  return Object.freeze({ kind: 'dynamic', name, column: 'partition' })
}

/** Whether text can be a partition key of a fixed or dynamic dimension. */
export function isKey(text: string): boolean {
  return text !== '' && !/[|*,@\s]/.test(text)
}

/** Two dimensions by name; at most one of them is time. Keys look like `2026-03|trial`. */
export function cross(dimensions: Record<string, TimePartitions | KeyPartitions>): CrossPartitions {
  const entries = Object.entries(dimensions)
  const times = entries.filter(([, d]) => d.kind === 'time').length
  if (entries.length !== 2 || times > 1) {
    throw graphError(
      'bad-partitions',
      `cross() was given ${entries.length} dimensions, ${times} of them in time`,
      'Give exactly two dimensions, at most one of them in time.',
    )
  }
  const [a, b] = entries.map(([name, d]): Dimension => ({ name, definition: Object.freeze({ ...d, column: name }) }))
  return Object.freeze({ kind: 'cross', dimensions: [a!, b!] as const })
}

export const single: Unpartitioned = Object.freeze({ kind: 'single' })

/** The dimensions of a definition by name: none, one or two. One that stands alone goes by its column's name. */
export function dimensionsOf(definition: PartitionsDefinition): readonly Dimension[] {
  switch (definition.kind) {
    case 'single':
      return []
    case 'cross':
      return definition.dimensions
    default:
      return [{ name: definition.column, definition }]
  }
}

/**
 * What a partition key means, as text: grain, zone, offsets and dimensions, not their extent.
 * Recorded with each materialization; a change makes it stale with cause `partitions`.
 */
export function partitionsSignature(definition: PartitionsDefinition): string {
  switch (definition.kind) {
    case 'single':
      return 'single'
    case 'fixed':
      return 'fixed'
    case 'dynamic':
      return `dynamic(${definition.name})`
    case 'time':
      return calendarText(definition)
    case 'cross':
      return definition.dimensions.map((d) => `${d.name}=${partitionsSignature(d.definition)}`).join('|')
  }
}
