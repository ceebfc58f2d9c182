import { type AssetKey, type Graph, mappingText, partitionsSignature } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { GraphDiff, VersionedGraph } from '../versions/diff-graphs.ts'
import { partitionsText } from './list-assets.ts'

/** What differs between two revisions, asset by asset. */
export interface RevisionChanges {
  readonly new: readonly { readonly key: AssetKey; readonly kind: string; readonly partitions: string }[]
  readonly code: readonly { readonly key: AssetKey; readonly from: string; readonly to: string }[]
  readonly deps: readonly {
    readonly key: AssetKey
    readonly inputs: readonly { readonly name: string; readonly from: string | null; readonly to: string | null }[]
  }[]
  readonly partitions: readonly {
    readonly key: AssetKey
    readonly from: string
    readonly to: string
    /** False: other partitions exist, and those that are made stay as they are. */
    readonly remakes: boolean
  }[]
  readonly removed: readonly RemovedAsset[]
}

/** An asset that only the base has. Nothing is deleted with it. */
export interface RemovedAsset {
  readonly key: AssetKey
  /** Partitions that are recorded as made (of a source: seen). */
  readonly partitions: number
  /** Where they stay; null when there are none, or nothing is stored of them. */
  readonly place: string | null
}

/** Pure but for the places of removed assets: one query, when there are any. */
export async function revisionChanges(
  lineage: Lineage,
  base: VersionedGraph,
  head: VersionedGraph,
  diff: GraphDiff,
): Promise<RevisionChanges> {
  const version = (side: VersionedGraph, key: AssetKey) => side.codeVersions.get(key)?.version ?? ''
  const definition = (side: VersionedGraph, key: AssetKey) => side.graph.asset(key).partitions
  return {
    new: diff.new.map((key) => ({
      key,
      kind: head.graph.asset(key).kind,
      partitions: partitionsText(definition(head, key)),
    })),
    code: diff.code.map((key) => ({ key, from: version(base, key), to: version(head, key) })),
    deps: diff.deps.map((key) => ({ key, inputs: changedInputs(base.graph, head.graph, key) })),
    partitions: diff.partitions.map((key) => ({
      key,
      from: partitionsText(definition(base, key)),
      to: partitionsText(definition(head, key)),
      remakes: partitionsSignature(definition(base, key)) !== partitionsSignature(definition(head, key)),
    })),
    removed: await removedAssets(lineage, diff.removed),
  }
}

function changedInputs(base: Graph, head: Graph, key: AssetKey): RevisionChanges['deps'][number]['inputs'] {
  const [before, after] = [base, head].map(
    (graph) =>
      new Map(
        graph.upstream.get(key)!.map((edge) => [edge.name, `${edge.upstream} through ${mappingText(edge.mapping)}`]),
      ),
  )
  return [...new Set([...before!.keys(), ...after!.keys()])]
    .map((name) => ({ name, from: before!.get(name) ?? null, to: after!.get(name) ?? null }))
    .filter(({ from, to }) => from !== to)
}

async function removedAssets(lineage: Lineage, keys: readonly AssetKey[]): Promise<RemovedAsset[]> {
  if (keys.length === 0) return []
  const rows = await lineage.query<{ asset_key: string; partitions: number; kind: string; table: string | null }>(
    `SELECT asset_key, count(*)::int AS partitions, max(location ->> 'kind') AS kind, max(location ->> 'table') AS table
     FROM v_current WHERE asset_key = ANY($1) GROUP BY asset_key`,
    [keys],
  )
  const found = new Map(rows.map((row) => [row.asset_key, row]))
  return keys.map((key) => {
    const row = found.get(key)
    return { key, partitions: row?.partitions ?? 0, place: row ? placeText(row) : null }
  })
}

function placeText({ kind, table }: { readonly kind: string; readonly table: string | null }): string | null {
  if (table !== null) return `the ${kind === 'published' ? 'PostgreSQL' : 'warehouse'} table ${table}`
  if (kind === 'objects') return 'the object store'
  return kind === 'value' ? 'the lineage' : null
}
