import { partitionOrdinal } from '../../lib/graph/index.ts'
import type { RecordedVersion } from '../lineage/record.ts'
import type { GraphState } from '../planner/graph-state.ts'

/** Takes recorded versions into a state, so that whoever plans or runs next sees them. */
export function apply(state: GraphState, recorded: readonly RecordedVersion[]): void {
  for (const version of recorded) {
    const asset = state.asset(version.assetKey)
    const ordinal = partitionOrdinal(asset.space, version.partition)
    if (ordinal === undefined) continue
    asset.set(ordinal, { partition: version.partition, current: version, failure: undefined, unfinished: false })
    state.applied(version)
  }
}
