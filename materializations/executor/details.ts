import type { Lineage } from '../lineage/lineage.ts'
import { versionDetails } from '../lineage/version-details.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { VersionDetail } from '../planner/recorded.ts'

/**
 * Details of versions by their sequence number. Asked for once: those that this run made or read before are remembered
 * with its state.
 *
 * @throws when a version is gone, which a wipe beside this run does.
 */
export async function detailsOf(
  env: { readonly state: GraphState; readonly lineage: Lineage },
  seqs: readonly number[],
): Promise<(seq: number) => VersionDetail> {
  const unknown = [...new Set(seqs)].filter((seq) => !env.state.details.has(seq))
  for (const [seq, detail] of await versionDetails(env.lineage, unknown)) env.state.details.set(seq, detail)
  return (seq) => {
    const detail = env.state.details.get(seq)
    if (!detail) throw new Error(`the version ${seq} was deleted while it was to be read; run the command again`)
    return detail
  }
}
