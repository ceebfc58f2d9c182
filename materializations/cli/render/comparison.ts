import { causeText } from '../../operations/cause-groups.ts'
import type { Comparison } from '../../operations/compare-revisions.ts'
import type { PlanReport } from '../../operations/describe-plan.ts'
import { countText, durationText } from './words.ts'

/** What a change of code remakes, as Markdown that also reads well as text. */
export function comparisonMarkdown({ commit, diff }: Comparison, report: PlanReport, base: string): string {
  const lines = [`### Plan against ${base} (${commit.slice(0, 12)})`, '']
  const kinds = [
    ['new', diff.new],
    ['removed', diff.removed],
    ['code changed', diff.code],
    ['inputs changed', diff.deps],
    ['partitions changed', diff.partitions],
  ] as const
  const changed = kinds.filter(([, keys]) => keys.length > 0)
  if (changed.length === 0) return [...lines, 'No asset differs.'].join('\n')
  for (const [kind, keys] of changed) lines.push(`- ${kind}: ${keys.map((key) => `\`${key}\``).join(', ')}`)
  lines.push('')
  if (report.steps.length > 0) {
    lines.push('| asset | to make | possible | because |', '| --- | ---: | ---: | --- |')
    for (const step of report.steps) {
      const why = step.causes.map((cause) => causeText(cause).replaceAll('|', '\\|').replaceAll('\n', ' '))
      lines.push(`| \`${step.key}\` | ${step.proven.count} | ${step.possible.count} | ${why.join('; ')} |`)
    }
    lines.push('')
  }
  for (const { key, reasons } of report.blocked) {
    for (const { reason, count } of reasons)
      lines.push(`- blocked: ${countText(count, 'partition')} of \`${key}\`: ${reason}`)
  }
  const { proven, possible, blocked } = report.counts
  const time = report.estimate.durationMs > 0 ? `, about ${durationText(report.estimate.durationMs)}` : ''
  lines.push(`${countText(proven, 'partition')} to remake, ${possible} possible, ${blocked} blocked${time}.`)
  return lines.join('\n')
}
