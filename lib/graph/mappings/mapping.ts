import { graphError } from '../errors.ts'

/**
 * Which upstream partitions one downstream partition reads. A mapping speaks of the time dimension;
 * fixed dimensions match key by key where both sides have the same keys, else every key is read.
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
      readonly unit: 'day' | 'month'
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

/**
 * A window that slides with the downstream partition: `trailing({ days: 90 })` of day D reads
 * D-89 .. D; `endOffset: -34` moves both ends 34 days back. `trailing({ days: 'all' })` reads from
 * the upstream's first partition on.
 */
export function trailing(
  options: { days: number | 'all'; endOffset?: number } | { months: number | 'all'; endOffset?: number },
): PartitionMapping {
  const unit = 'days' in options ? 'day' : 'month'
  const length = 'days' in options ? options.days : options.months
  if (length !== 'all' && (!Number.isInteger(length) || length < 1)) {
    throw graphError('bad-mapping', `trailing() of ${length} ${unit}s`, "Give a whole number from 1 on, or 'all'.")
  }
  const { endOffset = 0 } = options
  requireWhole('trailing', { endOffset })
  return Object.freeze({ kind: 'trailing', unit, count: length === 'all' ? null : length, endOffset })
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
    default:
      return mapping.kind
  }
}
