import { graphError } from '../errors.ts'

/**
 * Which upstream partitions one downstream partition reads. Where it speaks of one dimension only, the other follows
 * the default: time by overlap, keys key by key where both sides have the same, else all of them.
 */
export type PartitionMapping =
  | { readonly kind: 'default' }
  /** The same partition, on the same definition. */
  | { readonly kind: 'identity' }
  /** Upstream windows that overlap the downstream's, moved by whole upstream partitions. */
  | { readonly kind: 'overlap'; readonly startOffset: number; readonly endOffset: number }
  /** The `count` upstream partitions that end at the downstream window's end + `endOffset`. */
  | {
      readonly kind: 'trailing'
      /** What the upstream must be partitioned by; `partition`: anything in time. */
      readonly unit: TrailingUnit
      /** null: from the upstream's first partition on. */
      readonly count: number | null
      readonly endOffset: number
    }
  /** Every upstream partition that exists. */
  | { readonly kind: 'all' }
  /** The newest upstream partition that exists. */
  | { readonly kind: 'last' }
  /** The upstream version in force at the end of the downstream partition. */
  | { readonly kind: 'asOf' }
  /** These partitions, whatever the downstream's. */
  | { readonly kind: 'specific'; readonly keys: readonly string[] }
  /** By the downstream's key; keys that are not named read nothing. */
  | { readonly kind: 'static'; readonly upstreamOf: Readonly<Record<string, readonly string[]>> }
  /** One dimension of the side that has two is joined to the other side. */
  | { readonly kind: 'dimension'; readonly name: string; readonly mapping: PartitionMapping }
  /** Dimension by dimension, by name. */
  | { readonly kind: 'perDimension'; readonly mappings: Readonly<Record<string, PartitionMapping>> }

export type TrailingUnit = 'hour' | 'day' | 'week' | 'month' | 'partition'

export const defaultMapping: PartitionMapping = Object.freeze({ kind: 'default' })

export const identity = (): PartitionMapping => Object.freeze({ kind: 'identity' })
export const all = (): PartitionMapping => Object.freeze({ kind: 'all' })
export const last = (): PartitionMapping => Object.freeze({ kind: 'last' })

/**
 * The version in force at the end of the downstream's window: scores of a day use the champion of
 * that day, so that a promotion never makes earlier scores stale. Before the first version, the first.
 */
export const asOf = (): PartitionMapping => Object.freeze({ kind: 'asOf' })

export function timeOverlap(options: { startOffset?: number; endOffset?: number } = {}): PartitionMapping {
  const { startOffset = 0, endOffset = 0 } = options
  requireWhole('timeOverlap', { startOffset, endOffset })
  return Object.freeze({ kind: 'overlap', startOffset, endOffset })
}

type TrailingUnits = `${TrailingUnit}s`

/** A length in one unit. */
type TrailingLength = {
  [Unit in TrailingUnits]: Readonly<Record<Unit, number | 'all'>> &
    Partial<Readonly<Record<Exclude<TrailingUnits, Unit>, undefined>>>
}[TrailingUnits]

/**
 * A window that slides with the downstream partition: `trailing({ days: 90 })` of day D reads
 * D-89 .. D; `endOffset: -34` moves both ends 34 days back. `trailing({ days: 'all' })` reads from
 * the upstream's first partition on. The unit is the upstream's own; `partitions` fits any.
 */
export function trailing(options: TrailingLength & { endOffset?: number }): PartitionMapping {
  const { endOffset = 0, ...length } = options
  const [units, count] = Object.entries(length)[0] as [string, number | 'all']
  if (count !== 'all' && (!Number.isInteger(count) || count < 1)) {
    throw graphError('bad-mapping', `trailing() of ${count} ${units}`, "Give a whole number from 1 on, or 'all'.")
  }
  requireWhole('trailing', { endOffset })
  const unit = units.slice(0, -1) as TrailingUnit
  return Object.freeze({ kind: 'trailing', unit, count: count === 'all' ? null : count, endOffset })
}

