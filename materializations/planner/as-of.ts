import { type Edge, partitionKey, timeOf, timeWindow } from '../../lib/graph/index.ts'
import { combinedText } from './combined-version.ts'
import type { GraphState } from './graph-state.ts'
import type { HistoryEntry } from './recorded.ts'
import type { CombinedVersion } from './version-index.ts'

/** What an `asOf` input reads. */
export interface InForce {
  /** One of each upstream partition that has any version. */
  readonly entries: readonly HistoryEntry[]
  readonly version: CombinedVersion
  /** Upstream partitions (ordinals) that no version was ever made of. */
  readonly absent: readonly number[]
}

/**
 * Versions of an upstream that were in force at the end of a downstream partition's window. With
 * `--restate`: the newest; where an earlier `--restate` moved the input, those that were the newest then.
 */
export function inForce(state: GraphState, edge: Edge, ordinal: number): InForce {
  const up = state.asset(edge.upstream)
  const history = state.history(edge.upstream)
  const pinned = state.pinnedInput(edge, ordinal)
  const at = windowEnd(state, edge, ordinal)
  const lanes = new Uint32Array(4)
  const entries: HistoryEntry[] = []
  const absent: number[] = []
  for (const member of up.members(state.mapping(edge).boxOf(ordinal))) {
    const partition = partitionKey(up.space, member)
    const entry = pinned || state.restate ? history.newest(partition, pinned?.asOfSeq) : history.inForce(partition, at)
    if (!entry) {
      absent.push(member)
      continue
    }
    entries.push(entry)
    const hash = history.hash(entry)
    for (let lane = 0; lane < 4; lane++) lanes[lane]! += hash[lane]!
  }
  return { entries, version: combinedText(entries.length, lanes), absent }
}

/**
 * Whether a version recorded now would be in force for a partition: its window ends now, or nothing
 * was in force at all. Otherwise a promotion never reaches back to it, unless restated on purpose.
 */
export function wouldFollow(state: GraphState, edge: Edge, ordinal: number): boolean {
  if (state.restate) return true
  if (state.pinnedInput(edge, ordinal)) return false
  return windowEnd(state, edge, ordinal) >= state.now || inForce(state, edge, ordinal).absent.length > 0
}

function windowEnd(state: GraphState, edge: Edge, ordinal: number): Date {
  const down = state.asset(edge.downstream).space
  return timeWindow(down.time!, timeOf(down, ordinal)).to
}
