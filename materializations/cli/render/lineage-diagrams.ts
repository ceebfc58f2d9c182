import type { LineageGraph, LineageNode } from '../../../lib/config/index.ts'
import { shortVersion } from '../../operations/cause-groups.ts'
import { leftOutLines, type Notes, nodeName } from './lineage.ts'
import { countText, timeText } from './words.ts'

/** For Graphviz. */
export function dotText(graph: LineageGraph, notes: Notes = () => []): string {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  return [
    'digraph lineage {',
    '  rankdir=LR; node [shape=box];',
    ...graph.nodes.map(
      (node) =>
        `  ${quoted(node.id)} [label=${quoted([...label(node), ...notes(node)].join('\n')).replaceAll('\n', '\\n')}];`,
    ),
    ...graph.edges.map((edge) => `  ${quoted(edge.from)} -> ${quoted(edge.to)} [label=${quoted(edge.input)}];`),
    ...leftOutLines(graph).map((line) => `  // ${line}`),
    '}',
  ].join('\n')
}

/** For pages that render Mermaid. */
export function mermaidText(graph: LineageGraph, notes: Notes = () => []): string {
  const ids = new Map(graph.nodes.map((node, i) => [node.id, `n${i}`]))
  const escaped = (text: string) => text.replaceAll('"', '#quot;')
  return [
    'flowchart LR',
    ...graph.nodes.map(
      (node) => `  ${ids.get(node.id)}["${[...label(node), ...notes(node)].map(escaped).join('<br>')}"]`,
    ),
    ...graph.edges.map((edge) => `  ${ids.get(edge.from)} -- ${escaped(edge.input)} --> ${ids.get(edge.to)}`),
    ...leftOutLines(graph).map((line) => `  %% ${line}`),
  ].join('\n')
}

function label(node: LineageNode): string[] {
  if (node.range) return [nodeName(node), countText(node.range.count, 'version')]
  const version = node.dataVersion === null ? [] : [`data ${shortVersion(node.dataVersion)}`]
  return [nodeName(node), ...version, timeText(node.madeAt)]
}
