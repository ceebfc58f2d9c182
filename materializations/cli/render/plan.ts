import { causeText } from '../../operations/cause-groups.ts'
import type { PlanReport } from '../../operations/describe-plan.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import type { Colors } from '../output.ts'
import { countText, durationText } from './words.ts'

/** A plan for people: what is stale for certain, what may be, why, and what cannot be made. */
export function planText(report: PlanReport, colors: Colors): string {
  const lines: string[] = []
  for (const step of report.steps) {
    lines.push(colors.bold(step.key))
    if (step.proven.count > 0) lines.push(`  to make    ${amount(step.proven)}`)
    if (step.possible.count > 0) lines.push(colors.dim(`  possible   ${amount(step.possible)}`))
    for (const cause of step.causes) {
      // What is made anyway needs no further reason.
      if (cause.kind === 'upstream' && step.possible.count === 0) continue
      const of = step.partitions.length > 1 && cause.count < step.partitions.length ? ` (${cause.count})` : ''
      lines.push(`  because    ${causeText(cause)}${of}`)
    }
  }
  for (const { key, reasons } of report.blocked) {
    for (const { partition, reason, count } of reasons) {
      const more = count > 1 ? ` and ${count - 1} more` : ''
      lines.push(colors.yellow(`blocked: ${addressText(key, partition)}${more}: ${reason}`))
    }
  }
  lines.push(...warningLines(report).map((line) => colors.yellow(line)))
  lines.push(summaryLine(report))
  return lines.join('\n')
}

/** Stale upstreams that the selection leaves out. */
export function warningLines(report: Pick<PlanReport, 'warnings'>): string[] {
  return report.warnings.map(
    ({ key, upstream, partitions }) =>
      `warning: ${key} reads ${countText(partitions, 'stale partition')} of ${upstream}, which is not selected (+${key} takes it in)`,
  )
}

function summaryLine({ counts, estimate }: PlanReport): string {
  if (counts.proven + counts.possible === 0) {
    return counts.blocked === 0
      ? 'nothing to do'
      : `nothing can be made: ${countText(counts.blocked, 'partition')} blocked`
  }
  const parts = [`${countText(counts.proven, 'partition')} to make`]
  if (counts.possible > 0) parts.push(`${counts.possible} possible`)
  if (counts.blocked > 0) parts.push(`${counts.blocked} blocked`)
  const unknown =
    estimate.unknown.length > 0 ? `, without ${countText(estimate.unknown.length, 'asset')} never made` : ''
  if (estimate.durationMs > 0) parts.push(`about ${durationText(estimate.durationMs)}${unknown}`)
  return parts.join(', ')
}

function amount({ count, ranges }: { readonly count: number; readonly ranges: string }): string {
  return ranges === '' ? String(count) : `${count}: ${ranges}`
}
