import type { Settings } from '../../lib/config/index.ts'
import type { Graph } from '../../lib/graph/index.ts'
import type { AssetColumns, InputColumn } from '../operations/lineage-columns.ts'
import { datasetName } from './datasets.ts'
import { type Facet, facet } from './facets.ts'

/** Words of the specification for what our column lineage tells. */
const SUBTYPES: Readonly<Record<string, string>> = {
  identity: 'IDENTITY',
  transformation: 'TRANSFORMATION',
  aggregation: 'AGGREGATION',
  filter: 'FILTER',
  join: 'JOIN',
  group: 'GROUP_BY',
  order: 'SORT',
  window: 'WINDOW',
}

/** Where the columns of a SQL asset come from; nothing where that is not known. */
export function columnFacet(
  producer: string,
  graph: Graph,
  settings: Settings,
  columns: AssetColumns | undefined,
): Record<string, Facet> {
  if (!columns || columns.unknown !== null) return {}
  const field = (type: 'DIRECT' | 'INDIRECT') => (from: InputColumn<string>) => ({
    ...datasetName(graph.asset(from.key), settings),
    field: from.column,
    transformations: [{ type, subtype: SUBTYPES[from.how] }],
  })
  return facet(producer, 'columnLineage', {
    fields: Object.fromEntries(
      columns.columns.map(({ name, from }) => [name, { inputFields: from.map(field('DIRECT')) }]),
    ),
    dataset: columns.rows.map(field('INDIRECT')),
  })
}
