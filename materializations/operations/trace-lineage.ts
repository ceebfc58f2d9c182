import type { LineageGraph, LineageRequest } from '../../lib/config/index.ts'
import { OttokError } from '../../lib/config/index.ts'
import type { Graph } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { placesOf, type TracedVersion } from '../lineage/trace.ts'
import { versionAt } from './lineage-address.ts'
import { cursorText, type LineageCursor, type PendingNode, readCursor } from './lineage-cursor.ts'
import { type FoundNode, LineageNodes } from './lineage-nodes.ts'
import { type WalkStart, walkLineage } from './lineage-walk.ts'
import { addressText } from './partition-ranges.ts'

/** Nodes at most, and partitions that are told one by one, unless asked for otherwise. */
const DEFAULTS = { limit: 1_000, expand: 7 }

interface Tracing {
  readonly graph: Graph
  readonly lineage: Lineage
}

/**
 * What a version of a partition was made from, version by version, and what was made from it. A wide window is one range
 * node. Bounded: when `limit` nodes are found, `next` says how to go on. A constant number of queries a level.
 */
export async function traceLineage(
  tracing: Tracing,
  request: LineageRequest & { readonly seq?: number | undefined },
): Promise<LineageGraph> {
  const { graph, lineage } = tracing
  const limit = request.limit ?? DEFAULTS.limit
  if (limit < 2) throw tooFew(limit)
  const root = await versionAt(tracing, request)
  const cursor = request.after === undefined ? undefined : cursorOf(readCursor(request.after), root)
  const bounds = cursor ?? {
    up: request.up ?? null,
    down: request.down ?? 0,
    expand: request.expand ?? DEFAULTS.expand,
  }
  const nodes = new LineageNodes()
  const [rootNode] = nodes.add(root.assetKey, [root], false)
  const start = cursor ? await resumed(lineage, nodes, cursor.pending) : startAt(rootNode!)
  const visited = new Set(cursor?.visited ?? [root.seq])
  const pending = await walkLineage(
    tracing,
    nodes,
    start,
    {
      levels: { up: bounds.up ?? Number.POSITIVE_INFINITY, down: bounds.down ?? Number.POSITIVE_INFINITY },
      expand: bounds.expand,
      limit: limit - 1,
    },
    visited,
  )
  // Of the nodes that an earlier answer has told, only those that go on here.
  if (cursor) nodes.dropLoose(rootNode!.id)
  const found = await nodes.result(graph, lineage)
  const { up, down, expand } = bounds
  return {
    root: rootNode!.id,
    ...found,
    truncated: pending.length > 0 || found.nodes.some(({ range }) => range !== undefined && range.leftOut > 0),
    leftOut: pending.length,
    next:
      pending.length === 0 ? null : cursorText({ rootSeq: root.seq, up, down, expand, pending, visited: [...visited] }),
  }
}

function tooFew(limit: number): OttokError {
  return new OttokError({
    what: `--limit ${limit} will not do`,
    cause: 'An answer has the node that is asked about, and at least one more.',
    mend: 'Give 2 or more.',
    exitCode: 2,
  })
}

function startAt(node: FoundNode): WalkStart[] {
  const one = { level: 0, node, members: node.members, skip: 0 }
  return [
    { ...one, direction: 'up' },
    { ...one, direction: 'down' },
  ]
}

function cursorOf(cursor: LineageCursor, root: TracedVersion): LineageCursor {
  if (cursor.rootSeq === root.seq) return cursor
  throw new OttokError({
    what: '--after goes on with another answer',
    cause: `It does not belong to ${addressText(root.assetKey, root.partition)} as it is now: another was asked about, or it was made anew since.`,
    mend: 'Start again without --after.',
    exitCode: 2,
  })
}

/** Nodes that an earlier answer has told, found again so that edges have both ends. */
async function resumed(
  lineage: Lineage,
  nodes: LineageNodes,
  pending: readonly PendingNode[],
): Promise<readonly WalkStart[]> {
  const places = await placesOf(lineage, [...new Set(pending.flatMap(({ seqs }) => seqs))])
  return pending.flatMap(({ direction, level, key, isRange, seqs, skip }) => {
    // What retention has removed meanwhile has no inputs any more either.
    const members = seqs.flatMap((seq) => {
      const partition = places.get(seq)
      return partition === undefined ? [] : [{ seq, partition }]
    })
    const [node] = nodes.add(key, members, isRange)
    return node ? [{ direction, level, node, members, skip }] : []
  })
}
