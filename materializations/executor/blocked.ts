import { partitionKey } from '../../lib/graph/index.ts'
import type { RunEnvironment } from './environment.ts'

/** Partitions that failed or were skipped for a failure in this run, by asset. */
export type Broken = Map<string, Set<number>>

/** Why a partition cannot be made: an input failed in this run, or was never made. */
export function blockedBecause(env: RunEnvironment, key: string, ordinal: number, broken: Broken): string | undefined {
  for (const edge of env.graph.upstream.get(key)!) {
    const up = env.state.asset(edge.upstream)
    const failed = broken.get(edge.upstream)
    if (failed && edge.mapping.kind !== 'asOf') {
      const box = env.state.mapping(edge).boxOf(ordinal)
      for (const member of up.members(box)) {
        if (failed.has(member)) return `${edge.upstream}@${partitionKey(up.space, member)} failed or was skipped`
      }
    }
    const { missing, notYet } = env.state.absentInputs(edge, ordinal)
    const absent = missing[0] ?? notYet[0]
    if (absent !== undefined) return `${edge.upstream}@${partitionKey(up.space, absent)} was not made`
  }
  return undefined
}