/** These upstream partitions for every downstream partition: `specific(['2026-01', '2026-02'])`. */
export function specific(keys: readonly string[]): PartitionMapping {
  if (keys.length === 0 || new Set(keys).size !== keys.length) {
    throw graphError(
      'bad-mapping',
      `specific([${keys.map((key) => `'${key}'`).join(', ')}]) is not a list of partitions`,
      'Name at least one upstream partition, none twice.',
    )
  }
  return Object.freeze({ kind: 'specific', keys: Object.freeze([...keys].sort()) })
}

/** Upstream keys by downstream key: `staticMap({ ru: 'rub', eu: ['eur', 'chf'] })`. */
export function staticMap(upstreamOf: Readonly<Record<string, string | readonly string[]>>): PartitionMapping {
  const entries = Object.entries(upstreamOf).map(([down, up]) => [down, typeof up === 'string' ? [up] : up] as const)
  const bad = entries.find(([, up]) => up.length === 0 || new Set(up).size !== up.length)
  if (entries.length === 0 || bad) {
    throw graphError(
      'bad-mapping',
      bad ? `staticMap() maps '${bad[0]}' to [${bad[1].join(', ')}]` : 'staticMap() maps nothing',
      'Name at least one upstream key for each downstream key, none twice; leave out keys that read nothing.',
    )
  }
  const sorted = entries.map(([down, up]) => [down, Object.freeze([...up].sort())] as const)
  return Object.freeze({ kind: 'static', upstreamOf: Object.freeze(Object.fromEntries(sorted)) })
}

/**
 * Joins one dimension of the two-dimensional side to the other side: `toDimension('day', trailing({ days: 7 }))`.
 * Where the upstream has the two, all keys of its other dimension are read.
 */
export function toDimension(name: string, mapping: PartitionMapping = defaultMapping): PartitionMapping {
  requirePlain('toDimension', mapping)
  return Object.freeze({ kind: 'dimension', name, mapping })
}

/**
 * A mapping for each dimension that both sides have: `perDimension({ day: timeOverlap(), segment: all() })`.
 * Dimensions that are left out follow the default.
 */
export function perDimension(mappings: Readonly<Record<string, PartitionMapping>>): PartitionMapping {
  for (const mapping of Object.values(mappings)) requirePlain('perDimension', mapping)
  return Object.freeze({ kind: 'perDimension', mappings: Object.freeze({ ...mappings }) })
}

const NOT_WITHIN: ReadonlySet<PartitionMapping['kind']> = new Set(['asOf', 'dimension', 'perDimension'])

function requirePlain(outer: string, { kind }: PartitionMapping): void {
  if (!NOT_WITHIN.has(kind)) return
  throw graphError('bad-mapping', `${outer}() was given ${kind}`, 'Give a mapping that speaks of one dimension.')
}

function requireWhole(mapping: string, offsets: Readonly<Record<string, number>>): void {
  for (const [name, offset] of Object.entries(offsets)) {
    if (Number.isInteger(offset)) continue
    throw graphError('bad-mapping', `${mapping}() with ${name} ${offset}`, 'Offsets count whole partitions.')
  }
}

/** Short text of a mapping, canonical: equal mappings have equal text. */
export function mappingText(mapping: PartitionMapping): string {
  switch (mapping.kind) {
    case 'overlap':
      return `overlap(${mapping.startOffset},${mapping.endOffset})`
    case 'trailing':
      return `trailing(${mapping.count ?? 'all'} ${mapping.unit},${mapping.endOffset})`
    case 'specific':
      return `specific(${mapping.keys.join(',')})`
    case 'static':
      return `static(${entriesText(mapping.upstreamOf, (keys) => keys.join('+'))})`
    case 'dimension':
      return `dimension(${mapping.name}=${mappingText(mapping.mapping)})`
    case 'perDimension':
      return `perDimension(${entriesText(mapping.mappings, mappingText)})`
    default:
      return mapping.kind
  }
}

function entriesText<T>(record: Readonly<Record<string, T>>, text: (value: T) => string): string {
  return Object.keys(record)
    .sort()
    .map((key) => `${key}=${text(record[key]!)}`)
    .join(',')
}
