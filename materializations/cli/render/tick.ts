import type { RequestedAsset, TickReport } from '../../automation/report.ts'
import type { Colors } from '../output.ts'
import { failureLines, resultTable } from './run.ts'
import { table } from './table.ts'
import { countText, durationText } from './words.ts'

/** Ranges of an asset that are shown. */
const SHOWN = 2

/** A tick for people: what it asked for, what came of that, and what stood in its way. */
export function tickText(report: TickReport, colors: Colors): string {
  const { requested, steps } = report
  const lines = report.sourceFailures.map(({ key, error }) => colors.red(`cannot observe ${key}: ${error}`))
  for (const { key, reasons } of report.blocked) {
    for (const { partition, reason } of reasons) lines.push(colors.yellow(`blocked: ${key}@${partition}: ${reason}`))
  }
  if (steps.length > 0) lines.push(resultTable(steps), ...failureLines(steps, colors))
  else if (requested.length > 0) {
    const columns = [{ title: 'ASKED FOR' }, { title: 'PARTITIONS', flexible: true }]
    lines.push(
      table(
        columns,
        requested.map((one) => [one.key, rangesOf(one)]),
      ),
    )
  }
  return [...lines, summary(report, colors)].join('\n')
}

function rangesOf({ partitions, count }: RequestedAsset): string {
  const shown = partitions.slice(0, SHOWN).map(([first, last]) => (first === last ? first : `${first}..${last}`))
  if (shown.join('') === '') return '-'
  return partitions.length > SHOWN ? `${shown.join(', ')} and more, ${count} in all` : shown.join(', ')
}

function summary(report: TickReport, colors: Colors): string {
  const { requested, automated, dryRun, tickId, status, runId } = report
  const partitions = requested.reduce((sum, { count }) => sum + count, 0)
  const took = durationText(report.elapsedMs)
  const what =
    partitions === 0
      ? `nothing to ask for: ${countText(automated, 'automated asset')} looked at`
      : `${countText(partitions, 'partition')} of ${countText(requested.length, 'asset')} of ${automated}`
  if (dryRun) return `${partitions === 0 ? what : `would ask for ${what}`} (${took})`
  if (partitions === 0) return `tick ${tickId}: ${what} (${took})`
  const paint = { succeeded: colors.green, failed: colors.red }[status as string] ?? colors.yellow
  return `tick ${tickId}: asked for ${what}; ${runId === null ? 'nothing could be made' : `run ${runId} ${paint(status)}`} in ${took}`
}
