import { type GraphError, graphError } from '../errors.ts'
import { nearMisses } from '../key.ts'
import { attributesIn } from './attributes-in.ts'
import { evaluate, type SelectableGraph } from './evaluate.ts'
import type { SelectionFacts } from './facts.ts'
import type { AttributeName, AttributeSelection, Selection } from './syntax.ts'
import { selectionText } from './text.ts'

/** Why an expression selects nothing: a part that fits no asset, with near misses, or parts that do not meet. */
export function nothingSelected(
  graph: SelectableGraph,
  expression: string,
  selection: Selection,
  facts: SelectionFacts,
): GraphError {
  return graphError('nothing-selected', `Nothing is selected by '${expression}'`, mendFor(graph, selection, facts))
}

function mendFor(graph: SelectableGraph, selection: Selection, facts: SelectionFacts): string {
  const empty = attributesIn(selection).filter((one) => evaluate(graph, one, facts).size === 0)
  const near = empty.flatMap(({ name, value }) => nearMisses(value, known(graph, name)))
  if (near.length > 0) return `Did you mean ${[...new Set(near)].join(', ')}?`
  const answered = empty.find(({ name }) => name in BY_FACT)
  if (answered) return BY_FACT[answered.name]!(answered)
  if (empty.length > 0) return 'List the assets with `ottok assets`.'
  const meeting = meetingIn(selection)
  if (!meeting) return 'List the assets with `ottok assets`.'
  const parts = meeting.map((one) => `${selectionText(one)} selects ${evaluate(graph, one, facts).size}`)
  return `Each part of it selects assets, but none is in all of them: ${parts.join(', ')}.`
}

/** Nothing to misspell there: no asset is in that state now. */
const BY_FACT: Partial<Readonly<Record<AttributeName, (attribute: AttributeSelection) => string>>> = {
  status: ({ value }) => `No asset is ${value} now; see \`ottok status\`.`,
  changed: ({ value }) => `No asset differs from '${value}'.`,
  is: ({ value }) => `The graph has no asset that is ${value}.`,
  partitions: ({ value }) => `The graph has no asset with partitions '${value}'.`,
}

/** Members of the first `and`. */
function meetingIn(selection: Selection): readonly Selection[] | undefined {
  switch (selection.kind) {
    case 'and':
      return selection.of
    case 'or':
      return selection.of.map(meetingIn).find((found) => found !== undefined)
    case 'everything':
    case 'attribute':
      return undefined
    default:
      return meetingIn(selection.of)
  }
}

function known(graph: SelectableGraph, name: AttributeName): Set<string> {
  const assets = [...graph.assets.values()]
  switch (name) {
    case 'key':
      return new Set(assets.map((a) => a.key))
    case 'group':
      return new Set(assets.map((a) => a.group))
    case 'kind':
      return new Set(assets.flatMap((a) => a.kinds))
    case 'owner':
      return new Set(assets.flatMap((a) => a.owners))
    case 'tag':
      return new Set(assets.flatMap((a) => Object.keys(a.tags)))
    default:
      // Closed lists are checked by the parser, revisions by git.
      return new Set()
  }
}
