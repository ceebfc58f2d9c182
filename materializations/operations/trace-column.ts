import { OttokError } from '../../lib/config/errors.ts'
import { type AssetKey, type Graph, nearMisses } from '../../lib/graph/index.ts'
import type { Derivation } from '../../lib/warehouse/index.ts'
import type { AssetColumns } from './lineage-columns.ts'

/** A column of an asset. */
export interface ColumnNode {
  /** `KEY.COLUMN`. */
  readonly id: string
  readonly key: AssetKey
  readonly column: string
  /** Why it is not followed further; null when it is, or comes from nothing. */
  readonly end: string | null
}

/** That a column is made from another. */
export interface ColumnEdge {
  readonly from: string
  readonly to: string
  readonly input: string
  readonly how: Derivation
}

export interface ColumnTrace {
  readonly root: string
  readonly nodes: readonly ColumnNode[]
  readonly edges: readonly ColumnEdge[]
}

/** Follows a column of a SQL asset through other SQL assets to where functions, files or sources made it. */
export function traceColumn(
  graph: Graph,
  columns: ReadonlyMap<AssetKey, AssetColumns>,
  key: AssetKey,
  column: string,
): ColumnTrace {
  requireColumn(columns.get(key), key, column)
  const nodes = new Map<string, ColumnNode>()
  const edges: ColumnEdge[] = []
  const queue: [AssetKey, string][] = [[key, column]]
  for (const [ownKey, name] of queue) {
    const id = `${ownKey}.${name}`
    if (nodes.has(id)) continue
    const own = columns.get(ownKey)
    nodes.set(id, { id, key: ownKey, column: name, end: endOf(graph, ownKey, own) })
    for (const from of own?.columns.find((one) => one.name === name)?.from ?? []) {
      edges.push({ from: `${from.key}.${from.column}`, to: id, input: from.input, how: from.how })
      queue.push([from.key, from.column])
    }
  }
  return { root: `${key}.${column}`, nodes: [...nodes.values()], edges }
}

function endOf(graph: Graph, key: AssetKey, columns: AssetColumns | undefined): string | null {
  if (columns) return columns.unknown
  const { kind } = graph.asset(key)
  return kind === 'function' ? 'made by a function' : `of ${kind === 'external' ? 'a source' : 'an effect'}`
}

function requireColumn(found: AssetColumns | undefined, key: AssetKey, column: string): void {
  if (found?.unknown === null && found.columns.some(({ name }) => name === column)) return
  const near = nearMisses(column, found?.columns.map(({ name }) => name) ?? [])
  throw new OttokError({
    what: `the column '${column}' of ${key} cannot be followed`,
    cause: !found
      ? 'It is not made by SQL, and functions are not looked into.'
      : found.unknown === null
        ? `It has no such column${near.length > 0 ? `; did you mean ${near.join(', ')}?` : '.'}`
        : `Its columns are not known: ${found.unknown}.`,
    mend: 'See its columns with `ottok lineage KEY --columns`.',
    exitCode: 2,
  })
}
