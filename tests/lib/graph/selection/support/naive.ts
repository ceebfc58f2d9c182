import type { Graph } from '../../../../../lib/graph/index.ts'
import type { Selection } from '../../../../../lib/graph/selection/syntax.ts'

/**
 * The meaning of a selection, asset by asset: slow, and as plain as the definition. Attributes other than `key:` with a
 * whole key are not its business.
 */
export function isSelected(graph: Graph, key: string, selection: Selection): boolean {
  switch (selection.kind) {
    case 'everything':
      return true
    case 'attribute':
      return key === selection.value
    case 'not':
      return !isSelected(graph, key, selection.of)
    case 'and':
      return selection.of.every((one) => isSelected(graph, key, one))
    case 'or':
      return selection.of.some((one) => isSelected(graph, key, one))
    case 'traverse':
      return graph.order.some(
        (other) =>
          isSelected(graph, other, selection.of) &&
          (isWithin(distance(graph, key, other), selection.up) ||
            isWithin(distance(graph, other, key), selection.down)),
      )
    case 'sinks':
    case 'roots': {
      const members = graph.order.filter((other) => isSelected(graph, other, selection.of))
      const [from, to] = selection.kind === 'sinks' ? [0, 1] : [1, 0]
      const reaches = (other: string) => {
        const pair = [key, other] as const
        return other !== key && Number.isFinite(distance(graph, pair[from]!, pair[to]!))
      }
      return members.includes(key) && !members.some(reaches)
    }
  }
}

/** Infinitely many layers do not bridge where there is no way. */
const isWithin = (edges: number, layers: number) => Number.isFinite(edges) && edges <= layers

/** Fewest edges from one asset down to another; Infinity when there is no way. */
function distance(graph: Graph, from: string, to: string): number {
  if (from === to) return 0
  const next = graph.downstream.get(from)!.map((edge) => edge.downstream)
  return 1 + Math.min(Number.POSITIVE_INFINITY, ...next.map((key) => distance(graph, key, to)))
}
