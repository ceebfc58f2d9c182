import type { AssetKey, Graph } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { PendingNode } from './lineage-cursor.ts'
import { downstreamOf, type Neighbours, upstreamOf } from './lineage-neighbours.ts'
import type { FoundNode, LineageNodes, Member } from './lineage-nodes.ts'

/** Versions whose inputs are read together. */
const BATCH_MEMBERS = 50_000

/** Versions that one answer looks at, and steps from node to node: what a few seconds are enough for. */
const MAX_WALKED = 200_000
const MAX_BATCHES = 500

export interface WalkBounds {
  readonly levels: { readonly up: number; readonly down: number }
  /** Partitions of one input that become nodes of their own; more become one range node. */
  readonly expand: number
  /** Nodes that this walk may add. */
  readonly limit: number
  readonly within?: ReadonlySet<AssetKey> | undefined
}

export interface WalkStart {
  readonly direction: 'up' | 'down'
  readonly level: number
  readonly node: FoundNode
  readonly members: readonly Member[]
  readonly skip: number
}

/** A batch of a walk: nodes of one level. */
interface Visit extends WalkStart {
  readonly asked: FoundNode
}

/**
 * Walks breadth first from some nodes and adds what it finds. The number of queries is that of the levels, whatever the
 * number of partitions. Returns what is left to do when a bound is reached, and in `visited` counts every version once.
 */
export async function walkLineage(
  traced: { readonly graph: Graph; readonly lineage: Lineage },
  nodes: LineageNodes,
  start: readonly WalkStart[],
  bounds: WalkBounds,
  visited: Set<number>,
): Promise<readonly PendingNode[]> {
  let queue: readonly WalkStart[] = start.filter((one) => one.level < bounds.levels[one.direction])
  let walked = 0
  let batches = 0
  const room = nodes.size + bounds.limit
  while (queue.length > 0) {
    if (walked >= MAX_WALKED || batches >= MAX_BATCHES) return queue.map(pendingOf)
    batches++
    const { batch, rest } = takeBatch(queue)
    walked += batch.reduce((sum, { members }) => sum + members.length, 0)
    const neighbours = batch[0]!.direction === 'up' ? upstreamOf : downstreamOf
    const found = await neighbours(
      { ...traced, within: bounds.within },
      batch.map(({ asked }) => asked),
    )
    const next: WalkStart[] = []
    for (const [i, visit] of batch.entries()) {
      const groups = found[i]!
      for (let g = visit.skip; g < groups.length; g++) {
        if (nodes.size + costOf(nodes, visit, groups[g]!, bounds) > room) {
          const deeper = next.filter((one) => one.level < bounds.levels[one.direction])
          return [{ ...visit, skip: g }, ...batch.slice(i + 1), ...rest, ...deeper].map(pendingOf)
        }
        const { versions } = groups[g]!
        walked += typeof versions === 'string' ? 0 : versions.length
        next.push(...take(nodes, visit, groups[g]!, bounds, visited))
      }
    }
    queue = [...rest, ...next.filter((one) => one.level < bounds.levels[one.direction])]
  }
  return []
}

/** The first nodes of the queue that are of one direction and level, as many as are read together. */
function takeBatch(queue: readonly WalkStart[]): { batch: Visit[]; rest: readonly WalkStart[] } {
  const [head] = queue
  const batch: Visit[] = []
  let members = 0
  for (const one of queue) {
    if (one.direction !== head!.direction || one.level !== head!.level || members >= BATCH_MEMBERS) break
    members += one.members.length
    batch.push({ ...one, asked: { ...one.node, members: [...one.members] } })
  }
  return { batch, rest: queue.slice(batch.length) }
}

/** Many versions are a range; so is what a range reads of an asset that has one, or of its own, day after day. */
function isRange(
  nodes: LineageNodes,
  { key, versions }: Pick<Neighbours, 'key'> & { readonly versions: readonly Member[] },
  { node }: Pick<WalkStart, 'node'>,
  { expand, limit }: WalkBounds,
): boolean {
  return versions.length > Math.min(expand, limit) || (node.isRange && nodes.hasRange(key))
}

function costOf(nodes: LineageNodes, visit: Visit, group: Neighbours, bounds: WalkBounds): number {
  const { key, versions } = group
  if (typeof versions === 'string') return 1
  return nodes.cost(key, versions, isRange(nodes, { key, versions }, visit, bounds))
}

/** Adds the neighbours through one input; returns those whose own neighbours are still to be looked at. */
function take(
  nodes: LineageNodes,
  visit: Visit,
  group: Neighbours,
  bounds: WalkBounds,
  visited: Set<number>,
): WalkStart[] {
  const { direction, level, node } = visit
  const { input, key, versions, leftOut } = group
  const join = (other: string, seq: number) =>
    direction === 'up' ? nodes.join(other, node.id, input, seq) : nodes.join(node.id, other, input, seq)
  if (typeof versions === 'string') {
    join(nodes.addLost(key, versions), 0)
    return []
  }
  const fresh = new Map<FoundNode, Member[]>()
  nodes.add(key, versions, isRange(nodes, { key, versions }, visit, bounds)).forEach((found, i) => {
    join(found.id, versions[i]!.seq)
    if (visited.has(versions[i]!.seq)) return
    visited.add(versions[i]!.seq)
    const members = fresh.get(found)
    if (members) members.push(versions[i]!)
    else fresh.set(found, [versions[i]!])
  })
  const [first] = versions
  const some = first && nodes.node(first.seq)
  if (some) some.leftOut = Math.max(some.leftOut, leftOut)
  return [...fresh].map(([found, members]) => ({ direction, level: level + 1, node: found, members, skip: 0 }))
}

function pendingOf({ direction, level, node, members, skip }: WalkStart): PendingNode {
  return { direction, level, key: node.key, isRange: node.isRange, skip, seqs: members.map(({ seq }) => seq) }
}
