import { depsSignature, type Graph } from '../../lib/graph/index.ts'
import { canonicalJson } from './canonical-json.ts'
import type { CodeVersion } from './code-version.ts'

/** A graph with the code versions of its assets. */
export interface VersionedGraph {
  readonly graph: Graph
  readonly codeVersions: ReadonlyMap<string, Pick<CodeVersion, 'version'>>
}

/** Keys of assets that differ between two graphs; an asset is in every list that holds for it. */
export interface GraphDiff {
  /** In head only; head order. */
  readonly new: readonly string[]
  /** In base only; base order. */
  readonly removed: readonly string[]
  /** With another code version. */
  readonly code: readonly string[]
  /** With other inputs or mappings. */
  readonly deps: readonly string[]
  /** With another partitions definition, also one that only begins or ends elsewhere. */
  readonly partitions: readonly string[]
}

/** Compares two graphs asset by asset, as the planner compares a graph with what was recorded. */
export function diffGraphs(base: VersionedGraph, head: VersionedGraph): GraphDiff {
  const { order } = head.graph
  const common = order.filter((key) => base.graph.assets.has(key))
  const differing = (of: (side: VersionedGraph, key: string) => string | undefined) =>
    common.filter((key) => of(base, key) !== of(head, key))
  return {
    new: order.filter((key) => !base.graph.assets.has(key)),
    removed: base.graph.order.filter((key) => !head.graph.assets.has(key)),
    code: differing((side, key) => side.codeVersions.get(key)?.version),
    deps: differing((side, key) => depsSignature(side.graph, key)),
    partitions: differing((side, key) => canonicalJson(side.graph.asset(key).partitions)),
  }
}
