import { createHash } from 'node:crypto'
import type { Settings } from '../../lib/config/index.ts'
import {
  type Asset,
  type Graph,
  type PartitionSpace,
  partitionOf,
  partitionOrdinal,
  renderSqlSymbolic,
  sets,
} from '../../lib/graph/index.ts'
import type { TableColumn } from '../lineage/asset-tables.ts'
import type { AssetColumns } from '../operations/lineage-columns.ts'
import { rangesText } from '../operations/partition-ranges.ts'
import { columnFacet } from './column-facet.ts'
import { type DatasetName, datasetName, environmentNamespace } from './datasets.ts'
import { facet, partitionsFacet, producerOf, RUN_EVENT_SCHEMA } from './facets.ts'
import type { EndedRun, RecordedStep } from './recorded-steps.ts'
import type { OpenLineageDataset, OpenLineageEvent, OpenLineageOutput } from './types.ts'

/** What events are written from, beside what is recorded. */
export interface EventSources {
  readonly graph: Graph
  readonly settings: Settings
  readonly productVersion: string
  /** Columns of a warehouse table by asset and schema hash. */
  readonly schemaOf: (assetKey: string, schema: string) => readonly TableColumn[] | undefined
  /** Of SQL assets. */
  readonly columns: ReadonlyMap<string, AssetColumns>
}

const ENDED = {
  succeeded: 'COMPLETE',
  failed: 'FAIL',
  cancelled: 'ABORT',
  interrupted: 'ABORT',
  skipped: 'ABORT',
} as const

/** START and end of a run as a whole: the parent of its steps. */
export function runEvents(sources: EventSources, run: EndedRun): OpenLineageEvent[] {
  const producer = producerOf(sources.productVersion)
  const common = {
    producer,
    schemaURL: RUN_EVENT_SCHEMA,
    job: { ...parentJob(sources), facets: jobType(producer, 'RUN') },
    inputs: [],
    outputs: [],
  }
  const failed = run.error === null ? {} : errorFacet(producer, run.error)
  return [
    { ...common, eventType: 'START', eventTime: run.startedAt.toISOString(), run: { runId: run.runId, facets: {} } },
    {
      ...common,
      eventType: ENDED[run.status],
      eventTime: run.endedAt.toISOString(),
      run: { runId: run.runId, facets: failed },
    },
  ]
}

/** START and end of a step: what it read, and what it made. */
export function stepEvents(sources: EventSources, step: RecordedStep): OpenLineageEvent[] {
  const { graph, settings } = sources
  const producer = producerOf(sources.productVersion)
  const asset = graph.assets.get(step.assetKey)
  // A step that failed may still have recorded some of its partitions.
  const type = ENDED[step.status]
  const runFacets = {
    ...facet(producer, 'parent', { run: { runId: step.runId }, job: parentJob(sources) }),
    ...facet(producer, 'processing_engine', { name: 'ottok', version: sources.productVersion }),
    ...(asset && nominalTime(producer, graph.space(asset.key), step.partitions)),
  }
  const common = {
    producer,
    schemaURL: RUN_EVENT_SCHEMA,
    job: {
      namespace: environmentNamespace(settings),
      name: step.assetKey,
      facets: {
        ...jobType(producer, asset?.kind === 'sql' ? 'SQL_ASSET' : 'ASSET'),
        ...(asset?.kind === 'sql' &&
          facet(producer, 'sql', { query: renderSqlSymbolic(asset.sqlTemplate), dialect: 'clickhouse' })),
      },
    },
    inputs: inputsOf(sources, producer, step),
    outputs: asset && asset.kind !== 'effect' ? [outputOf(sources, producer, asset, step)] : [],
  }
  const runId = stepRunId(step)
  const failed = step.error === null ? {} : errorFacet(producer, step.error)
  const endedAt = new Date(step.startedAt.getTime() + step.durationMs)
  return [
    { ...common, eventType: 'START', eventTime: step.startedAt.toISOString(), run: { runId, facets: runFacets } },
    {
      ...common,
      eventType: type,
      eventTime: endedAt.toISOString(),
      run: { runId, facets: { ...runFacets, ...failed } },
    },
  ]
}

function parentJob({ settings }: EventSources): DatasetName {
  return { namespace: environmentNamespace(settings), name: 'materialize' }
}

/** A step has a run of its own in OpenLineage: the same each time it is told. */
function stepRunId({ runId, stepNo }: RecordedStep): string {
  const hex = createHash('sha256').update(`${runId} ${stepNo}`).digest('hex')
  // Version 8: made by a rule of our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function jobType(producer: string, type: string) {
  return facet(producer, 'jobType', { processingType: 'BATCH', integration: 'OTTOK', jobType: type })
}

