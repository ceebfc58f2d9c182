import type { Facet } from './facets.ts'

export type Facets = Readonly<Record<string, Facet>>

export interface OpenLineageDataset {
  readonly namespace: string
  readonly name: string
  readonly facets: Facets
}

export interface OpenLineageOutput extends OpenLineageDataset {
  readonly outputFacets: Facets
}

/** A run event of the OpenLineage specification. */
export interface OpenLineageEvent {
  readonly eventType: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT'
  /** ISO 8601, UTC. */
  readonly eventTime: string
  readonly producer: string
  readonly schemaURL: string
  readonly run: { readonly runId: string; readonly facets: Facets }
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets }
  readonly inputs: readonly OpenLineageDataset[]
  readonly outputs: readonly OpenLineageOutput[]
}
