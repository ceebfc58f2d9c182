import { OttokError } from '../../lib/config/errors.ts'
import type { Graph } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type TracedVersion, versionsBySeq } from '../lineage/trace.ts'
import { codeFirstUsed, tableSchemas, versionsOfPartition } from '../lineage/version-facts.ts'
import { sameCode } from '../versions/comparable.ts'
import { type VersionAddress, versionAt } from './lineage-address.ts'
import { type ColumnChanges, columnChanges, type ValueChange, valueChanges } from './lineage-diff-facts.ts'
import { type InputDiff, inputDiffs, type VersionPair } from './lineage-diff-inputs.ts'
import { addressText } from './partition-ranges.ts'

/** One of two versions that are compared. */
export interface DiffSide {
  readonly id: string
  readonly key: string
  readonly partition: string
  readonly runId: string
  readonly madeAt: string
  readonly codeVersion: string | null
  readonly dataVersion: string
  /** When this code first made a partition of the asset; ISO 8601, UTC. */
  readonly codeFirstUsedAt: string | null
}

/** What differs between two versions of an asset. */
export interface VersionDiff {
  readonly from: DiffSide
  readonly to: DiffSide
  readonly codeChanged: boolean
  readonly dataChanged: boolean
  /** Rows of a table, bytes of an object; null where there is no such number. */
  readonly size: { readonly unit: 'rows' | 'bytes'; readonly from: number; readonly to: number } | null
  /** Null where the columns are not recorded. */
  readonly columns: ColumnChanges | null
  readonly metadata: readonly ValueChange[]
  readonly inputs: readonly InputDiff[]
}

/** A difference with those of its inputs, followed up. */
export interface LineageDiff extends VersionDiff {
  /** With `deep`: changed upstream partitions, the nearest first. */
  readonly upstream: readonly VersionDiff[]
  /** With `deep`: where the difference comes from. */
  readonly roots: readonly DiffRoot[]
  /** With `deep`: true when not everything was followed. */
  readonly truncated: boolean
}

export interface DiffRoot {
  readonly key: string
  readonly partition: string
  /** `source`: others changed it. `code`, `inputs`: its declaration changed. `unexplained`: same code, same inputs. */
  readonly because: 'source' | 'code' | 'inputs' | 'unexplained'
}

/** Pairs of versions that are followed up: more than anybody reads. */
const MAX_PAIRS = 200

interface Tracing {
  readonly graph: Graph
  readonly lineage: Lineage
}

/** Compares two versions of an asset; without `to`, `from` is compared with the version before it. */
export async function lineageDiff(
  tracing: Tracing,
  from: VersionAddress,
  to: VersionAddress | undefined,
  options: { readonly deep: boolean },
): Promise<LineageDiff> {
  const pair = await pairOf(tracing, from, to)
  const [first] = await compare(tracing, [pair])
  if (!options.deep) return { ...first!, upstream: [], roots: [], truncated: false }
  return { ...first!, ...(await followed(tracing, first!)) }
}

async function pairOf(tracing: Tracing, from: VersionAddress, to: VersionAddress | undefined): Promise<VersionPair> {
  const one = await versionAt(tracing, from)
  if (to) {
    if (from.key === to.key) return { from: one, to: await versionAt(tracing, to) }
    throw new OttokError({
      what: `cannot compare ${from.key} with ${to.key}`,
      cause: 'They are different assets.',
      mend: 'Give two versions of one asset; ways between assets: `ottok lineage between A B`.',
      exitCode: 2,
    })
  }
  const [before] = await versionsOfPartition(tracing.lineage, one.assetKey, one.partition, {
    limit: 1,
    before: one.seq,
  })
  const previous = before && (await versionsBySeq(tracing.lineage, [before.seq])).get(before.seq)
  if (previous) return { from: previous, to: one }
  const address = addressText(one.assetKey, one.partition)
  throw new OttokError({
    what: `there is nothing to compare ${address} with`,
    cause: `Version ${one.seq} is the first of it.`,
    mend: 'Name the other version too: `ottok lineage diff A B`.',
    exitCode: 2,
  })
}

