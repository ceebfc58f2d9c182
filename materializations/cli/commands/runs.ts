import { InvalidArgumentError } from 'commander'
import { type RunReport, type RunSummary, recentRuns, showRun } from '../../operations/runs.ts'
import type { Register } from '../command.ts'
import { table } from '../render/table.ts'
import { durationText, timeText } from '../render/words.ts'

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
  on(group.command('show <run>').description('one run; the start of its id is enough'), ({ session }, [id]) =>
    session(async ({ lineage }) => {
      const json = await showRun(lineage, id!)
      return { json, text: runText(json) }
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

function runText(run: RunReport): string {
  const took = run.durationMs === null ? '' : `, took ${durationText(run.durationMs)}`
  const lines = [
    `run ${run.runId}  ${run.status}`,
    `${run.command}`,
    `started ${timeText(run.startedAt)} UTC${took}, as of ${timeText(run.asOf)} UTC, process ${run.holder.pid} on ${run.holder.host}`,
  ]
  if (run.error !== null) lines.push(`error: ${run.error}`)
  const columns = [
    { title: 'ASSET' },
    { title: 'PARTITION' },
    { title: 'STATUS' },
    { title: 'TRIES', align: 'right' as const },
    { title: 'TOOK', align: 'right' as const },
    { title: 'NOTE', flexible: true },
  ]
  const rows = run.steps.map((step) => [
    step.key,
    step.partition,
    step.status,
    String(step.attempts),
    durationText(step.durationMs),
    (step.error ?? step.skippedBecause ?? '').replaceAll('\n', ' '),
  ])
  return [...lines, rows.length === 0 ? 'no step ended' : table(columns, rows)].join('\n')
}

function count(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}
