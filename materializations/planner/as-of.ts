import { type Edge, partitionKey, sets, timeOf, timeWindow } from '../../lib/graph/index.ts'
import type { GraphState } from './graph-state.ts'
import type { HistoryEntry } from './recorded.ts'
import { type CombinedVersion, combinedText, memberHash } from './version-index.ts'

/**
 * Versions of an upstream that were in force at the end of a downstream partition's window: per
 * upstream partition the newest version whose run's "now" is not later, else its first version (nothing
 * was in force before the first). With `--restate`: the newest.
 */
export function inForce(
  state: GraphState,
  edge: Edge,
  ordinal: number,
): { entries: HistoryEntry[]; version: CombinedVersion } {
  const down = state.asset(edge.downstream).space
  const up = state.asset(edge.upstream)
  const at = timeWindow(down.time!, timeOf(down, ordinal)).to
  const history = state.history(edge.upstream)
  const lanes = new Uint32Array(4)
  const entries: HistoryEntry[] = []
  for (const upstreamOrdinal of sets.ordinals(up.existing)) {
    const partition = partitionKey(up.space, upstreamOrdinal)
    const versions = history.filter((entry) => entry.partition === partition)
    const entry = state.restate
      ? versions.at(-1)
      : (versions.findLast((candidate) => candidate.effectiveAt <= at) ?? versions[0])
    if (!entry) continue
    entries.push(entry)
    const hash = memberHash(partition, entry.dataVersion)
    for (let lane = 0; lane < 4; lane++) lanes[lane]! += hash[lane]!
  }
  return { entries, version: combinedText(entries.length, lanes) }
}
