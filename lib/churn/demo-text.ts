import type { ModuleContext } from '../config/module-command.ts'
import type { DemoSummary, SegmentSummary } from './summary.ts'

/** The demo's summary for people: quality by segment, the mart, and what to try next. */
export function demoText(summary: DemoSummary, context: ModuleContext): string {
  const { segments, mart, actions, deliveries, quality, runId, elapsedMs, peakMemoryBytes } = summary
  const rows: [string, (segment: SegmentSummary) => string][] = [
    ['model', (s) => s.model],
    ['accounts', (s) => String(s.users)],
    ['ROC-AUC', (s) => three(s.rocAuc)],
    ['  95% interval', (s) => `${three(s.rocAucLow)} - ${three(s.rocAucHigh)}`],
    ['  due', (s) => optional(s.rocAucDue)],
    ['  undecided', (s) => optional(s.rocAucUndecided)],
    ['attainable AUC', (s) => three(s.bayesAuc)],
    ['  efficiency', (s) => `${Math.round(s.efficiency * 100)}%`],
    ['PR-AUC', (s) => three(s.prAuc)],
    ['  base rate', (s) => three(s.baseRate)],
    ['lift at 10%', (s) => s.liftAt10.toFixed(2)],
    ['calibration slope', (s) => s.calibrationSlope.toFixed(2)],
  ]
  const lines = [
    line(
      '',
      segments.map((s) => s.segment),
    ),
  ]
  for (const [name, value] of rows) lines.push(line(name, segments.map(value)))
  const leaks = segments.filter((s) => s.leak).map((s) => s.segment)
  if (leaks.length > 0)
    lines.push('', `LEAK: ${leaks.join(', ')} scores better than anything can; a feature knows the future.`)
  const statuses = Object.entries(mart.statuses).map(([status, n]) => `${n} ${status}`)
  return [
    ...lines,
    '',
    `Mart: ${mart.rows} rows in ${mart.table}`,
    ...wrapped('  ', statuses),
    'Decisions about scored accounts, by what they rest on',
    ...[...new Set(actions.map(({ basis }) => basis))].map((basis) =>
      wrapped(
        `  ${basis}: `,
        actions.filter((one) => one.basis === basis).map(({ action, accounts }) => `${accounts} ${action}`),
      ).join('\n'),
    ),
    `Deliveries to Altcraft: ${deliveries.map(({ mode, state, profiles }) => `${profiles} ${state} (${mode})`).join(', ') || 'none'}`,
    'Quality by day, mean ROC-AUC (backtest: the model in force on days that it never saw)',
    ...quality.map(
      ({ series, segment, group, days, rocAuc }) =>
        `  ${series.padEnd(10)}${segment.padEnd(8)}${group.padEnd(12)}${three(rocAuc)}  over ${days} days`,
    ),
    '',
    `Run ${runId ?? 'none: everything was fresh'}; ${Math.round(elapsedMs / 1000)} s, ${Math.round(peakMemoryBytes / 1e6)} MB`,
    '',
    'Where to look next',
    '  npx ottok status                      state of every asset',
    '  npx ottok explain USER_ID             one subscriber: score, reasons, lineage',
    '  npx ottok lineage scores/mart         what the mart was made from',
    '  npx ottok report --out report.html    quality and health on one page',
    `  psql "$(npx ottok url postgres)" -c 'TABLE ${mart.table} LIMIT 3'`,
    ...(context.settings.home.endsWith('.ottok') ? [] : [`  (with --home ${context.settings.home})`]),
  ].join('\n')
}

/** `prefix` and the parts, at most 80 columns wide. */
function wrapped(prefix: string, parts: readonly string[]): string[] {
  const lines: string[] = []
  let current = prefix
  for (const [i, part] of parts.entries()) {
    const text = i < parts.length - 1 ? `${part}, ` : part
    if (current.length + text.trimEnd().length > 80) {
      lines.push(current.trimEnd())
      current = ' '.repeat(4)
    }
    current += text
  }
  return [...lines, current]
}

function line(name: string, values: readonly string[]): string {
  return [name.padEnd(20), ...values.map((value) => value.padStart(18))].join('').trimEnd()
}

const three = (value: number): string => value.toFixed(3)
const optional = (value: number | null): string => (value === null ? 'none' : three(value))
