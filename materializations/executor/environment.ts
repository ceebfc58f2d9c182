import type { Graph, Logger, Resources } from '../../lib/graph/index.ts'
import type { Leases } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Stores } from '../stores/open-stores.ts'

/** Everything a step of one run works with. */
export interface RunEnvironment {
  readonly graph: Graph
  readonly state: GraphState
  readonly lineage: Lineage
  readonly stores: Stores
  readonly leases: Leases
  readonly resources: Resources
  readonly runId: string
  readonly environment: string
  readonly now: Date
  readonly signal: AbortSignal
  readonly log: Logger
}
