import { type LineageGraph, OttokError } from '../../lib/config/index.ts'
import type { AssetKey, Graph } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type VersionAddress, versionAt } from './lineage-address.ts'
import { LineageNodes } from './lineage-nodes.ts'
import { walkLineage } from './lineage-walk.ts'
import { addressText } from './partition-ranges.ts'

interface Tracing {
  readonly graph: Graph
  readonly lineage: Lineage
}

/** Nodes that are looked at: the ways between are a part of them. */
const LIMIT = 5_000

/**
 * Every version on the ways between two assets, or versions of them, whichever is the upstream. The root is the version
 * downstream. Only assets on a way between the two are looked at.
 */
export async function lineageBetween(
  tracing: Tracing,
  ends: { readonly from: VersionAddress; readonly to: VersionAddress },
  options: { readonly limit?: number | undefined; readonly expand?: number | undefined } = {},
): Promise<LineageGraph> {
  const { graph, lineage } = tracing
  const { from, to, within } = directed(graph, ends.from, ends.to)
  const root = await versionAt(tracing, to)
  const nodes = new LineageNodes()
  const [rootNode] = nodes.add(root.assetKey, [root], false)
  const pending = await walkLineage(
    tracing,
    nodes,
    [{ direction: 'up', level: 0, node: rootNode!, members: rootNode!.members, skip: 0 }],
    {
      levels: { up: Number.POSITIVE_INFINITY, down: 0 },
      expand: options.expand ?? 7,
      limit: (options.limit ?? LIMIT) - 1,
      within,
    },
    new Set([root.seq]),
  )
  const isEnd = ({ seq, partition }: { seq: number; partition: string }) =>
    (from.seq === undefined || from.seq === seq) && (from.partition === undefined || from.partition === partition)
  const origins = [...nodes.nodes()].filter((node) => node.key === from.key && node.members.some(isEnd))
  if (origins.length === 0) throw noWay(from, root, pending.length > 0)
  nodes.keep(
    madeFrom(
      nodes,
      origins.map(({ id }) => id),
    ),
  )
  const found = await nodes.result(graph, lineage)
  return { root: rootNode!.id, ...found, truncated: pending.length > 0, leftOut: pending.length, next: null }
}

/** The upstream end first, and the assets on a way between the two. */
function directed(graph: Graph, a: VersionAddress, b: VersionAddress) {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const above = reach(to.key, (key) => graph.upstream.get(key)!.map((edge) => edge.upstream))
    if (from.key === to.key || !above.has(from.key)) continue
    const below = reach(from.key, (key) => graph.downstream.get(key)!.map((edge) => edge.downstream))
    return { from, to, within: new Set([...above].filter((key) => below.has(key))) }
  }
  throw new OttokError({
    what: `there is no way between ${a.key} and ${b.key}`,
    cause: a.key === b.key ? 'They are the same asset.' : 'Neither is made from the other, through whatever assets.',
    mend:
      a.key === b.key
        ? 'Compare two versions of it with `ottok lineage diff A B`.'
        : 'See what an asset is made from with `ottok lineage KEY`.',
    exitCode: 2,
  })
}

function reach(start: AssetKey, next: (key: AssetKey) => readonly AssetKey[]): Set<AssetKey> {
  const reached = new Set([start])
  for (const key of reached) for (const one of next(key)) reached.add(one)
  return reached
}

/** Ids of the nodes that these were made into, themselves included. */
function madeFrom(nodes: LineageNodes, ids: readonly string[]): Set<string> {
  const readers = new Map<string, string[]>()
  for (const { from, to } of nodes.edges()) {
    const known = readers.get(from)
    if (known) known.push(to)
    else readers.set(from, [to])
  }
  const reached = new Set(ids)
  for (const id of reached) for (const reader of readers.get(id) ?? []) reached.add(reader)
  return reached
}

function noWay(
  from: VersionAddress,
  root: { readonly assetKey: string; readonly partition: string },
  isCut: boolean,
): OttokError {
  const source = `${addressText(from.key, from.partition ?? '')}${from.seq === undefined ? '' : `#${from.seq}`}`
  return new OttokError({
    what: `${addressText(root.assetKey, root.partition)} was not made from ${source}`,
    cause: isCut
      ? 'It was not among the nodes looked at, and not all were.'
      : 'No recorded input leads from the one to the other.',
    mend: isCut
      ? 'Give a larger --limit.'
      : `See what it was made from with \`ottok lineage ${addressText(root.assetKey, root.partition)}\`.`,
  })
}
