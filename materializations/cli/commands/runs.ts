import { InvalidArgumentError } from 'commander'
import { cancelRun } from '../../operations/cancel-run.ts'
import { resumeRequest } from '../../operations/resume-run.ts'
import { type RunReport, type RunSummary, recentRuns, showRun } from '../../operations/runs.ts'
import type { Register } from '../command.ts'
import { materializeAndReport } from '../materialize-and-report.ts'
import type { Colors } from '../output.ts'
import { failureLines, resultTable } from '../render/run.ts'
import { table } from '../render/table.ts'
import { durationText, timeText } from '../render/words.ts'
import { addLogsCommand } from './run-logs.ts'

export const runs: Register = (program, on) => {
  const group = program.command('runs').description('what was run')
  on(
    group.command('list').description('the newest runs').option('--limit <n>', 'how many', count, 20),
    ({ session }, _, options) =>
      session(async ({ lineage }) => {
        const json = await recentRuns(lineage, options.limit as number)
        return { json, text: json.length === 0 ? 'no run yet' : listText(json) }
      }),
  )
  on(group.command('show <run>').description('one run; the start of its id is enough'), ({ session, output }, [id]) =>
    session(async ({ lineage }) => {
      const json = await showRun(lineage, id!)
      return { json, text: runText(json, output.colors) }
    }),
  )
  addLogsCommand(group, on)
  on(
    group.command('cancel <run>').description('ask a running run to stop, wherever it runs; it finishes its records'),
    ({ session }, [id]) =>
      session(async ({ lineage }) => {
        const runId = await cancelRun(lineage, id!)
        return { json: { runId, status: 'cancelling' }, text: `run ${runId} was asked to stop` }
      }),
  )
  on(
    group
      .command('resume <run>')
      .description('go on with what a run was asked for: a new plan, with the same code')
      .option('--failed-only', 'only what failed, or was skipped for a failure')
      .option('--current-code', 'also when the code has changed since'),
    (context, [id], options) =>
      context.session(async (open) => {
        const request = await resumeRequest(open, id!, {
          failedOnly: options.failedOnly === true,
          currentCode: options.currentCode === true,
        })
        return materializeAndReport(context, open, request)
      }),
  )
}

function listText(list: readonly RunSummary[]): string {
  const columns = [
    { title: 'RUN' },
    { title: 'STATUS' },
    { title: 'STARTED (UTC)' },
    { title: 'TOOK', align: 'right' as const },
    { title: 'COMMAND', flexible: true },
  ]
  const rows = list.map((run) => [
    run.runId.slice(0, 8),
    run.status,
    timeText(run.startedAt),
    run.durationMs === null ? '-' : durationText(run.durationMs),
    run.command,
  ])
  return table(columns, rows)
}

/** One line an asset; `--json` has each partition. */
function runText(run: RunReport, colors: Colors): string {
  const took = run.durationMs === null ? '' : `, took ${durationText(run.durationMs)}`
  const lines = [
    `run ${run.runId}  ${run.status}`,
    `${run.command}`,
    `started ${timeText(run.startedAt)} UTC${took}, as of ${timeText(run.asOf)} UTC`,
    `by process ${run.holder.pid} on ${run.holder.host}`,
  ]
  if (run.error !== null) lines.push(`error: ${run.error}`)
  if (run.steps.length === 0) return [...lines, 'no step ended'].join('\n')
  return [...lines, resultTable(run.steps), ...failureLines(run.steps, colors)].join('\n')
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}
