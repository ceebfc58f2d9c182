import type { LineageEdge, LineageGraph, LineageNode, LineageRequest } from '../../lib/config/index.ts'
import { OttokError } from '../../lib/config/index.ts'
import { type Graph, graphError, partitionOrdinal } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import {
  currentVersion,
  inputsOf,
  newestPartition,
  readersOf,
  type TracedVersion,
  versionsAt,
} from '../lineage/trace.ts'
import { membersOf, readQuestion } from './input-members.ts'
import { addressText } from './partition-ranges.ts'

/** Nodes at most: years of days behind a model are more than anybody reads, or a page can draw. */
const MAX_NODES = 5_000

interface Tracing {
  readonly graph: Graph
  readonly lineage: Lineage
}

/**
 * What the current version of a partition was made from, version by version, and what was made from it.
 * A constant number of queries a level.
 */
export async function traceLineage({ graph, lineage }: Tracing, request: LineageRequest): Promise<LineageGraph> {
  const root = await rootVersion({ graph, lineage }, request)
  const found = new Found()
  found.add(root)
  await traceUp({ graph, lineage }, found, root, request.up ?? Number.POSITIVE_INFINITY)
  await traceDown({ graph, lineage }, found, root, request.down ?? 0)
  return { root: idOf(root), ...found.result() }
}

async function rootVersion({ graph, lineage }: Tracing, request: LineageRequest): Promise<TracedVersion> {
  const { key } = graph.asset(request.key)
  if (request.partition !== undefined && partitionOrdinal(graph.space(key), request.partition) === undefined) {
    throw graphError(
      'unknown-partition',
      `'${key}' has no partition '${request.partition}'`,
      'See its partitions with `ottok status --partitions`.',
    )
  }
  const partition = request.partition ?? (await newestPartition(lineage, key))
  const version = partition === undefined ? undefined : await currentVersion(lineage, key, partition)
  if (version) return version
  throw new OttokError({
    what: `there is no lineage of ${addressText(key, partition ?? '')}`,
    cause: 'It was never made.',
    mend: `Make it with \`ottok materialize ${key}\`.`,
  })
}

async function traceUp({ graph, lineage }: Tracing, found: Found, root: TracedVersion, levels: number): Promise<void> {
  let frontier = [root]
  for (let level = 0; level < levels && frontier.length > 0; level++) {
    const readers = new Map(frontier.map((version) => [version.seq, version]))
    const inputs = await inputsOf(lineage, [...readers.keys()])
    const reads = inputs.flatMap((input) => {
      const reader = readers.get(input.seq)!
      const members = membersOf(graph, input)
      if (members === undefined) found.addUnknown(input.upstream, reader, input.name)
      return (members ?? []).map((partition) => ({
        reader,
        input,
        question: readQuestion(graph, reader, input, partition),
      }))
    })
    const answers = await versionsAt(
      lineage,
      reads.map((read) => read.question),
    )
    const next = new Map<number, TracedVersion>()
    reads.forEach(({ reader, input }, i) => {
      const upstream = answers[i]
      if (!upstream) return
      const isNew = found.add(upstream)
      if (isNew) next.set(upstream.seq, upstream)
      found.join(upstream, reader, input.name)
    })
    frontier = [...next.values()]
  }
}

async function traceDown({ graph, lineage }: Tracing, found: Found, root: TracedVersion, levels: number) {
  let frontier = [root]
  for (let level = 0; level < levels && frontier.length > 0; level++) {
    const sources = frontier
    const keys = [...new Set(sources.map((version) => version.assetKey))]
    const readers = await readersOf(lineage, keys, Math.min(...sources.map((version) => version.seq)))
    const reads = readers.flatMap(({ reader, input }) => {
      const members = new Set(membersOf(graph, input) ?? [])
      return sources
        .filter((source) => source.assetKey === input.upstream && members.has(source.partition))
        .map((source) => ({ source, reader, input, question: readQuestion(graph, reader, input, source.partition) }))
    })
    const answers = await versionsAt(
      lineage,
      reads.map((read) => read.question),
    )
    const next = new Map<number, TracedVersion>()
    reads.forEach(({ source, reader, input }, i) => {
      if (answers[i]?.seq !== source.seq) return
      const isNew = found.add(reader)
      if (isNew) next.set(reader.seq, reader)
      found.join(source, reader, input.name)
    })
    frontier = [...next.values()]
  }
}

/** Nodes and edges so far, bounded. */
class Found {
  readonly #nodes = new Map<string, LineageNode>()
  readonly #edges = new Map<string, LineageEdge>()
  #truncated = false

  /** True when the node is new and within the bound. */
  add(version: TracedVersion): boolean {
    const id = idOf(version)
    if (this.#nodes.has(id)) return false
    if (this.#nodes.size >= MAX_NODES) {
      this.#truncated = true
      return false
    }
    this.#nodes.set(id, nodeOf(version))
    return true
  }

  addUnknown(key: string, reader: TracedVersion, input: string): void {
    const id = `${key}#removed`
    this.#nodes.set(id, {
      id,
      key,
      partition: '',
      kind: 'unknown',
      runId: null,
      codeVersion: null,
      dataVersion: null,
      madeAt: null,
      metadata: {},
    })
    this.#edges.set(`${id} ${idOf(reader)} ${input}`, { from: id, to: idOf(reader), input })
  }

  join(upstream: TracedVersion, reader: TracedVersion, input: string): void {
    const edge = { from: idOf(upstream), to: idOf(reader), input }
    if (!this.#nodes.has(edge.from) || !this.#nodes.has(edge.to)) return
    this.#edges.set(`${edge.from} ${edge.to} ${input}`, edge)
  }

  result(): Omit<LineageGraph, 'root'> {
    return { nodes: [...this.#nodes.values()], edges: [...this.#edges.values()], truncated: this.#truncated }
  }
}

function idOf(version: TracedVersion): string {
  return `${addressText(version.assetKey, version.partition)}#${version.seq}`
}

function nodeOf(version: TracedVersion): LineageNode {
  const { kind } = version.location
  return {
    id: idOf(version),
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
