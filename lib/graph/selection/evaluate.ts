import type { Graph } from '../graph.ts'
import type { AssetKey } from '../key.ts'
import type { SelectionFacts } from './facts.ts'
import { matcher } from './matcher.ts'
import type { AttributeSelection, Selection } from './syntax.ts'

/** What evaluation reads of a graph. */
export type SelectableGraph = Pick<Graph, 'assets' | 'order' | 'upstream' | 'downstream'>

/** Keys that an expression selects, perhaps none. */
export function evaluate(graph: SelectableGraph, selection: Selection, facts: SelectionFacts): Set<AssetKey> {
  switch (selection.kind) {
    case 'everything':
      return new Set(graph.order)
    case 'attribute':
      return withAttribute(graph, selection, facts)
    case 'not': {
      const excluded = evaluate(graph, selection.of, facts)
      return new Set(graph.order.filter((key) => !excluded.has(key)))
    }
    case 'and': {
      const [first, ...others] = selection.of.map((one) => evaluate(graph, one, facts))
      return new Set([...first!].filter((key) => others.every((other) => other.has(key))))
    }
    case 'or': {
      const union = new Set<AssetKey>()
      for (const one of selection.of) for (const key of evaluate(graph, one, facts)) union.add(key)
      return union
    }
    case 'traverse': {
      const start = evaluate(graph, selection.of, facts)
      return new Set([...reach(start, selection.up, above(graph)), ...reach(start, selection.down, below(graph))])
    }
    case 'sinks':
      return edgeOf(evaluate(graph, selection.of, facts), above(graph))
    case 'roots':
      return edgeOf(evaluate(graph, selection.of, facts), below(graph))
  }
}

function withAttribute(graph: SelectableGraph, selection: AttributeSelection, facts: SelectionFacts): Set<AssetKey> {
  // A list of keys written by a program has thousands of terms: none of them may look at every asset.
  if (selection.name === 'key' && !selection.value.includes('*')) {
    return new Set(graph.assets.has(selection.value) ? [selection.value] : [])
  }
  const matches = matcher(selection, facts)
  return new Set(graph.order.filter((key) => matches(graph.assets.get(key)!)))
}

type Neighbours = (key: AssetKey) => AssetKey[]

const above =
  (graph: SelectableGraph): Neighbours =>
  (key) =>
    graph.upstream.get(key)!.map((edge) => edge.upstream)

const below =
  (graph: SelectableGraph): Neighbours =>
  (key) =>
    graph.downstream.get(key)!.map((edge) => edge.downstream)

function reach(start: Set<AssetKey>, layers: number, next: Neighbours): Set<AssetKey> {
  const seen = new Set(start)
  let frontier = [...start]
  for (let layer = 0; layer < layers && frontier.length > 0; layer++) {
    const found = new Set(frontier.flatMap(next).filter((key) => !seen.has(key)))
    for (const key of found) seen.add(key)
    frontier = [...found]
  }
  return seen
}

/**
 * Members from which no other member is reachable, also through assets outside the set. `back` leads
 * against that direction: one walk from all members finds everything that does reach one of them.
 */
function edgeOf(set: Set<AssetKey>, back: Neighbours): Set<AssetKey> {
  const reaching = reach(new Set([...set].flatMap(back)), Number.POSITIVE_INFINITY, back)
  return new Set([...set].filter((key) => !reaching.has(key)))
}