function errorFacet(producer: string, message: string) {
  return facet(producer, 'errorMessage', { message, programmingLanguage: 'TypeScript' })
}

/** The windows of the partitions, from the first to the last. */
function nominalTime(producer: string, space: PartitionSpace, partitions: readonly string[]) {
  const windows = partitions.flatMap((partition) => {
    const ordinal = partitionOrdinal(space, partition)
    return (ordinal !== undefined && partitionOf(space, ordinal).window) || []
  })
  if (windows.length === 0) return {}
  return facet(producer, 'nominalTime', {
    nominalStartTime: new Date(Math.min(...windows.map(({ from }) => from.getTime()))).toISOString(),
    nominalEndTime: new Date(Math.max(...windows.map(({ to }) => to.getTime()))).toISOString(),
  })
}

function datasetFacets({ settings }: EventSources, producer: string, asset: Asset) {
  const { namespace } = datasetName(asset, settings)
  return {
    ...(namespace !== 'file' && facet(producer, 'dataSource', { name: namespace, uri: namespace })),
    ...(asset.description !== undefined && facet(producer, 'documentation', { description: asset.description })),
  }
}

/** One dataset for each upstream: as recorded, or as declared where nothing was. */
function inputsOf(sources: EventSources, producer: string, step: RecordedStep): OpenLineageDataset[] {
  const { graph, settings } = sources
  const declared = (graph.upstream.get(step.assetKey) ?? []).map(({ upstream }) => upstream)
  const upstreams = [...new Set(step.inputs.length > 0 ? step.inputs.map(({ upstream }) => upstream) : declared)]
  return upstreams.flatMap((upstream) => {
    const asset = graph.assets.get(upstream)
    // What is no longer in the graph has no known place.
    if (!asset) return [{ namespace: environmentNamespace(settings), name: upstream, facets: {} }]
    const reads = step.inputs.filter((input) => input.upstream === upstream)
    const versions = [...new Set(reads.map(({ version }) => version))]
    return [
      {
        ...datasetName(asset, settings),
        facets: {
          ...datasetFacets(sources, producer, asset),
          ...(versions.length === 1 && facet(producer, 'version', { datasetVersion: versions[0] })),
          ...(reads.length > 0 &&
            partitionsFacet(producer, { asset: upstream, partitions: boxesText(graph.space(upstream), reads) })),
        },
      },
    ]
  })
}

function boxesText(space: PartitionSpace, reads: RecordedStep['inputs']): string {
  const width = space.keys.length
  const blocks = reads.flatMap(({ box }): [number, number][] => {
    const [from, to] = space.time ? [box.from, box.to] : [0, 1]
    // Of a block of some keys, the stretch of time over all: a facet for people.
    return [[from * width, to * width]]
  })
  return rangesText(space, sets.intervalSet(blocks), 10)
}

function outputOf(sources: EventSources, producer: string, asset: Asset, step: RecordedStep): OpenLineageOutput {
  const { graph, settings } = sources
  const [last] = step.made.slice(-1)
  const versions = [...new Set(step.made.map(({ dataVersion }) => dataVersion))]
  const columns = last && columnsOf(sources, asset, last.location)
  const sizes = step.made.map(({ location }) => ('rows' in location ? location.rows : null))
  const bytes = step.made.map(({ location }) => ('bytes' in location ? location.bytes : null))
  return {
    ...datasetName(asset, settings),
    facets: {
      ...datasetFacets(sources, producer, asset),
      ...(columns && facet(producer, 'schema', { fields: columns.map(({ name, type }) => ({ name, type })) })),
      ...(versions.length === 1 && facet(producer, 'version', { datasetVersion: versions[0] })),
      ...columnFacet(producer, graph, settings, sources.columns.get(asset.key)),
      ...(step.partitions.some((partition) => partition !== '') &&
        partitionsFacet(producer, {
          asset: asset.key,
          partitions: step.partitions.join(', '),
          versions: Object.fromEntries(step.made.map(({ partition, dataVersion }) => [partition, dataVersion])),
        })),
    },
    outputFacets:
      step.made.length === 0
        ? {}
        : sizes.every((rows) => rows !== null)
          ? facet(producer, 'outputStatistics', { rowCount: sum(sizes) })
          : bytes.every((size) => size !== null)
            ? facet(producer, 'outputStatistics', { size: sum(bytes), fileCount: bytes.length })
            : {},
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

function columnsOf(
  { schemaOf }: EventSources,
  asset: Asset,
  location: RecordedStep['made'][number]['location'],
): readonly TableColumn[] | undefined {
  if (location.kind === 'warehouse') return schemaOf(asset.key, location.schema)
  if (asset.kind === 'function' && asset.store.kind === 'published') return asset.store.columns
  return undefined
}
