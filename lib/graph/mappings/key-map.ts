import type { KeyDimension, PartitionSpace } from '../partitions/space.ts'

/** Which keys of the upstream the keys of the downstream read, by their places. */
export type KeyMap =
  /** Every key. */
  | { readonly kind: 'all' }
  /** The key of the same place. */
  | { readonly kind: 'same' }
  | {
      readonly kind: 'table'
      /** Ascending. */
      readonly upstreamOf: (down: number) => readonly number[]
      readonly downstreamOf: (up: number) => readonly number[]
    }

export const ALL_KEYS: KeyMap = Object.freeze({ kind: 'all' })
export const SAME_KEYS: KeyMap = Object.freeze({ kind: 'same' })

/** A table from its rows, read when first asked for; the way back is made once, of all rows. */
export function keyTable(downCount: number, upstreamOf: (down: number) => readonly number[]): KeyMap {
  const rows: (readonly number[] | undefined)[] = []
  const row = (down: number): readonly number[] => {
    rows[down] ??= upstreamOf(down)
    return rows[down]!
  }
  let inverse: Map<number, number[]> | undefined
  return {
    kind: 'table',
    upstreamOf: row,
    downstreamOf: (up) => {
      if (!inverse) {
        inverse = new Map()
        for (let down = 0; down < downCount; down++) {
          for (const one of row(down)) {
            const readers = inverse.get(one)
            if (readers) readers.push(down)
            else inverse.set(one, [down])
          }
        }
      }
      return inverse.get(up) ?? []
    },
  }
}

/** How one dimension of the upstream is read: from which dimension of the downstream, and how its keys are mapped. */
export interface DimensionJoin {
  /** Place among the downstream's dimensions without time; undefined: read the same for all of its keys. */
  readonly from: number | undefined
  readonly map: KeyMap
}

/** The map of whole keys from the maps of the upstream's dimensions, one for each. */
export function combinedKeys(down: PartitionSpace, up: PartitionSpace, joins: readonly DimensionJoin[]): KeyMap {
  if (joins.every(({ map }) => map.kind === 'all')) return ALL_KEYS
  const straight = joins.every(({ from, map }, i) => map.kind === 'same' && from === i)
  if (straight && down.dimensions.length === joins.length) return SAME_KEYS
  return keyTable(down.keys.length, (index) => {
    const parts = partsOf(down.dimensions, index)
    let rows: readonly number[] = [0]
    joins.forEach(({ from, map }, i) => {
      const { keys } = up.dimensions[i]!
      const part = from === undefined ? 0 : parts[from]!
      const read = map.kind === 'all' ? [...keys.keys()] : map.kind === 'same' ? [part] : map.upstreamOf(part)
      rows = rows.flatMap((row) => read.map((key) => row * keys.length + key))
    })
    return rows
  })
}

/** Places of a key in its dimensions. */
function partsOf(dimensions: readonly KeyDimension[], index: number): number[] {
  if (dimensions.length < 2) return [index]
  const { length } = dimensions[1]!.keys
  return [Math.floor(index / length), index % length]
}

/** Whether two dimensions have the same members, now and later. */
export function sameMembers(a: KeyDimension, b: KeyDimension): boolean {
  const [one, other] = [a.definition, b.definition]
  if (one.kind === 'dynamic' || other.kind === 'dynamic') {
    return one.kind === 'dynamic' && other.kind === 'dynamic' && one.name === other.name
  }
  return a.keys === b.keys || (a.keys.length === b.keys.length && a.keys.every((key, i) => key === b.keys[i]))
}

export function sameDimensions(a: readonly KeyDimension[], b: readonly KeyDimension[]): boolean {
  return a.length === b.length && a.every((dimension, i) => sameMembers(dimension, b[i]!))
}

/**
 * The default for keys: key by key where both sides have the same ones, dimension by dimension where only some
 * are; every key of what has no counterpart.
 */
export function matchedKeys(down: PartitionSpace, up: PartitionSpace): KeyMap {
  if (up.dimensions.length === 0) return ALL_KEYS
  if (sameDimensions(down.dimensions, up.dimensions)) return SAME_KEYS
  return combinedKeys(
    down,
    up,
    up.dimensions.map((dimension) => {
      const from = counterpart(dimension, up.dimensions, down.dimensions)
      return from === undefined ? { from, map: ALL_KEYS } : { from, map: SAME_KEYS }
    }),
  )
}

/** The place of the one dimension that has the same members: of that name, or the only one there is. */
function counterpart(
  dimension: KeyDimension,
  siblings: readonly KeyDimension[],
  others: readonly KeyDimension[],
): number | undefined {
  const same = others.flatMap((other, i) => (sameMembers(dimension, other) ? [i] : []))
  const named = same.find((i) => others[i]!.name === dimension.name)
  if (named !== undefined) return named
  const rivals = siblings.filter((sibling) => sameMembers(sibling, dimension))
  return same.length === 1 && rivals.length === 1 ? same[0] : undefined
}