async function compare(tracing: Tracing, pairs: readonly VersionPair[]): Promise<VersionDiff[]> {
  const { lineage } = tracing
  const versions = pairs.flatMap(({ from, to }) => [from, to])
  const inputs = await inputDiffs(tracing, pairs)
  const firstUsed = await codeFirstUsed(lineage, versions)
  const schemas = await tableSchemas(
    lineage,
    versions.map(({ assetKey }) => assetKey),
  )
  const columnsOf = ({ assetKey, location }: TracedVersion) =>
    location.kind === 'warehouse' ? schemas(assetKey, location.schema) : undefined
  const sideOf = (version: TracedVersion): DiffSide => ({
    id: `${addressText(version.assetKey, version.partition)}#${version.seq}`,
    key: version.assetKey,
    partition: version.partition,
    runId: version.runId,
    madeAt: version.madeAt.toISOString(),
    codeVersion: version.codeVersion === '' ? null : version.codeVersion,
    dataVersion: version.dataVersion,
    codeFirstUsedAt:
      version.codeVersion === '' ? null : (firstUsed(version.assetKey, version.codeVersion)?.toISOString() ?? null),
  })
  return pairs.map(({ from, to }, i) => {
    const [before, after] = [columnsOf(from), columnsOf(to)]
    return {
      from: sideOf(from),
      to: sideOf(to),
      codeChanged: !sameCode(from.codeVersion, to.codeVersion),
      dataChanged: from.dataVersion !== to.dataVersion,
      size: sizeOf(from, to),
      columns: before && after ? columnChanges(before, after) : null,
      metadata: [...valueChanges(jsonOf(from), jsonOf(to), 'value'), ...valueChanges(from.metadata, to.metadata)],
      inputs: inputs[i]!,
    }
  })
}

/** A JSON value is compared key by key, as metadata are. */
function jsonOf({ location }: TracedVersion): unknown {
  return location.kind === 'value' ? location.value : undefined
}

function sizeOf({ location: from }: TracedVersion, { location: to }: TracedVersion): VersionDiff['size'] {
  if ('rows' in from && 'rows' in to) return { unit: 'rows', from: from.rows, to: to.rows }
  if ('bytes' in from && 'bytes' in to) return { unit: 'bytes', from: from.bytes, to: to.bytes }
  return null
}

/** Follows changed upstream partitions up, level by level: as many queries as levels. */
async function followed(
  tracing: Tracing,
  first: VersionDiff,
): Promise<Pick<LineageDiff, 'upstream' | 'roots' | 'truncated'>> {
  const upstream: VersionDiff[] = []
  const roots: DiffRoot[] = []
  const seen = new Set<string>()
  let truncated = false
  let level = [first]
  while (level.length > 0) {
    const wanted: [number, number][] = []
    for (const diff of level) {
      const because = rootOf(tracing.graph, diff)
      if (because) roots.push({ key: diff.to.key, partition: diff.to.partition, because })
      for (const { changed, changedCount } of diff.inputs) {
        truncated ||= changedCount > changed.length
        for (const { fromSeq, toSeq } of changed) {
          if (seen.has(`${fromSeq} ${toSeq}`)) continue
          if (seen.size >= MAX_PAIRS) truncated = true
          else {
            seen.add(`${fromSeq} ${toSeq}`)
            wanted.push([fromSeq, toSeq])
          }
        }
      }
    }
    const versions = await versionsBySeq(tracing.lineage, [...new Set(wanted.flat())])
    level = await compare(
      tracing,
      wanted.flatMap(([from, to]) => {
        const [before, after] = [versions.get(from), versions.get(to)]
        // Wiped meanwhile.
        return before && after ? [{ from: before, to: after }] : []
      }),
    )
    upstream.push(...level)
  }
  return { upstream, roots, truncated }
}

/** Why a version differs on its own account; undefined when its inputs' data explain it. */
function rootOf(graph: Graph, diff: VersionDiff): DiffRoot['because'] | undefined {
  if (graph.assets.get(diff.to.key)?.kind === 'external') return 'source'
  if (diff.codeChanged) return 'code'
  if (diff.inputs.some(({ change }) => change === 'mapping' || change === 'added' || change === 'removed'))
    return 'inputs'
  if (diff.inputs.some(({ change }) => change !== 'same')) return undefined
  return diff.dataChanged ? 'unexplained' : undefined
}
