import type { AssetKey, Graph } from '../../lib/graph/index.ts'
import type { PlanRequest } from '../operations/materialize.ts'
import type { PartitionRequest } from '../planner/request.ts'

/** What a backfill was asked for. */
export interface BackfillRequest extends PlanRequest {
  /** For people: the selection as typed, or what it was derived from. */
  readonly selection: string
  /** Most partitions that one run makes. */
  readonly batch: number
}

/** What of it is kept, as JSON. */
interface StoredRequest {
  readonly selected: readonly AssetKey[]
  readonly partitions: PartitionRequest
  readonly force: boolean
  readonly restate: boolean
  readonly effects: boolean
  readonly batch: number
}

export function storedRequest(request: BackfillRequest): StoredRequest {
  const { selected, restate, batch } = request
  return {
    selected,
    partitions: request.request,
    force: request.force ?? false,
    restate,
    effects: request.effects ?? false,
    batch,
  }
}

/** The request of a stored backfill, as today's graph takes it. */
export function requestOf(
  graph: Graph,
  row: { readonly selection: string; readonly request: Readonly<Record<string, unknown>> },
): BackfillRequest {
  const stored = row.request as unknown as StoredRequest
  return {
    selection: row.selection,
    selected: stored.selected.filter((key) => graph.assets.has(key)),
    request: stored.partitions,
    look: true,
    force: stored.force,
    restate: stored.restate,
    effects: stored.effects,
    batch: stored.batch,
  }
}
