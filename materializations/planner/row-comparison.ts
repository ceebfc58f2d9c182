import type { AssetKey, Edge, ResolvedMapping } from '../../lib/graph/index.ts'
import { sameCode } from '../versions/comparable.ts'
import type { AssetState } from './asset-state.ts'
import type { GraphState } from './graph-state.ts'
import type { InputDescriptor } from './state-page.ts'
import { LANES } from './version-index.ts'

/** What is the same for all rows of an asset, prepared once. */
interface EdgeComparison {
  readonly mapping: ResolvedMapping
  readonly up: AssetState
  /** The keys of a recorded descriptor as positions in the upstream's (null: all) when it is this edge as it is today. */
  readonly keysOf: (descriptor: number) => readonly number[] | null | undefined
}

/** Compares loaded rows of one asset with today, without an object a row. */
export interface RowComparison {
  /** Whether a row was made from today's code, partitions, inputs and input versions. `ordinal` is its partition. */
  readonly isFresh: (row: number, ordinal: number) => boolean
}

/** For assets whose inputs all have a version by block; undefined where an `asOf` input needs its history. */
export function rowComparison(state: GraphState, key: AssetKey): RowComparison | undefined {
  const asset = state.asset(key)
  const { columns } = asset
  const edges = state.graph.upstream.get(key)!
  if (!columns || edges.some((edge) => edge.mapping.kind === 'asOf')) return undefined
  const done = state.graph.asset(key).kind === 'effect' || state.graph.asset(key).kind === 'external'
  // What an effect has done stays done, and a source is what was seen last.
  if (done) return { isFresh: () => true }
  const code = state.code.get(key)!
  const signature = state.partitionsSignature(key)
  const codeIsSame = remembered((place) => sameCode(columns.codes[place]!, code))
  const signatureIsSame = remembered((place) => columns.signatures[place] === signature)
  const comparisons = edges.map((edge) => edgeComparison(state, edge, columns.descriptors))
  const { numbers, inputs, firstInput } = columns
  return {
    isFresh: (row, ordinal) => {
      if (!codeIsSame(numbers.code[row]!) || !signatureIsSame(numbers.signature[row]!)) return false
      if (numbers.inputs[row] !== comparisons.length) return false
      let at = firstInput[row]!
      for (const { mapping, up, keysOf } of comparisons) {
        const keys = keysOf(inputs.descriptor[at]!)
        if (keys === undefined) return false
        const box = mapping.boxOf(ordinal)
        if (!mapping.isMoving && (inputs.from[at] !== box.from || inputs.to[at] !== box.to)) return false
        if (!mapping.isMoving && !sameNumbers(keys, box.keys)) return false
        if (!up.isAtNumbers(inputs.count[at]!, inputs.version, at * LANES, box)) return false
        at++
      }
      return true
    },
  }
}

function edgeComparison(state: GraphState, edge: Edge, descriptors: readonly InputDescriptor[]): EdgeComparison {
  const mapping = state.mapping(edge)
  const up = state.asset(edge.upstream)
  let places: ReadonlyMap<string, number> | undefined
  return {
    mapping,
    up,
    keysOf: remembered((place) => {
      const { name, upstream, mapping: text, keys } = descriptors[place]!
      if (name !== edge.name || upstream !== edge.upstream || text !== mapping.text) return undefined
      if (!keys) return null
      places ??= new Map(up.space.keys.map((key, i) => [key, i]))
      // A key that is no longer there equals none that is.
      return keys.map((key) => places!.get(key) ?? -1)
    }),
  }
}

/** A function of small numbers, each asked for once; the last one at once. */
function remembered<T>(work: (place: number) => T): (place: number) => T {
  let known: Map<number, T> | undefined
  let lastPlace = -1
  let last: T
  return (place) => {
    if (place === lastPlace) return last
    known ??= new Map()
    last = known.has(place) ? known.get(place)! : work(place)
    known.set(place, last)
    lastPlace = place
    return last
  }
}

function sameNumbers(a: readonly number[] | null, b: readonly number[] | null): boolean {
  if (!a || !b) return a === b
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
