import { keyIndexOf, partitionOrdinal, timeOf } from '../../lib/graph/index.ts'
import type { InBox } from '../lineage/record.ts'
import type { GraphState } from '../planner/graph-state.ts'

/** Whether a partition lies in the block that an input was read from. */
export function inBoxOf(state: GraphState): InBox {
  return (input, partition) => {
    const { space } = state.asset(input.upstream)
    const ordinal = partitionOrdinal(space, partition)
    if (ordinal === undefined) return false
    const { box } = input
    if (box.keys && !box.keys.includes(space.keys[keyIndexOf(space, ordinal)]!)) return false
    if (!space.time) return true
    const time = timeOf(space, ordinal)
    return time >= box.from && time < box.to
  }
}
