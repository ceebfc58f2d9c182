import type { Logger } from '../../lib/graph/index.ts'
import { openLeases } from '../lineage/leases.ts'
import { createRun, finishRun, insertSteps, type StepRow } from '../lineage/runs.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Plan } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import { reached } from './commit-points.ts'
import type { RunEnvironment } from './environment.ts'
import { type Broken, type PartitionResult, runStep } from './run-step.ts'
import { runInOrder, type Step, stepsOf } from './schedule.ts'
import { settlePublished } from './settle-published.ts'
import { settleViews } from './settle-views.ts'

export interface RunOptions {
  /** The command as people would type it, kept with the run. */
  readonly command: string
  readonly request: object
  readonly force: boolean
  readonly signal: AbortSignal
  readonly log: Logger
  readonly onProgress?: (progress: RunProgress) => void
}

export interface RunProgress {
  readonly total: number
  readonly done: number
  readonly step: Step
  readonly state: 'started' | 'ended'
}

export interface RunResult {
  readonly runId: string
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  readonly results: readonly PartitionResult[]
}

const STEP_BATCH = 50

/** Runs a plan: every step under its asset's lease, recorded, with what became of each partition. */
export async function runPlan(
  session: Session,
  state: GraphState,
  plan: Plan,
  options: RunOptions,
): Promise<RunResult> {
  const { lineage } = session
  const runId = await createRun(lineage, { command: options.command, request: options.request, asOf: state.now })
  reached('run-created')
  const leases = openLeases(lineage, runId)
  const steps = stepsOf(state, plan)
  const results: PartitionResult[] = []
  const rows: StepRow[] = []
  const broken: Broken = new Map()
  let total = 0
  for (const step of steps) total += step.ordinals.length
  let done = 0
  let crash: unknown
  try {
    const env: RunEnvironment = {
      graph: session.graph,
      state,
      lineage,
      stores: session.stores,
      leases,
      resources: await session.graph.resources(session.settings),
      runId,
      environment: session.settings.environment,
      now: state.now,
      signal: options.signal,
      log: options.log,
    }
    await runInOrder(steps, session.settings.concurrency, async (step) => {
      options.onProgress?.({ total, done, step, state: 'started' })
      const startedAt = new Date()
      const outcome = await runStep(env, step, { force: options.force, broken })
      results.push(...outcome)
      rows.push(stepRow(step, startedAt, outcome))
      if (rows.length >= STEP_BATCH) await insertSteps(lineage, runId, rows.splice(0))
      done += step.ordinals.length
      options.onProgress?.({ total, done, step, state: 'ended' })
    })
    await settleViews(env)
    await settlePublished(lineage, state)
  } catch (error) {
    crash = error
  }
  const status = options.signal.aborted ? 'cancelled' : crash || results.some(isFailure) ? 'failed' : 'succeeded'
  try {
    await insertSteps(lineage, runId, rows)
    await leases.release()
    await finishRun(lineage, runId, status, crash === undefined ? undefined : String(crash))
  } catch (error) {
    // The first error is the one to tell; the next command takes this run for interrupted.
    if (crash === undefined) throw error
    options.log.warn('the end of the run could not be recorded', { error: String(error) })
  }
  reached('run-finished')
  if (crash !== undefined && status !== 'cancelled') throw crash
  return { runId, status, results }
}

/** A failure, or a skip that a failure caused; "inputs unchanged" is success. */
export function isFailure(result: PartitionResult): boolean {
  return result.status === 'failed' || (result.status === 'skipped' && result.skippedBecause !== 'inputs unchanged')
}

function stepRow(step: Step, startedAt: Date, outcome: readonly PartitionResult[]): StepRow {
  const worst =
    outcome.find((r) => r.status === 'failed') ??
    outcome.find((r) => r.status === 'cancelled') ??
    outcome.find((r) => r.status === 'succeeded') ??
    outcome[0]
  return {
    step_no: step.no,
    asset_key: step.key,
    partitions: [...step.partitions],
    status: worst?.status ?? 'skipped',
    attempts: worst?.attempts ?? 0,
    started_at: startedAt,
    duration_ms: Math.max(0, ...outcome.map((r) => r.durationMs)),
    skipped_because: worst?.skippedBecause ?? null,
    error: worst?.error ?? null,
  }
}
