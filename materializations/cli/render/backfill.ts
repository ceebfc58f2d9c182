import { shortId } from '../../backfills/find.ts'
import type { BackfillSummary } from '../../backfills/list.ts'
import type { BackfillReport } from '../../backfills/report.ts'
import type { PlanReport } from '../../operations/describe-plan.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import type { Colors } from '../output.ts'
import { planText } from './plan.ts'
import { table } from './table.ts'
import { countText, durationText, timeText } from './words.ts'

/** How far a backfill is: one line an asset, what failed, and what to do next. */
export function backfillText(report: BackfillReport, colors: Colors): string {
  const { counts, status } = report
  const lines = [progressTable(report)]
  for (const one of report.assets) {
    if (one.failed > 0 && one.ranges.failed !== '') lines.push(colors.red(`failed: ${one.key}: ${one.ranges.failed}`))
    else if (one.waiting > 0 && one.made > 0 && one.ranges.waiting !== '')
      lines.push(`waiting: ${one.key}: ${one.ranges.waiting}`)
  }
  for (const { key, partition, message, count } of report.errors) {
    const more = count > 1 ? ` and ${countText(count - 1, 'more partition')}` : ''
    lines.push(
      colors.red(`error: ${addressText(key, partition)}${more}`),
      ...message.split('\n').map((line) => `  ${line}`),
    )
  }
  for (const { key, count, reason } of report.waitingFor)
    lines.push(colors.yellow(`held up: ${countText(count, 'partition')} of ${key}: ${reason}`))
  lines.push(...blockedLines(report.blocked).map((line) => colors.yellow(line)))
  if (report.error !== null) lines.push(colors.red(`stopped: ${report.error}`))
  const done = counts.made + counts.unchanged
  lines.push(
    `backfill ${shortId(report.backfillId)} ${verdict(status, colors)}: ${done.toLocaleString('en')} of ${countText(counts.wanted, 'partition')} done in ${countText(report.runs, 'run')}${paceText(report)}`,
  )
  const next = nextStep(report)
  if (next !== undefined) lines.push(`next: ${next}`)
  return lines.join('\n')
}

function progressTable({ assets }: BackfillReport): string {
  const number = (count: number) => (count === 0 ? '.' : String(count))
  return table(
    [
      { title: 'ASSET', flexible: true },
      ...['WANTED', 'MADE', 'UNCHANGED', 'FAILED', 'WAITING'].map((title) => ({ title, align: 'right' as const })),
    ],
    assets
      .filter((one) => one.wanted > 0)
      .map((one) => [one.key, ...[one.wanted, one.made, one.unchanged, one.failed, one.waiting].map(number)]),
  )
}

/** What could not be made when the backfill was planned. */
export function blockedLines(blocked: BackfillReport['blocked']): string[] {
  return blocked
    .filter(({ count }) => count > 0)
    .map(({ key, count, reason }) => `left out: ${countText(count, 'partition')} of ${key}: ${reason}`)
}

function verdict(status: BackfillReport['status'], colors: Colors): string {
  if (status === 'completed') return colors.green(status)
  return status === 'failed' ? colors.red(status) : colors.yellow(status)
}

function paceText({ ratePerSecond, timeLeftMs, driver }: BackfillReport): string {
  if (driver === null) return ''
  const by = `, by process ${driver.pid} on ${driver.host}`
  if (ratePerSecond === null || timeLeftMs === null) return by
  return `, ${ratePerSecond.toFixed(1)}/s, about ${durationText(timeLeftMs)} left${by}`
}

function nextStep({ status, backfillId, counts }: BackfillReport): string | undefined {
  const resume = `ottok backfill resume ${shortId(backfillId)}`
  switch (status) {
    case 'failed':
      return counts.failed > 0
        ? `mend the cause, then \`${resume}\`; it makes only what is left`
        : `\`${resume}\` makes what is left`
    case 'cancelled':
    case 'interrupted':
      return `\`${resume}\` goes on where it stopped`
    case 'requested':
      return `\`${resume}\` runs it`
    case 'running':
      return `\`ottok backfill cancel ${shortId(backfillId)}\` stops it`
    case 'cancelling':
    case 'completed':
      return undefined
  }
}

/** A backfill that was not created: its plan. */
export function previewText(
  report: PlanReport & { readonly wanted: number; readonly runs: number },
  colors: Colors,
): string {
  const text = planText(report, colors)
  const runs =
    report.wanted === 0 ? [] : [`in ${countText(report.runs, 'run')}; nothing was written, sources were not looked at`]
  return [text, ...runs].join('\n')
}

export function recentText(list: readonly BackfillSummary[]): string {
  return table(
    [
      { title: 'BACKFILL' },
      { title: 'STATUS' },
      { title: 'CREATED (UTC)' },
      { title: 'WANTED', align: 'right' },
      { title: 'MADE', align: 'right' },
      { title: 'SELECTION', flexible: true },
    ],
    list.map((one) => [
      shortId(one.backfillId),
      one.status,
      timeText(one.createdAt),
      String(one.wanted),
      String(one.made),
      one.selection,
    ]),
  )
}
