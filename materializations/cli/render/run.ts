import type { BlockedAsset } from '../../operations/describe-plan.ts'
import { addressText } from '../../operations/partition-ranges.ts'
import type { Warning } from '../../planner/plan.ts'
import type { Colors } from '../output.ts'
import { table } from './table.ts'
import { countText, durationText } from './words.ts'

/** What became of one partition; what both a run just done and a recorded one say. */
export interface StepResult {
  readonly key: string
  readonly partition: string
  readonly status: string
  readonly durationMs: number
  readonly skippedBecause?: string
  readonly error?: string
}

/** What became of a run, or of a plan that held nothing to make. */
export interface RunOutcome {
  readonly runId: string | null
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'declined'
  readonly steps: readonly StepResult[]
  readonly blocked: readonly BlockedAsset[]
  readonly warnings: readonly Warning[]
  readonly elapsedMs: number
}

/** Failed assets that are told one by one. */
const SHOWN_FAILURES = 5

export function runText(outcome: RunOutcome, colors: Colors): string {
  const lines = outcome.blocked.flatMap(({ key, reasons }) =>
    reasons.map(({ partition, reason, count }) => {
      const more = count > 1 ? ` and ${count - 1} more` : ''
      return colors.yellow(`blocked: ${addressText(key, partition)}${more}: ${reason}`)
    }),
  )
  if (outcome.status === 'declined') return [...lines, 'nothing was made'].join('\n')
  if (outcome.runId === null) {
    const done = outcome.blocked.length === 0 ? 'nothing to do: everything selected is fresh' : 'nothing can be made'
    return [...lines, `${done} (${durationText(outcome.elapsedMs)})`].join('\n')
  }
  lines.push(resultTable(outcome.steps), ...failureLines(outcome.steps, colors))
  const verdict = { succeeded: colors.green, failed: colors.red, cancelled: colors.yellow }[outcome.status]
  lines.push(`run ${outcome.runId} ${verdict(outcome.status)} in ${durationText(outcome.elapsedMs)}`)
  if (outcome.status === 'failed')
    lines.push(`next: mend the cause, then run the same command again; it makes only what is left`)
  if (outcome.status === 'cancelled') lines.push('next: run the same command again; it goes on where this one stopped')
  return lines.join('\n')
}

/** One line an asset. */
export function resultTable(results: readonly StepResult[]): string {
  const byAsset = new Map<string, { made: number; unchanged: number; skipped: number; failed: number; ms: number }>()
  for (const result of results) {
    const row = byAsset.get(result.key) ?? { made: 0, unchanged: 0, skipped: 0, failed: 0, ms: 0 }
    if (result.status === 'succeeded') row.made++
    else if (result.skippedBecause === 'inputs unchanged') row.unchanged++
    else if (result.status === 'failed') row.failed++
    else row.skipped++
    row.ms = Math.max(row.ms, result.durationMs)
    byAsset.set(result.key, row)
  }
  const number = (count: number) => (count === 0 ? '.' : String(count))
  return table(
    [
      { title: 'ASSET', flexible: true },
      ...['MADE', 'UNCHANGED', 'SKIPPED', 'FAILED', 'LONGEST'].map((title) => ({ title, align: 'right' as const })),
    ],
    [...byAsset].map(([key, row]) => [
      key,
      ...[row.made, row.unchanged, row.skipped, row.failed].map(number),
      durationText(row.ms),
    ]),
  )
}

/** One failure of each asset in full: its other partitions mostly fail for the same reason. */
export function failureLines(results: readonly StepResult[], colors: Colors): string[] {
  const failed = new Map<string, StepResult[]>()
  for (const result of results) {
    if (result.status === 'failed') failed.set(result.key, [...(failed.get(result.key) ?? []), result])
  }
  const lines = [...failed.values()].slice(0, SHOWN_FAILURES).flatMap((group) => {
    const { key, partition, error } = group[0]!
    const more = group.length > 1 ? ` and ${countText(group.length - 1, 'more partition')}` : ''
    return [
      colors.red(`failed: ${addressText(key, partition)}${more}`),
      ...(error ?? '').split('\n').map((line) => `  ${line}`),
    ]
  })
  if (failed.size > SHOWN_FAILURES) lines.push(`and ${countText(failed.size - SHOWN_FAILURES, 'more failed asset')}`)
  const skipped = results.find((one) => one.status === 'skipped' && one.skippedBecause !== 'inputs unchanged')
  if (skipped) lines.push(`skipped: ${addressText(skipped.key, skipped.partition)}: ${skipped.skippedBecause}`)
  return lines
}
