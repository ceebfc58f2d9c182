/** Facets of the OpenLineage specification that we write, by name: where their schemas are. */
const SPEC = 'https://openlineage.io/spec'

const SCHEMAS = {
  columnLineage: ['1-2-0', 'ColumnLineageDatasetFacet'],
  dataSource: ['1-0-1', 'DatasourceDatasetFacet'],
  documentation: ['1-1-0', 'DocumentationDatasetFacet'],
  errorMessage: ['1-0-1', 'ErrorMessageRunFacet'],
  jobType: ['2-0-4', 'JobTypeJobFacet'],
  nominalTime: ['1-0-1', 'NominalTimeRunFacet'],
  outputStatistics: ['1-0-2', 'OutputStatisticsOutputDatasetFacet'],
  parent: ['1-2-0', 'ParentRunFacet'],
  processing_engine: ['1-1-1', 'ProcessingEngineRunFacet'],
  schema: ['1-2-0', 'SchemaDatasetFacet'],
  sql: ['1-1-0', 'SQLJobFacet'],
  version: ['1-0-1', 'DatasetVersionDatasetFacet'],
} as const

export type FacetName = keyof typeof SCHEMAS

export interface Facet {
  readonly _producer: string
  readonly _schemaURL: string
  readonly [field: string]: unknown
}

/** Schema of an event. */
export const RUN_EVENT_SCHEMA = `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`

/** Says who wrote an event. */
export function producerOf(productVersion: string): string {
  return `urn:ottok:${productVersion}`
}

/** One facet of the specification, under its name. */
export function facet(
  producer: string,
  name: FacetName,
  content: Readonly<Record<string, unknown>>,
): Record<string, Facet> {
  const [version, schema] = SCHEMAS[name]
  const url = `${SPEC}/facets/${version}/${schema}.json#/$defs/${schema}`
  return { [name]: { _producer: producer, _schemaURL: url, ...content } }
}

/** Our own facet of datasets: which partitions of an asset are meant. */
export function partitionsFacet(producer: string, content: Readonly<Record<string, unknown>>): Record<string, Facet> {
  const schema = `${SPEC}/2-0-2/OpenLineage.json#/$defs/DatasetFacet`
  return { ottok_partitions: { _producer: producer, _schemaURL: schema, ...content } }
}
