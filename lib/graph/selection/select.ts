import type { AssetKey } from '../key.ts'
import { evaluate, type SelectableGraph } from './evaluate.ts'
import { requireFacts, type SelectionFacts } from './facts.ts'
import { nothingSelected } from './nothing-selected.ts'
import { parseSelection } from './parse.ts'

/**
 * Keys that an expression selects, in graph order.
 * @throws GraphError for syntax errors, for facts that were not given, and when nothing is selected
 */
export function selectKeys(
  graph: SelectableGraph,
  expression: string,
  facts: SelectionFacts = {},
): readonly AssetKey[] {
  const selection = parseSelection(expression)
  requireFacts(selection, facts)
  const selected = evaluate(graph, selection, facts)
  if (selected.size === 0) throw nothingSelected(graph, expression, selection, facts)
  return graph.order.filter((key) => selected.has(key))
}
