import { randomUUID } from 'node:crypto'
import { OttokError } from '../../lib/config/errors.ts'
import {
  type AssetKey,
  type ExternalAsset,
  type Graph,
  partitionKey,
  partitionOrdinal,
  type ResourceSettings,
  sets,
  timeOf,
  timeWindow,
} from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type NewVersion, type RecordedVersion, recordVersions } from '../lineage/record.ts'
import { memberHash } from '../planner/combined-version.ts'
import type { GraphState } from '../planner/graph-state.ts'

interface Looking {
  readonly graph: Graph
  readonly settings: ResourceSettings
  readonly lineage: Lineage
  readonly state: GraphState
  readonly signal: AbortSignal
}

export interface Observation {
  readonly key: AssetKey
  readonly partition: string
  readonly dataVersion: string
  readonly changed: boolean
}

/**
 * Looks at outside sources and records the versions that changed. A partition that has settled (so many
 * days after its window's end at its last look) is not looked at again.
 */
export async function observe(
  env: Looking,
  keys: readonly AssetKey[],
): Promise<{ observations: readonly Observation[]; recorded: readonly RecordedVersion[] }> {
  const runId = randomUUID()
  const observations: Observation[] = []
  const versions: NewVersion[] = []
  for (const key of keys) {
    const asset = env.graph.asset(key)
    if (asset.kind !== 'external') continue
    const found = await look(env, asset)
    const state = env.state.asset(key)
    for (const [partition, { version, metadata = {} }] of found) {
      const ordinal = partitionOrdinal(state.space, partition)
      if (ordinal === undefined || !sets.has(state.existing, ordinal)) continue
      const changed = !isVersion(state.record(ordinal)?.current?.hash, memberHash(partition, version))
      observations.push({ key, partition, dataVersion: version, changed })
      // An unchanged look is written down only when it is the one that settles the partition.
      const settled = settledAt(env.state, asset, ordinal)
      if (!changed && !(settled && settled <= env.state.now)) continue
      versions.push({
        assetKey: key,
        partition,
        runId,
        stepNo: 0,
        codeVersion: '',
        dataVersion: version,
        partitionsSignature: env.state.partitionsSignature(key),
        inputs: [],
        location: { kind: 'observed' },
        metadata: { ...metadata },
        asOf: env.state.now,
      })
    }
  }
  if (versions.length === 0) return { observations, recorded: [] }
  const recorded = await recordVersions(env.lineage, versions)
  await env.lineage.query(
    `INSERT INTO observations (asset_key, partition, seq, data_version, as_of, metadata)
     SELECT asset_key, partition, seq, data_version, as_of, metadata FROM materializations WHERE seq = ANY($1)`,
    [recorded.map((r) => r.seq)],
  )
  return { observations, recorded }
}

function isVersion(recorded: Uint32Array | undefined, seen: Uint32Array): boolean {
  return recorded?.every((lane, i) => lane === seen[i]) ?? false
}

async function look(env: Looking, asset: ExternalAsset) {
  const partitions = unsettled(env.state, asset)
  if (partitions.length === 0) return new Map<string, { version: string; metadata?: Record<string, unknown> }>()
  try {
    return await asset.observe({
      partitions,
      resources: await env.graph.resources(env.settings),
      now: env.state.now,
      signal: env.signal,
    })
  } catch (error) {
    if (error instanceof OttokError) throw error
    throw new OttokError({
      what: `cannot observe ${asset.key}`,
      cause: error instanceof Error ? error.message : String(error),
      mend: 'Check that the source is reachable, or plan without looking: `--no-observe`.',
      underlying: error,
    })
  }
}

function unsettled(state: GraphState, asset: ExternalAsset): string[] {
  const { existing, space } = state.asset(asset.key)
  const wanted: string[] = []
  for (const ordinal of sets.ordinals(existing)) {
    const settled = settledAt(state, asset, ordinal)
    const seen = state.asset(asset.key).record(ordinal)?.current
    // The last look must itself lie after the settling moment, or late data could be missed for ever.
    if (settled && seen && seen.asOf >= settled) continue
    wanted.push(partitionKey(space, ordinal))
  }
  return wanted
}

/** The moment from which a partition of a source no longer changes, or undefined: it always may. */
function settledAt(state: GraphState, asset: ExternalAsset, ordinal: number): Date | undefined {
  const { space } = state.asset(asset.key)
  if (!space.time || asset.settlesAfterDays === null) return undefined
  const end = timeWindow(space.time, timeOf(space, ordinal)).to
  return new Date(end.getTime() + asset.settlesAfterDays * 86_400_000)
}
