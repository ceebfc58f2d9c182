import { OttokError } from '../../lib/config/index.ts'
import type { Graph } from '../../lib/graph/index.ts'

/** Automation of a graph that says nothing of it would silently do nothing. */
export function requireAutomation(graph: Graph): void {
  if (graph.automation.size > 0) return
  throw new OttokError({
    what: 'there is no automation to evaluate',
    cause: 'No asset of the graph has `automation`, and `defineGraph` gives none.',
    mend: 'Write `automation: eager()` in assets, or in `defineGraph` for all of them.',
    exitCode: 2,
  })
}
