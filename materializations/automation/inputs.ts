import { type AssetKey, type DepsFilter, type Edge, GraphError, type IntervalSet, sets } from '../../lib/graph/index.ts'
import { wouldFollow } from '../planner/as-of.ts'
import type { GraphState } from '../planner/graph-state.ts'

/** Partitions among `within` that read any of these of an input, and would take their new versions. */
export function readersOf(state: GraphState, edge: Edge, read: IntervalSet, within: IntervalSet): IntervalSet {
  if (read.length === 0 || within.length === 0) return sets.EMPTY
  const readers = state.mapping(edge).downstreamOf(read, within)
  if (edge.mapping.kind !== 'asOf') return readers
  return sets.fromOrdinals([...sets.ordinals(readers)].filter((ordinal) => wouldFollow(state, edge, ordinal)))
}

const NOTHING: ReadonlySet<AssetKey> = new Set()

/** The inputs of an asset that a condition counts. */
export class InputFilter {
  readonly #state: GraphState
  readonly #selected = new Map<string, ReadonlySet<AssetKey>>()

  constructor(state: GraphState) {
    this.#state = state
  }

  edges(key: AssetKey, filter: DepsFilter): readonly Edge[] {
    return this.#state.graph.upstream.get(key)!.filter(({ upstream }) => this.counts(upstream, filter))
  }

  counts(upstream: AssetKey, { only, ignore }: DepsFilter): boolean {
    if (only !== undefined && !this.#select(only).has(upstream)) return false
    return ignore === undefined || !this.#ignored(ignore).has(upstream)
  }

  /** What is ignored where it is there: a condition may be shared by graphs that have nothing of it. */
  #ignored(selection: string): ReadonlySet<AssetKey> {
    try {
      return this.#select(selection)
    } catch (error) {
      if (!(error instanceof GraphError) || error.diagnostics[0]?.code !== 'nothing-selected') throw error
      this.#selected.set(selection, NOTHING)
      return NOTHING
    }
  }

  #select(selection: string): ReadonlySet<AssetKey> {
    let keys = this.#selected.get(selection)
    if (!keys) {
      keys = new Set(this.#state.graph.select(selection))
      this.#selected.set(selection, keys)
    }
    return keys
  }
}
