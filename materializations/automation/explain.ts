import { type IntervalSet, type PartitionSpace, partitionKey, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Explained } from './conditions.ts'
import type { Decision } from './evaluate.ts'

/** Partitions from the first to the last, both inclusive, by key. */
export type KeyRange = readonly [first: string, last: string]

/** A decision as it is recorded: partitions by key, so that people and later graphs can read it. */
export interface RecordedDecision {
  readonly requested: readonly KeyRange[]
  /** The condition held, and there was nothing to do. */
  readonly settled: readonly KeyRange[]
  readonly condition: ExplainedNode
}

export interface ExplainedNode {
  readonly words: string
  /** The asset whose partitions `holds` names, where it is another than that of the node above. */
  readonly key?: string
  readonly holds: readonly KeyRange[]
  readonly note?: string
  readonly of?: readonly ExplainedNode[]
}

/** More ranges than these are left out of a node: a condition that holds for every other partition. */
const MOST_RANGES = 200

export function recordedDecision(state: GraphState, decision: Decision): RecordedDecision {
  const { space } = state.asset(decision.key)
  return {
    requested: keyRanges(space, decision.requested),
    settled: keyRanges(space, decision.settled),
    condition: explainedNode(state, decision.explained, decision.key),
  }
}

function explainedNode(state: GraphState, node: Explained, above: string): ExplainedNode {
  const { words, key, holds, note, of } = node
  return {
    words,
    ...(key !== above && { key }),
    holds: keyRanges(state.asset(key).space, holds),
    ...(note !== undefined && { note }),
    ...(of.length > 0 && { of: of.map((part) => explainedNode(state, part, key)) }),
  }
}

export function keyRanges(space: PartitionSpace, set: IntervalSet): readonly KeyRange[] {
  return set.slice(0, MOST_RANGES).map(([from, to]) => [partitionKey(space, from), partitionKey(space, to - 1)])
}

/** The partitions of recorded ranges, as far as today's definition still has them. */
export function partitionsOf(space: PartitionSpace, ranges: readonly KeyRange[]): IntervalSet {
  return ranges.reduce<IntervalSet>((set, [first, last]) => {
    const [from, to] = [partitionOrdinal(space, first), partitionOrdinal(space, last)]
    return from === undefined || to === undefined ? set : sets.union(set, sets.interval(from, to + 1))
  }, sets.EMPTY)
}
