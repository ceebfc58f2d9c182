import { randomUUID } from 'node:crypto'
import type { Logger } from '../../lib/graph/index.ts'
import { type Recovery, recover, usesWarehouse } from '../executor/recover.ts'
import { type RunProgress, type RunResult, runPlan } from '../executor/run.ts'
import { settlePublished } from '../executor/settle-published.ts'
import { settleViews } from '../executor/settle-views.ts'
import { openLeases } from '../lineage/leases.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Plan, type PlanOptions, planRun } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import { observeSources, sourcesOf } from './observe.ts'
import { storedRequest } from './run-request.ts'

export interface PlanRequest extends PlanOptions {
  readonly restate: boolean
  /** False: plan from what was last observed. */
  readonly look: boolean
  /** Run that this goes on with. */
  readonly resumes?: string
}

export interface Planned {
  readonly state: GraphState
  readonly plan: Plan
}

/** Looks at the sources of the selection, then plans. */
export async function makePlan(session: Session, request: PlanRequest, signal: AbortSignal): Promise<Planned> {
  const state = await session.state({ restate: request.restate })
  if (request.look) await observeSources(session, state, sourcesOf(session, request.selected), signal)
  return { state, plan: planRun(state, request) }
}

export interface MaterializeOptions {
  readonly command: string
  readonly request: PlanRequest
  readonly signal: AbortSignal
  readonly log: Logger
  readonly onProgress?: (progress: RunProgress) => void
  /** Called with the plan before anything is made; false stops here. */
  readonly confirm?: (planned: Planned) => Promise<boolean>
}

export interface Materialization {
  readonly recovery: Recovery
  readonly planned: Planned
  /** Absent when there was nothing to do, or the plan was declined. */
  readonly run: RunResult | undefined
}

/** What comes before any plan that is to be run: the stores are opened and known, what dead runs left is finished. */
export async function prepareRun(session: Session): Promise<Recovery> {
  // Whoever has the embedded warehouse may be making the same: wait for it, or be told of it, before looking at anything.
  if (usesWarehouse(session.graph)) await session.stores.warehouse()
  await session.stores.requireKnown('opened')
  return recoverAbandoned(session)
}

/** Finishes what dead runs left, plans, and runs the plan. */
export async function materialize(session: Session, options: MaterializeOptions): Promise<Materialization> {
  const recovery = await prepareRun(session)
  const planned = await makePlan(session, options.request, options.signal)
  const declined = options.confirm !== undefined && !(await options.confirm(planned))
  if (declined) return { recovery, planned, run: undefined }
  if (!hasWork(planned.plan)) {
    const { graph, lineage, stores } = session
    await settleViews({ graph, lineage, stores, state: planned.state })
    await settlePublished(lineage, planned.state)
    return { recovery, planned, run: undefined }
  }
  const run = await runPlan(session, planned.state, planned.plan, {
    command: options.command,
    request: storedRequest(session.graph, options.request),
    force: options.request.force ?? false,
    signal: options.signal,
    log: options.log,
    ...(options.onProgress && { onProgress: options.onProgress }),
  })
  return { recovery, planned, run }
}

/** Whether a plan holds anything to make. */
export function hasWork(plan: Plan): boolean {
  return plan.entries.some((entry) => entry.proven.length > 0 || entry.possible.length > 0)
}

async function recoverAbandoned(session: Session): Promise<Recovery> {
  const leases = openLeases(session.lineage, randomUUID())
  try {
    const { lineage, graph, stores, settings } = session
    return await recover({ lineage, graph, stores, leases, environment: settings.environment })
  } finally {
    await leases.release()
  }
}
