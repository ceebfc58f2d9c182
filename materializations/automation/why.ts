import { type AssetKey, conditionText, type IntervalSet, sets } from '../../lib/graph/index.ts'
import { lastDecisions } from '../lineage/ticks.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Session } from '../session.ts'
import { type ExplainedNode, type KeyRange, partitionsOf, type RecordedDecision } from './explain.ts'

/** What automation last decided about an asset, or about one of its partitions. */
export interface WhyAutomation {
  readonly condition: string
  /** Null before the first tick that knew the asset. */
  readonly decision: RecordedDecision | null
  /** The tick that first decided so, and when. */
  readonly tickId: number | null
  readonly at: string | null
  /** The newest tick: it found the same, when it is a later one. */
  readonly lastTick: { readonly tickId: number; readonly at: string; readonly status: string } | null
  /** The last tick that asked for it; null: none of those that are looked at. */
  readonly lastRequest: LastRequest | null
  /** Whether the decision asked for the partition; absent for a whole asset. */
  readonly requested?: boolean
}

export interface LastRequest {
  readonly tickId: number
  readonly at: string
  readonly status: string
  readonly runId: string | null
  readonly partitions: readonly KeyRange[]
}

/** Undefined for an asset that automation leaves alone. Nothing is evaluated. */
export async function whyAutomation(
  session: Session,
  state: GraphState,
  key: AssetKey,
  ordinal?: number,
): Promise<WhyAutomation | undefined> {
  const condition = session.graph.automation.get(key)
  if (!condition) return undefined
  const { row, tick, requests } = await lastDecisions(session.lineage, key)
  const decision = (row?.decision as RecordedDecision | undefined) ?? null
  const { space } = state.asset(key)
  const asks = requests.map((one) => ({ ...one, partitions: (one.decision as RecordedDecision).requested }))
  const request = asks.find(
    ({ partitions }) => ordinal === undefined || sets.has(partitionsOf(space, partitions), ordinal),
  )
  return {
    condition: conditionText(condition),
    decision,
    tickId: row?.decided_by ?? null,
    at: row?.decided_at.toISOString() ?? null,
    lastTick: tick
      ? { tickId: tick.tick_id, at: (tick.ended_at ?? tick.started_at).toISOString(), status: tick.status }
      : null,
    lastRequest: request
      ? {
          tickId: request.tick_id,
          at: request.started_at.toISOString(),
          status: request.status,
          runId: request.run_id,
          partitions: request.partitions,
        }
      : null,
    ...(ordinal !== undefined && {
      requested: decision !== null && sets.has(partitionsOf(space, decision.requested), ordinal),
    }),
  }
}

/** Whether a node held for a partition. */
export function heldFor(state: GraphState, key: AssetKey, node: ExplainedNode, ordinal: number): boolean {
  const partitions: IntervalSet = partitionsOf(state.asset(key).space, node.holds)
  return sets.has(partitions, ordinal)
}
