import type { LineageEdge, LineageGraph, LineageNode, LineageRange } from '../../../lib/config/index.ts'
import { shortVersion } from '../../operations/cause-groups.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import { countText, timeText } from './words.ts'

/** Partitions of one input that are shown one by one; of more, the newest only. */
const SHOWN = 3

/** Longer lines have what is known of a node below its name. */
const WIDTH = 80

/** What is told below a node, line by line. */
export type Notes = (node: LineageNode) => readonly string[]

/** An indented tree: upstreams below the root, then what was made from it; `notes` are told below each node. */
export function lineageTree(graph: LineageGraph, notes: Notes = () => []): string {
  const tree = new Tree(graph, notes)
  const root = tree.node(graph.root)
  const lines = [...tree.head(root, ''), ...tree.branches(root.id, 'up', '  ')]
  const below = new Tree(graph, notes, [root.id])
  const down = below.branches(root.id, 'down', '  ')
  if (down.length > 0) lines.push('made from it:', ...down)
  // A page after the first goes on at nodes that hang on nothing here.
  for (const node of graph.nodes) {
    if (!tree.isSeen(node.id) && !below.isSeen(node.id))
      lines.push(...tree.head(node, ''), ...tree.branches(node.id, 'up', '  '))
  }
  return [...lines, ...leftOutLines(graph)].join('\n')
}

/** What the answer does not have, and how to get it. */
export function leftOutLines(graph: LineageGraph): string[] {
  const lines: string[] = []
  const cut = graph.nodes.filter((node) => node.range && node.range.leftOut > 0)
  if (cut.length > 0) {
    const count = cut.reduce((sum, node) => sum + node.range!.leftOut, 0)
    lines.push(`(${countText(count, 'older partition')} of wide windows not looked at)`)
  }
  if (graph.next !== null) {
    lines.push(`(cut off at ${countText(graph.nodes.length, 'node')}, ${graph.leftOut} of them with more to follow:`)
    lines.push(`give a larger --limit, or a smaller --up or --down, or go on with --after ${graph.next})`)
  }
  return lines
}

interface Branch {
  readonly label: string
  readonly ids: string[]
}

class Tree {
  readonly #nodes: ReadonlyMap<string, LineageNode>
  readonly #edges: { readonly up: Map<string, LineageEdge[]>; readonly down: Map<string, LineageEdge[]> }
  readonly #notes: Notes
  readonly #seen: Set<string>

  constructor(graph: LineageGraph, notes: Notes, seen: readonly string[] = []) {
    this.#nodes = new Map(graph.nodes.map((node) => [node.id, node]))
    this.#notes = notes
    this.#seen = new Set(seen)
    this.#edges = { up: new Map(), down: new Map() }
    for (const edge of graph.edges) {
      push(this.#edges.up, edge.to, edge)
      push(this.#edges.down, edge.from, edge)
    }
  }

  node(id: string): LineageNode {
    return this.#nodes.get(id)!
  }

  isSeen(id: string): boolean {
    return this.#seen.has(id)
  }

  /** A node with what is known of it; marks it as seen. */
  head(node: LineageNode, before: string): string[] {
    this.#seen.add(node.id)
    const indent = /^ */.exec(before)![0]
    return [...nodeLines(before, node, ''), ...this.#notes(node).map((note) => `${indent}    ${note}`)]
  }

  branches(id: string, direction: 'up' | 'down', indent: string): string[] {
    const lines: string[] = []
    for (const { label, ids } of this.#grouped(id, direction)) {
      const shown = ids.length > SHOWN ? ids.slice(-1) : ids
      if (ids.length > SHOWN) {
        const [first, last] = [this.node(ids[0]!).partition, this.node(ids.at(-1)!).partition]
        lines.push(`${indent}${label}: ${ids.length} partitions ${first}..${last}, the last of them:`)
      }
      for (const next of shown) {
        const before = `${indent}${label}: `
        if (this.isSeen(next)) lines.push(...nodeLines(before, this.node(next), ' (see above)'))
        else lines.push(...this.head(this.node(next), before), ...this.branches(next, direction, `${indent}  `))
      }
    }
    return lines
  }

  /** Neighbours by input and asset, each in the order of their partitions. */
  #grouped(id: string, direction: 'up' | 'down'): readonly Branch[] {
    const groups = new Map<string, Branch>()
    for (const edge of this.#edges[direction].get(id) ?? []) {
      const next = this.node(direction === 'up' ? edge.from : edge.to)
      const part = next.range && edge.versions !== next.range.count ? ` (${edge.versions} of them)` : ''
      const group = groups.get(`${edge.input} ${next.key}`) ?? { label: `${edge.input}${part}`, ids: [] }
      groups.set(`${edge.input} ${next.key}`, group)
      group.ids.push(next.id)
    }
    const partition = (one: string) => this.node(one).partition
    return [...groups.values()].map(({ label, ids }) => ({
      label,
      ids: ids.sort((a, b) => partition(a).localeCompare(partition(b))),
    }))
  }
}

function push(groups: Map<string, LineageEdge[]>, id: string, edge: LineageEdge): void {
  const group = groups.get(id)
  if (group) group.push(edge)
  else groups.set(id, [edge])
}

function nodeLines(before: string, node: LineageNode, after: string): string[] {
  const head = `${before}${nodeName(node)}`
  if (after !== '') return [`${head}${after}`]
  const facts = factsOf(node)
  if (head.length + 2 + facts.length <= WIDTH) return [`${head}  ${facts}`]
  const indent = /^ */.exec(before)![0]
  return [head, `${indent}    ${facts}`]
}

function factsOf(node: LineageNode): string {
  if (node.kind === 'unknown') return '(no longer in the graph)'
  if (node.kind === 'gone') return '(its records are gone: it was wiped, or its keys were removed)'
  if (node.range) return rangeFacts(node, node.range)
  const parts = [
    node.codeVersion === null ? '' : `code ${shortVersion(node.codeVersion)}`,
    node.dataVersion === null ? '' : `data ${shortVersion(node.dataVersion)}`,
    node.kind === 'observation' ? 'seen' : `run ${node.runId?.slice(0, 8)}`,
    timeText(node.madeAt),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function rangeFacts(node: LineageNode, { count, codeVersions, runs, madeFrom }: LineageRange): string {
  const code = codeVersions.length === 1 ? shortVersion(codeVersions[0]!) : `${codeVersions.length} versions`
  const parts = [
    countText(count, 'version'),
    codeVersions.length === 0 ? '' : `code ${code}`,
    countText(runs, 'run'),
    `${timeText(madeFrom)} .. ${timeText(node.madeAt)}`,
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** `key@partition`; a range may have many stretches. */
export function nodeName(node: LineageNode): string {
  return addressText(node.key, node.partition)
}
