import type { Redact } from '../../lib/config/index.ts'
import type { Graph, Logger, Resources } from '../../lib/graph/index.ts'
import type { Leases } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Stores } from '../stores/open-stores.ts'
import type { Journal } from './journal.ts'
import type { KeyChanges } from './key-changes.ts'
import type { ReadAhead } from './read-ahead.ts'
import type { RecordQueue } from './record-queue.ts'
import type { Slot } from './run-in-order.ts'

/** Everything that the steps of one run share. */
export interface RunEnvironment {
  readonly graph: Graph
  readonly state: GraphState
  readonly lineage: Lineage
  readonly stores: Stores
  readonly leases: Leases
  readonly journal: Journal
  readonly records: RecordQueue
  readonly ahead: ReadAhead
  readonly resources: Resources
  readonly runId: string
  readonly environment: string
  /** Folder of the definitions. */
  readonly root: string
  readonly now: Date
  /** Takes secrets out of what is written down. */
  readonly redact: Redact
  readonly signal: AbortSignal
  readonly log: Logger
}

/** What one attempt at one step works with: a signal, a log and changes of its own. */
export interface AttemptEnvironment extends RunEnvironment {
  readonly slot: Slot
  readonly keys: KeyChanges
}
