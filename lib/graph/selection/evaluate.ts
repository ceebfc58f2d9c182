import type { Asset } from '../assets/types.ts'
import { GraphError } from '../errors.ts'
import type { Graph } from '../graph.ts'
import { type AssetKey, nearMisses } from '../key.ts'
import { parseSelection } from './parse.ts'
import type { AttributeName, Selection } from './syntax.ts'

/** Keys that an expression selects, in graph order. Nothing selected is an error with near misses. */
export function selectKeys(graph: Graph, expression: string): readonly AssetKey[] {
  const selection = parseSelection(expression)
  const selected = evaluate(graph, selection)
  if (selected.size === 0) throw nothingSelected(graph, expression, selection)
  return graph.order.filter((key) => selected.has(key))
}

function evaluate(graph: Graph, selection: Selection): Set<AssetKey> {
  switch (selection.kind) {
    case 'everything':
      return new Set(graph.order)
    case 'attribute': {
      const matches = matcher(selection.name, selection.value)
      return new Set(graph.order.filter((key) => matches(graph.asset(key))))
    }
    case 'not': {
      const excluded = evaluate(graph, selection.of)
      return new Set(graph.order.filter((key) => !excluded.has(key)))
    }
    case 'and': {
      const right = evaluate(graph, selection.right)
      return new Set([...evaluate(graph, selection.left)].filter((key) => right.has(key)))
    }
    case 'or':
      return new Set([...evaluate(graph, selection.left), ...evaluate(graph, selection.right)])
    case 'traverse': {
      const start = evaluate(graph, selection.of)
      const up = reach(start, selection.up, (key) => graph.upstream.get(key)!.map((e) => e.upstream))
      const down = reach(start, selection.down, (key) => graph.downstream.get(key)!.map((e) => e.downstream))
      return new Set([...up, ...down])
    }
    case 'sinks':
      return edgeOf(evaluate(graph, selection.of), (key) => graph.upstream.get(key)!.map((e) => e.upstream))
    case 'roots':
      return edgeOf(evaluate(graph, selection.of), (key) => graph.downstream.get(key)!.map((e) => e.downstream))
  }
}

function reach(start: Set<AssetKey>, layers: number, next: (key: AssetKey) => AssetKey[]): Set<AssetKey> {
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
function edgeOf(set: Set<AssetKey>, back: (key: AssetKey) => AssetKey[]): Set<AssetKey> {
  const reaching = reach(new Set([...set].flatMap(back)), Number.POSITIVE_INFINITY, back)
  return new Set([...set].filter((key) => !reaching.has(key)))
}

function matcher(name: AttributeName, value: string): (asset: Asset) => boolean {
  const pattern = wildcard(value)
  switch (name) {
    case 'key':
      return (asset) => pattern.test(asset.key)
    case 'group':
      return (asset) => pattern.test(asset.group)
    case 'kind':
      return (asset) => asset.kinds.some((kind) => pattern.test(kind))
    case 'owner':
      return (asset) => asset.owners.some((owner) => pattern.test(owner))
    case 'tag': {
      // Only the first '=' divides: values may hold more.
      const { tag, wanted } = /^(?<tag>[^=]*)(=(?<wanted>.*))?$/s.exec(value)!.groups as {
        tag: string
        wanted?: string
      }
      const tagPattern = wildcard(tag)
      const valuePattern = wanted === undefined ? undefined : wildcard(wanted)
      return (asset) =>
        Object.entries(asset.tags).some(([k, v]) => tagPattern.test(k) && (valuePattern?.test(v) ?? true))
    }
  }
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return new RegExp(`^${escaped}$`)
}

function nothingSelected(graph: Graph, expression: string, selection: Selection): GraphError {
  const assets = [...graph.assets.values()]
  const parts = valuesIn(selection)
  const empty = parts.filter(({ name, value }) => !assets.some(matcher(name, value)))
  const near = empty.flatMap(({ name, value }) => nearMisses(value, known(graph, name)))
  return new GraphError([
    {
      code: 'nothing-selected',
      message: `Nothing is selected by '${expression}'`,
      places: [],
      mend:
        near.length > 0
          ? `Did you mean ${[...new Set(near)].join(', ')}?`
          : empty.length > 0 || parts.length === 0
            ? 'List the assets with `ottok assets`.'
            : 'Each part of it selects assets, but none is left when they are joined.',
    },
  ])
}

function valuesIn(selection: Selection): { name: AttributeName; value: string }[] {
  switch (selection.kind) {
    case 'attribute':
      return [selection]
    case 'everything':
      return []
    case 'and':
    case 'or':
      return [...valuesIn(selection.left), ...valuesIn(selection.right)]
    default:
      return valuesIn(selection.of)
  }
}

function known(graph: Graph, name: AttributeName): Set<string> {
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
  }
}
