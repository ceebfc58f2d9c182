import { OttokError } from '../../lib/config/errors.ts'
import { type Graph, graphError, partitionOrdinal } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { currentVersion, newestPartition, type TracedVersion, versionsBySeq } from '../lineage/trace.ts'
import { addressText } from './partition-ranges.ts'

/** Which version is meant: `KEY`, `KEY@PARTITION` (their current one) or `KEY@PARTITION#SEQUENCE`. */
export interface VersionAddress {
  readonly key: string
  /** Absent: the newest partition that was made. */
  readonly partition?: string | undefined
  /** Absent: the current version. */
  readonly seq?: number | undefined
}

/** Reads an address; throws for a key that the graph does not have. */
export function parseVersionAddress(graph: Graph, text: string): VersionAddress {
  const [, name, partition, seq] = /^([^@#]*)(?:@(.*?))?(?:#(\d+))?$/s.exec(text) ?? []
  const { key } = graph.asset(name ?? text)
  if (seq === undefined) return { key, partition }
  // A key of a partition may end like a number itself.
  const whole = `${partition}#${seq}`
  if (partition !== undefined && partitionOrdinal(graph.space(key), whole) !== undefined)
    return { key, partition: whole }
  return { key, partition, seq: Number(seq) }
}

/** The version that is meant; throws when there is none. */
export async function versionAt(
  traced: { readonly graph: Graph; readonly lineage: Lineage },
  address: VersionAddress,
): Promise<TracedVersion> {
  const { graph, lineage } = traced
  const { key } = graph.asset(address.key)
  if (address.seq !== undefined) return versionNumbered(lineage, address, address.seq)
  requirePartition(graph, key, address.partition)
  const partition = address.partition ?? (await newestPartition(lineage, key))
  const version = partition === undefined ? undefined : await currentVersion(lineage, key, partition)
  if (version) return version
  throw new OttokError({
    what: `there is no lineage of ${addressText(key, partition ?? '')}`,
    cause: 'It was never made.',
    mend: `Make it with \`ottok materialize ${key}\`.`,
  })
}

function requirePartition(graph: Graph, key: string, partition: string | undefined): void {
  if (partition === undefined || partitionOrdinal(graph.space(key), partition) !== undefined) return
  throw graphError(
    'unknown-partition',
    `'${key}' has no partition '${partition}'`,
    'See its partitions with `ottok status --partitions`.',
  )
}

async function versionNumbered(lineage: Lineage, address: VersionAddress, seq: number): Promise<TracedVersion> {
  const version = (await versionsBySeq(lineage, [seq])).get(seq)
  if (version?.assetKey === address.key && version.partition === (address.partition ?? '')) return version
  throw new OttokError({
    what: `there is no version ${seq} of ${addressText(address.key, address.partition ?? '')}`,
    cause: version
      ? `Number ${seq} is ${addressText(version.assetKey, version.partition)}.`
      : 'No version with that number is recorded.',
    mend: 'See its versions with `ottok lineage versions KEY@PARTITION`.',
  })
}
