import type { AssetKey, Edge, ResolvedMapping } from '../../lib/graph/index.ts'
import { sameCode } from '../versions/comparable.ts'
import type { AssetState } from './asset-state.ts'
import type { GraphState } from './graph-state.ts'
import type { InputDescriptor } from './state-page.ts'
import { LANES } from './version-index.ts'

/** Mappings whose box moves with time by their meaning: only the version tells. */
export const MOVING: ReadonlySet<string> = new Set(['all', 'last', 'asOf'])

/** What is the same for all rows of an asset, prepared once. */
interface EdgeComparison {
  readonly mapping: ResolvedMapping
  readonly up: AssetState
  readonly moving: boolean
  /** By number of the recorded descriptor: whether it is this edge as it is today. */
  readonly isSame: readonly boolean[]
  /** By number of the recorded descriptor: its keys as positions in the upstream's; null: all. */
  readonly keys: readonly (readonly number[] | null)[]
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
  const codeIsSame = columns.codes.map((one) => sameCode(one, code))
  const signatureIsSame = columns.signatures.map((one) => one === signature)
  const comparisons = edges.map((edge) => edgeComparison(state, edge, columns.descriptors))
  const { numbers, inputs, firstInput } = columns
  return {
    isFresh: (row, ordinal) => {
      if (!codeIsSame[numbers.code[row]!] || !signatureIsSame[numbers.signature[row]!]) return false
      if (numbers.inputs[row] !== comparisons.length) return false
      let at = firstInput[row]!
      for (const { mapping, up, moving, isSame, keys } of comparisons) {
        const descriptor = inputs.descriptor[at]!
        if (!isSame[descriptor]) return false
        const box = mapping.boxOf(ordinal)
        if (!moving && (inputs.from[at] !== box.from || inputs.to[at] !== box.to)) return false
        if (!moving && !sameNumbers(keys[descriptor]!, box.keys)) return false
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
  const places = new Map(up.space.keys.map((name, i) => [name, i]))
  return {
    mapping,
    up,
    moving: MOVING.has(mapping.text),
    isSame: descriptors.map(
      (one) => one.name === edge.name && one.upstream === edge.upstream && one.mapping === mapping.text,
    ),
    // A key that is no longer there equals none that is.
    keys: descriptors.map(({ keys }) => keys && keys.map((name) => places.get(name) ?? -1)),
  }
}

function sameNumbers(a: readonly number[] | null, b: readonly number[] | null): boolean {
  if (!a || !b) return a === b
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
