import type { AssetKey } from '../../lib/graph/index.ts'
import { versionDetails } from '../lineage/version-details.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { VersionDetail } from '../planner/recorded.ts'
import type { Session } from '../session.ts'

/** A recorded partition and where its current version lies. */
export interface StoredVersion extends VersionDetail {
  readonly ordinal: number
  readonly partition: string
  readonly seq: number
}

/** The current versions of an asset's partitions, in their order: one query. */
export async function storedVersions(
  session: Session,
  state: GraphState,
  key: AssetKey,
): Promise<readonly StoredVersion[]> {
  const made = [...state.asset(key).entries()]
    .flatMap(([ordinal, { partition, current }]) => (current ? [{ ordinal, partition, seq: current.seq }] : []))
    .sort((a, b) => a.ordinal - b.ordinal)
  const details = await versionDetails(
    session.lineage,
    made.map((one) => one.seq),
  )
  return made.flatMap(({ ordinal, partition, seq }) => {
    const detail = details.get(seq)
    return detail ? [{ ordinal, partition, seq, ...detail }] : []
  })
}
