import type { LineageEdge, LineageGraph, LineageNode } from '../../lib/config/index.ts'
import { type Graph, partitionOrdinal, sets } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { type TracedVersion, versionsBySeq } from '../lineage/trace.ts'
import { type RangeFacts, rangeFacts } from '../lineage/version-spans.ts'
import { addressText, rangesText } from './partition-ranges.ts'

/** A recorded version, as little of it as a walk needs. */
export interface Member {
  readonly seq: number
  readonly partition: string
}

/** A node while it is found: one version, or many of one asset. */
export interface FoundNode {
  readonly id: string
  readonly key: string
  readonly isRange: boolean
  readonly members: Member[]
  leftOut: number
}

interface FoundEdge {
  readonly from: string
  readonly to: string
  readonly input: string
  readonly versions: Set<number>
}

/** What a recorded input leads to, and nothing more is known of. */
interface Lost {
  readonly key: string
  readonly why: 'removed' | 'gone'
}

/** Nodes and edges found so far. Every version belongs to exactly one node. */
export class LineageNodes {
  readonly #nodes = new Map<string, FoundNode>()
  readonly #bySeq = new Map<number, FoundNode>()
  readonly #edges = new Map<string, FoundEdge>()
  readonly #lost = new Map<string, Lost>()

  get size(): number {
    return this.#nodes.size + this.#lost.size
  }

  nodes(): Iterable<FoundNode> {
    return this.#nodes.values()
  }

  node(seq: number): FoundNode | undefined {
    return this.#bySeq.get(seq)
  }

  hasRange(key: string): boolean {
    return this.#nodes.has(rangeId(key))
  }

  /** Nodes that `add` would make. */
  cost(key: string, versions: readonly Member[], asRange: boolean): number {
    if (asRange) return this.#nodes.has(rangeId(key)) ? 0 : 1
    return versions.filter(({ seq }) => !this.#bySeq.has(seq)).length
  }

  /** Gives versions of one asset their nodes; those that have one keep it. Returns the node of each. */
  add(key: string, versions: readonly Member[], asRange: boolean): FoundNode[] {
    return versions.map((version) => {
      const known = this.#bySeq.get(version.seq)
      if (known) return known
      const id = asRange ? rangeId(key) : `${addressText(key, version.partition)}#${version.seq}`
      const node = this.#nodes.get(id) ?? { id, key, isRange: asRange, members: [], leftOut: 0 }
      this.#nodes.set(id, node)
      this.#bySeq.set(version.seq, node)
      node.members.push({ seq: version.seq, partition: version.partition })
      return node
    })
  }

  /** An asset that today's graph has no more, or of which no record is left; returns the id of its node. */
  addLost(key: string, why: Lost['why']): string {
    const id = `${key}#${why}`
    this.#lost.set(id, { key, why })
    return id
  }

  /** An edge, and the version at its far end that it is about. */
  join(from: string, to: string, input: string, seq: number): void {
    const name = JSON.stringify([from, to, input])
    const edge = this.#edges.get(name) ?? { from, to, input, versions: new Set() }
    this.#edges.set(name, edge)
    edge.versions.add(seq)
  }

  /** Drops nodes that no edge leads to or from, but for one. */
  dropLoose(except: string): void {
    const joined = new Set([except])
    for (const { from, to } of this.#edges.values()) joined.add(from).add(to)
    this.keep(joined)
  }

  /** Keeps only these nodes and the edges between them. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#nodes.keys()) if (!ids.has(id)) this.#nodes.delete(id)
    for (const id of this.#lost.keys()) if (!ids.has(id)) this.#lost.delete(id)
    for (const [name, { from, to }] of this.#edges) if (!ids.has(from) || !ids.has(to)) this.#edges.delete(name)
  }

  edges(): Iterable<{ readonly from: string; readonly to: string }> {
    return this.#edges.values()
  }

  /** The whole of it, with what is told of each node. Two queries. */
  async result(graph: Graph, lineage: Lineage): Promise<Pick<LineageGraph, 'nodes' | 'edges'>> {
    const nodes = [...this.#nodes.values()]
    const singles = nodes.filter((node) => !node.isRange)
    const ranges = nodes.filter((node) => node.isRange)
    const versions = await versionsBySeq(
      lineage,
      singles.map((node) => node.members[0]!.seq),
    )
    const facts = await rangeFacts(
      lineage,
      ranges.map((node) => node.members.map(({ seq }) => seq)),
    )
    const factsOf = new Map(ranges.map((node, i) => [node, facts[i]!]))
    return {
      nodes: [
        ...nodes.map((node) => {
          const range = factsOf.get(node)
          return range ? rangeNode(graph, node, range) : singleNode(versions.get(node.members[0]!.seq)!)
        }),
        ...[...this.#lost].map(([id, lost]) => lostNode(id, lost)),
      ],
      edges: [...this.#edges.values()].map((edge) => this.#edgeOf(edge)),
    }
  }

  #edgeOf({ from, to, input, versions }: FoundEdge): LineageEdge {
    const touchesRange = this.#nodes.get(from)?.isRange || this.#nodes.get(to)?.isRange
    return { from, to, input, ...(touchesRange && { versions: versions.size }) }
  }
}

function rangeId(key: string): string {
  return `${key}@*`
}

function singleNode(version: TracedVersion): LineageNode {
  const { kind } = version.location
  return {
    id: `${addressText(version.assetKey, version.partition)}#${version.seq}`,
    key: version.assetKey,
    partition: version.partition,
    kind: kind === 'observed' ? 'observation' : kind === 'effect' ? 'effect' : 'materialization',
    runId: version.runId,
    codeVersion: version.codeVersion === '' ? null : version.codeVersion,
    dataVersion: version.dataVersion,
    madeAt: version.madeAt.toISOString(),
    metadata: version.metadata,
  }
}

function rangeNode(graph: Graph, node: FoundNode, facts: RangeFacts): LineageNode {
  const space = graph.space(node.key)
  const partitions = [...new Set(node.members.map(({ partition }) => partition))]
  const ordinals = new Map(partitions.map((partition) => [partition, partitionOrdinal(space, partition) ?? 0]))
  const sorted = partitions.sort((a, b) => ordinals.get(a)! - ordinals.get(b)!)
  const codeVersions = facts.codeVersions.filter((version) => version !== '')
  return {
    id: node.id,
    key: node.key,
    partition: rangesText(space, sets.fromOrdinals(ordinals.values()), 3),
    kind: 'range',
    runId: null,
    codeVersion: codeVersions.length === 1 ? codeVersions[0]! : null,
    dataVersion: null,
    madeAt: facts.madeTo.toISOString(),
    metadata: {},
    range: {
      count: node.members.length,
      first: sorted[0]!,
      last: sorted.at(-1)!,
      runs: facts.runs,
      codeVersions,
      madeFrom: facts.madeFrom.toISOString(),
      leftOut: node.leftOut,
    },
  }
}

function lostNode(id: string, { key, why }: Lost): LineageNode {
  const unknown = { runId: null, codeVersion: null, dataVersion: null, madeAt: null, metadata: {} }
  return { id, key, partition: '', kind: why === 'gone' ? 'gone' : 'unknown', ...unknown }
}
