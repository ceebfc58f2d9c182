import { redactor } from '../../lib/config/index.ts'
import type { AssetKey, Logger } from '../../lib/graph/index.ts'
import { openLeases } from '../lineage/leases.ts'
import { createRun, finishRun, type StepRow } from '../lineage/runs.ts'
import { dropOldLogs } from '../lineage/step-logs.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Plan } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import type { Broken } from './blocked.ts'
import { reached } from './commit-points.ts'
import type { RunEnvironment } from './environment.ts'
import { inBoxOf } from './in-box.ts'
import { openJournal } from './journal.ts'
import { poolLimits } from './pools.ts'
import { openReadAhead } from './read-ahead.ts'
import { openRecordQueue } from './record-queue.ts'
import { runInOrder } from './run-in-order.ts'
import { type PartitionResult, runStep } from './run-step.ts'
import { watchRun } from './run-watch.ts'
import { type Step, stepsOf } from './schedule.ts'
import { settlePublished } from './settle-published.ts'
import { settleViews } from './settle-views.ts'

export interface RunOptions {
  /** The command as people would type it, kept with the run. */
  readonly command: string
  /** What was asked for, kept with the run so that it can be resumed. */
  readonly request: { readonly selected: readonly AssetKey[]; readonly [name: string]: unknown }
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

/** Runs a plan: every step under its asset's lease, recorded, with what became of each partition. */
export async function runPlan(
  session: Session,
  state: GraphState,
  plan: Plan,
  options: RunOptions,
): Promise<RunResult> {
  const { lineage, settings, graph } = session
  const { command, request, log } = options
  const steps = stepsOf(state, plan)
  const code = new Map(request.selected.map((key) => [key, state.code.get(key)!]))
  const runId = await createRun(lineage, { command, request, asOf: state.now, code })
  reached('run-created')
  const redact = redactor(settings)
  const watch = watchRun(lineage, runId, options.signal, log)
  const leases = openLeases(lineage, runId)
  const journal = openJournal(lineage, runId, redact, log)
  const results: PartitionResult[] = []
  const broken: Broken = new Map()
  let total = 0
  for (const step of steps) total += step.ordinals.length
  let done = 0
  let crash: unknown
  try {
    const env: RunEnvironment = {
      graph,
      state,
      lineage,
      stores: session.stores,
      leases,
      journal,
      records: openRecordQueue(lineage, leases.token, inBoxOf(state)),
      ahead: openReadAhead({ lineage, state, leases, runId }, steps),
      resources: await graph.resources(settings),
      runId,
      environment: settings.environment,
      root: session.definitions.root,
      now: state.now,
      redact,
      signal: watch.signal,
      log,
    }
    const limits = { concurrency: settings.concurrency, ...poolLimits(graph, settings.pools, log) }
    await runInOrder(steps, limits, async (step, slot) => {
      options.onProgress?.({ total, done, step, state: 'started' })
      const startedAt = new Date()
      const outcome = await runStep(env, step, { force: options.force, broken, slot })
      for (const result of outcome) results.push(result)
      journal.ended(stepRow(step, startedAt, outcome))
      done += step.ordinals.length
      options.onProgress?.({ total, done, step, state: 'ended' })
    })
    await settleViews(env)
    await settlePublished(lineage, state)
  } catch (error) {
    crash = error
  }
  const status = watch.signal.aborted ? 'cancelled' : crash || results.some(isFailure) ? 'failed' : 'succeeded'
  try {
    await journal.close()
    reached('journal-closed')
    await leases.release()
    await dropOldLogs(lineage, settings.keepLogsDays)
    reached('old-logs-dropped')
    await finishRun(lineage, runId, status, crash === undefined ? undefined : redact(String(crash)))
  } catch (error) {
    // The first error is the one to tell; the next command takes this run for interrupted.
    if (crash === undefined) throw error
    log.warn('the end of the run could not be recorded', { error: String(error) })
  } finally {
    // Also where PostgreSQL is gone: in a process that lives on, leases that are renewed would never run out.
    watch.stop()
    leases.stop()
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
