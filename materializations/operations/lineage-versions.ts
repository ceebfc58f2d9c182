import type { Graph } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { versionsOfPartition } from '../lineage/version-facts.ts'
import { type VersionAddress, versionAt } from './lineage-address.ts'
import { addressText } from './partition-ranges.ts'

/** One recorded version of a partition. */
export interface PartitionVersion {
  /** `KEY@PARTITION#NUMBER`, as the lineage commands take it. */
  readonly id: string
  readonly runId: string
  /** ISO 8601, UTC. */
  readonly madeAt: string
  readonly codeVersion: string | null
  readonly dataVersion: string
  readonly current: boolean
}

/** What was recorded of a partition, the newest first. */
export async function partitionVersions(
  tracing: { readonly graph: Graph; readonly lineage: Lineage },
  address: VersionAddress,
  limit: number,
): Promise<readonly PartitionVersion[]> {
  const { assetKey, partition } = await versionAt(tracing, address)
  const versions = await versionsOfPartition(tracing.lineage, assetKey, partition, { limit })
  return versions.map(({ seq, runId, madeAt, codeVersion, dataVersion, isCurrent }) => ({
    id: `${addressText(assetKey, partition)}#${seq}`,
    runId,
    madeAt: madeAt.toISOString(),
    codeVersion: codeVersion === '' ? null : codeVersion,
    dataVersion,
    current: isCurrent,
  }))
}
