import { sets } from '../../lib/graph/index.ts'
import { describePlan } from '../operations/describe-plan.ts'
import { materialize, type Planned, type PlanRequest } from '../operations/materialize.ts'
import { plannedPartitions } from '../planner/plan.ts'
import type { Session } from '../session.ts'
import type { CommandContext, Result } from './command.ts'
import { confirmed } from './confirm.ts'
import { warningLines } from './render/plan.ts'
import { showProgress } from './render/progress.ts'
import { type RunOutcome, runText } from './render/run.ts'
import { countText } from './render/words.ts'
import { runLog } from './run-log.ts'

/** More partitions than this are asked about first: a slip of the selection should not cost a night. */
export const ASK_ABOVE = 2_000

/** Plans and runs, asks where it must, and reports what became of it. */
export async function materializeAndReport(
  context: CommandContext,
  session: Session,
  request: PlanRequest,
): Promise<Result> {
  const { output, globals, signal } = context
  const started = performance.now()
  let declined = false
  const done = await materialize(session, {
    command: context.typed,
    request,
    signal,
    log: runLog(output, globals.verbose),
    onProgress: showProgress(output),
    confirm: async (planned) => {
      for (const line of warningLines(planned.plan)) output.note(line)
      declined = !(await mayMake(context, planned))
      return !declined
    },
  })
  output.endProgress()
  const { recovery, planned, run } = done
  if (recovery.interruptedRuns.length > 0) {
    output.note(
      `finished what ${countText(recovery.interruptedRuns.length, 'interrupted run')} left (${countText(recovery.rolledForward.length, 'partition')} rolled forward)`,
    )
  }
  const { blocked } = describePlan(planned.state, planned.plan, { durationMs: 0, unknown: [] })
  const outcome: RunOutcome = {
    runId: run?.runId ?? null,
    status: declined ? 'declined' : (run?.status ?? 'succeeded'),
    steps: run?.results ?? [],
    blocked,
    warnings: planned.plan.warnings,
    elapsedMs: Math.round(performance.now() - started),
  }
  return { json: outcome, text: runText(outcome, output.colors), exitCode: exitCodeOf(outcome, request) }
}

async function mayMake({ globals, output }: CommandContext, { plan }: Planned): Promise<boolean> {
  const count = plan.entries.reduce((sum, entry) => sum + sets.size(plannedPartitions(entry)), 0)
  if (count <= ASK_ABOVE || globals.yes || !output.streams.inIsTerminal) return true
  return confirmed(`This makes ${countText(count, 'partition')} of ${countText(plan.entries.length, 'asset')}.`)
}

/** A partition that was asked for by name and cannot be made is a failure; a stale one in passing is not. */
function exitCodeOf(outcome: RunOutcome, request: PlanRequest): number {
  if (outcome.status === 'cancelled') return 130
  if (outcome.status === 'failed' || outcome.status === 'declined') return 1
  return request.request.kind === 'keys' && outcome.blocked.length > 0 ? 1 : 0
}
