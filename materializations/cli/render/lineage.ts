import type { LineageEdge, LineageGraph, LineageNode } from '../../../lib/config/index.ts'
import { shortVersion } from '../../operations/cause-groups.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import { timeText } from './words.ts'

/** Partitions of one input that are shown one by one; of more, the newest only. */
const SHOWN = 3

/** Longer lines have what is known of a node below its name. */
const WIDTH = 80

/** An indented tree: upstreams below the root, then what was made from it. */
export function lineageTree(graph: LineageGraph): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const root = nodes.get(graph.root)!
  const lines = [...nodeLines('', root, '')]
  const seen = new Set<string>([root.id])
  lines.push(...branches(graph.edges, nodes, root.id, 'up', '  ', seen))
  const down = branches(graph.edges, nodes, root.id, 'down', '  ', new Set([root.id]))
  if (down.length > 0) lines.push('made from it:', ...down)
  if (graph.truncated) lines.push('(cut off: give --up or --down a smaller number)')
  return lines.join('\n')
}

function branches(
  edges: readonly LineageEdge[],
  nodes: ReadonlyMap<string, LineageNode>,
  id: string,
  direction: 'up' | 'down',
  indent: string,
  seen: Set<string>,
): string[] {
  const lines: string[] = []
  for (const [label, ids] of grouped(edges, nodes, id, direction)) {
    const shown = ids.length > SHOWN ? ids.slice(-1) : ids
    if (ids.length > SHOWN) {
      const first = nodes.get(ids[0]!)!
      const last = nodes.get(ids.at(-1)!)!
      lines.push(`${indent}${label}: ${ids.length} partitions ${first.partition}..${last.partition}, the last of them:`)
    }
    for (const next of shown) {
      const again = seen.has(next)
      lines.push(...nodeLines(`${indent}${label}: `, nodes.get(next)!, again ? ' (see above)' : ''))
      if (again) continue
      seen.add(next)
      lines.push(...branches(edges, nodes, next, direction, `${indent}  `, seen))
    }
  }
  return lines
}

/** Neighbours by input and asset, each in the order of their partitions. */
function grouped(
  edges: readonly LineageEdge[],
  nodes: ReadonlyMap<string, LineageNode>,
  id: string,
  direction: 'up' | 'down',
): [string, string[]][] {
  const groups = new Map<string, { label: string; ids: string[] }>()
  for (const edge of edges) {
    if ((direction === 'up' ? edge.to : edge.from) !== id) continue
    const next = direction === 'up' ? edge.from : edge.to
    const group = groups.get(`${edge.input} ${nodes.get(next)!.key}`)
    if (group) group.ids.push(next)
    else groups.set(`${edge.input} ${nodes.get(next)!.key}`, { label: edge.input, ids: [next] })
  }
  const partition = (one: string) => nodes.get(one)!.partition
  return [...groups.values()].map(({ label, ids }) => [
    label,
    ids.sort((a, b) => partition(a).localeCompare(partition(b))),
  ])
}

function nodeLines(before: string, node: LineageNode, after: string): string[] {
  const head = `${before}${addressText(node.key, node.partition)}`
  if (after !== '') return [`${head}${after}`]
  const facts = factsOf(node)
  if (head.length + 2 + facts.length <= WIDTH) return [`${head}  ${facts}`]
  const indent = /^ */.exec(before)![0]
  return [head, `${indent}    ${facts}`]
}

function factsOf(node: LineageNode): string {
  if (node.kind === 'unknown') return '(no longer in the graph)'
  const parts = [
    node.codeVersion === null ? '' : `code ${shortVersion(node.codeVersion)}`,
    node.dataVersion === null ? '' : `data ${shortVersion(node.dataVersion)}`,
    node.kind === 'observation' ? 'seen' : `run ${node.runId?.slice(0, 8)}`,
    timeText(node.madeAt),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

/** For Graphviz. */
export function dotText(graph: LineageGraph): string {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  return [
    'digraph lineage {',
    '  rankdir=LR; node [shape=box];',
    ...graph.nodes.map(
      (node) => `  ${quoted(node.id)} [label=${quoted(label(node).join('\n')).replaceAll('\n', '\\n')}];`,
    ),
    ...graph.edges.map((edge) => `  ${quoted(edge.from)} -> ${quoted(edge.to)} [label=${quoted(edge.input)}];`),
    '}',
  ].join('\n')
}

/** For pages that render Mermaid. */
export function mermaidText(graph: LineageGraph): string {
  const ids = new Map(graph.nodes.map((node, i) => [node.id, `n${i}`]))
  const escaped = (text: string) => text.replaceAll('"', '#quot;')
  return [
    'flowchart LR',
    ...graph.nodes.map((node) => `  ${ids.get(node.id)}["${label(node).map(escaped).join('<br>')}"]`),
    ...graph.edges.map((edge) => `  ${ids.get(edge.from)} -- ${escaped(edge.input)} --> ${ids.get(edge.to)}`),
  ].join('\n')
}

function label(node: LineageNode): string[] {
  const version = node.dataVersion === null ? [] : [`data ${shortVersion(node.dataVersion)}`]
  return [addressText(node.key, node.partition), ...version, timeText(node.madeAt)]
}
