import { OttokError } from '../../lib/config/errors.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { findRuns, isGone, listRuns, type RunRow, type RunStatus, recordedBy, runSteps } from '../lineage/runs.ts'

export interface RunSummary {
  readonly runId: string
  /** `cancelling`: it was asked to stop, and finishes its records. */
  readonly status: RunStatus | 'cancelling'
  readonly command: string
  readonly asOf: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly durationMs: number | null
  readonly holder: { readonly pid: number; readonly host: string }
  readonly error: string | null
}

export interface RunReport extends RunSummary {
  readonly request: Readonly<Record<string, unknown>>
  readonly steps: readonly RunReportStep[]
}

export interface RunReportStep {
  readonly key: string
  readonly partition: string
  readonly status: string
  readonly attempts: number
  /** Of the whole statement, where one statement made several partitions. */
  readonly durationMs: number
  readonly dataVersion: string | null
  readonly skippedBecause?: string
  readonly error?: string
}

/** The newest runs first. */
export async function recentRuns(lineage: Lineage, limit: number): Promise<RunSummary[]> {
  return (await listRuns(lineage, limit)).map(summaryOf)
}

/** One run with what became of each partition. `id` may be the start of a run's id, where that is unique. */
export async function showRun(lineage: Lineage, id: string): Promise<RunReport> {
  const run = await findRun(lineage, id)
  const steps = await runSteps(lineage, run.run_id)
  const made = await recordedBy(lineage, run.run_id)
  const versions = new Map(made.map(({ key, partition, dataVersion }) => [`${key}@${partition}`, dataVersion]))
  return {
    ...summaryOf(run),
    request: run.request,
    steps: steps.flatMap((step) =>
      step.partitions.map((partition) => {
        const dataVersion = versions.get(`${step.asset_key}@${partition}`) ?? null
        return {
          key: step.asset_key,
          partition,
          // A step is written down by its worst partition; one that was recorded did succeed.
          status: dataVersion === null ? step.status : 'succeeded',
          attempts: step.attempts,
          durationMs: step.duration_ms,
          dataVersion,
          ...(step.skipped_because !== null && dataVersion === null && { skippedBecause: step.skipped_because }),
          ...(step.error !== null && dataVersion === null && { error: step.error }),
        }
      }),
    ),
  }
}

/** The one run whose id begins with the text. */
export async function findRun(lineage: Lineage, id: string): Promise<RunRow> {
  // Anything else would be a pattern to the database.
  const found = /^[0-9a-f-]+$/.test(id) ? await findRuns(lineage, id) : []
  if (found.length === 1) return found[0]!
  throw new OttokError({
    what: `there is ${found.length === 0 ? 'no run' : 'more than one run'} '${id}'`,
    cause:
      found.length === 0
        ? 'No recorded run has an id that begins so.'
        : `It could be ${found.map((run) => run.run_id).join(', ')}.`,
    mend: found.length === 0 ? 'List the runs with `ottok runs list`.' : 'Give more of its id.',
    exitCode: 2,
  })
}

function summaryOf(run: RunRow): RunSummary {
  return {
    runId: run.run_id,
    status: statusOf(run),
    command: run.command,
    asOf: run.as_of.toISOString(),
    startedAt: run.started_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
    durationMs: run.ended_at ? run.ended_at.getTime() - run.started_at.getTime() : null,
    holder: { pid: run.holder.pid, host: run.holder.host },
    error: run.error,
  }
}

function statusOf(run: RunRow): RunSummary['status'] {
  if (run.status !== 'running') return run.status
  // The next `materialize` will write it down so.
  if (isGone(run)) return 'interrupted'
  return run.cancel_requested_at === null ? 'running' : 'cancelling'
}
