import { OttokError } from '../../lib/config/errors.ts'
import { type AssetKey, sets } from '../../lib/graph/index.ts'
import { codeSet } from '../lineage/code-sets.ts'
import { isGone, type RunRow, recordedBy } from '../lineage/runs.ts'
import { requestedPartitions } from '../planner/request.ts'
import type { Session } from '../session.ts'
import type { PlanRequest } from './materialize.ts'
import { restoredRequest, type StoredRequest, setsOf } from './run-request.ts'
import { findRun, type RunReportStep, showRun } from './runs.ts'

export interface ResumeOptions {
  /** Go on although the code has changed since. */
  readonly currentCode: boolean
  /** Only what failed in the run, or was skipped for a failure. */
  readonly failedOnly: boolean
}

/**
 * The request with which a run is gone on: a new plan over what it was asked for, with today's code. What a forced run has
 * made already is not made again.
 *
 * @throws OttokError (exit code 2) for a run that is running, one of a backfill, and one of other code
 */
export async function resumeRequest(session: Session, id: string, options: ResumeOptions): Promise<PlanRequest> {
  const run = await findRun(session.lineage, id)
  requireEnded(run)
  const stored = requireResumable(run)
  if (!options.currentCode) await requireSameCode(session, run, stored)
  const request: PlanRequest = { ...restoredRequest(session.graph, stored), resumes: run.run_id }
  if (!options.failedOnly && !request.force) return request
  if (options.failedOnly) {
    const { steps } = await showRun(session.lineage, run.run_id)
    return { ...request, request: partitionsOf(session, steps.filter(isUnfinished)) }
  }
  const state = await session.state({ restate: request.restate })
  // Of a killed run, what is recorded is known for certain, and its steps are not.
  const made = partitionsOf(session, await recordedBy(session.lineage, run.run_id)).sets
  const wanted = requestedPartitions(state, request.selected, request.request)
  const rest = [...wanted].map(([key, set]) => [key, sets.subtract(set, made.get(key) ?? sets.EMPTY)] as const)
  return { ...request, request: { kind: 'sets', sets: new Map(rest) } }
}

function isUnfinished({ status, skippedBecause }: RunReportStep): boolean {
  return (
    status === 'failed' || status === 'cancelled' || (status === 'skipped' && skippedBecause !== 'inputs unchanged')
  )
}

function partitionsOf(session: Session, steps: readonly { readonly key: string; readonly partition: string }[]) {
  const keys: Record<AssetKey, string[]> = {}
  for (const { key, partition } of steps) {
    keys[key] ??= []
    keys[key].push(partition)
  }
  return { kind: 'sets' as const, sets: setsOf(session.graph, keys) }
}

function requireEnded(run: RunRow): void {
  if (run.status !== 'running' || isGone(run)) return
  throw new OttokError({
    what: `cannot resume run ${run.run_id}`,
    cause: `Process ${run.holder.pid} on ${run.holder.host} is running it.`,
    mend: `Wait for its end, or stop it with \`ottok runs cancel ${run.run_id.slice(0, 8)}\`.`,
    exitCode: 2,
  })
}

function requireResumable(run: RunRow): StoredRequest {
  const { backfillId, tick } = run.request
  if (typeof backfillId === 'string') {
    throw new OttokError({
      what: `cannot resume run ${run.run_id} by itself`,
      cause: `It is a part of backfill ${backfillId}.`,
      mend: `Resume that: \`ottok backfill resume ${backfillId.slice(0, 8)}\`.`,
      exitCode: 2,
    })
  }
  if (tick !== undefined) {
    throw new OttokError({
      what: `cannot resume run ${run.run_id}`,
      cause: 'Automation asked for it, and decides anew at each tick.',
      mend: "Run `ottok tick`, or `ottok materialize 'status:failed'`.",
      exitCode: 2,
    })
  }
  if ('look' in run.request) return run.request as unknown as StoredRequest
  throw new OttokError({
    what: `cannot resume run ${run.run_id}`,
    cause: 'It does not hold all of what it was asked for: an older version of ottok made it.',
    mend: `Give its command again: ${run.command}`,
    exitCode: 2,
  })
}

async function requireSameCode(session: Session, run: RunRow, stored: StoredRequest): Promise<void> {
  if (run.code_digest === null) throw new Error(`unreachable: run ${run.run_id} has a request and no code`)
  const [then, now] = await Promise.all([codeSet(session.lineage, run.code_digest), session.code()])
  const changed = stored.selected.filter((key) => now.has(key) && now.get(key) !== then.get(key))
  const removed = stored.selected.filter((key) => !now.has(key))
  if (changed.length + removed.length === 0) return
  const parts = [
    ...(changed.length > 0 ? [`The code of ${listed(changed)} is another one now.`] : []),
    ...(removed.length > 0 ? [`The graph has no ${listed(removed)} any more.`] : []),
  ]
  throw new OttokError({
    what: `cannot resume run ${run.run_id} with the code that it was planned with`,
    cause: parts.join(' '),
    mend: 'Go back to that code, or resume with `--current-code`.',
    exitCode: 2,
  })
}

function listed(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).join(', ')
  return keys.length > 5 ? `${shown} and ${keys.length - 5} more` : shown
}
