import { scoredShare } from '../alerts/index.ts'
import type { DayQuality } from '../quality/index.ts'
import { barChart } from './bar-chart.ts'
import { title } from './headline-section.ts'
import { lineChart } from './line-chart.ts'
import type { ReportData, SegmentReport } from './report-data.ts'
import { stackChart } from './stack-chart.ts'
import { countText, figure, folded, numberText, percentText, section, table } from './words.ts'

/** Features shown in a chart; the table under it has all. */
const SHOWN = 12

/** PSI from which a feature is looked at, and from which something is done. */
const WATCH = 0.1
const ACT = 0.25

/** Statuses in the order of the coverage chart; others come after them. */
const STATUSES = ['scored', 'sponsored', 'in_grace', 'paused', 'insufficient_data', 'opted_out']

/** Drift, promised quality, coverage and parity. */
export function healthSections(data: ReportData): string {
  return [
    section(
      'drift',
      'How far the present has moved from training',
      `Population stability index (PSI) of what the model reads: below ${WATCH} like training, above ${ACT} something has changed. The strongest stand first; behind each bar, the feature's weight in the model. A feature with little weight can move without harm. Holidays and premieres ahead are left out: they are the same for all accounts of a day.`,
      pairs(data, (segment) => driftFigure(segment)),
    ),
    section(
      'estimate',
      'What today promises, before outcomes are known',
      'The probabilities themselves say how well they can rank, as long as they are right. They cannot see that the same behaviour has come to mean something else: only outcomes show that.',
      pairs(data, estimateFigure),
    ),
    coverageSection(data),
    section(
      'parity',
      'Whether scoring and training read the same',
      'Every value that scoring read is compared with what training reads of the same account and day; any difference would make scores worse than they look here.',
      `<p>${parityText(data)}</p>`,
    ),
  ].join('')
}

function pairs(data: ReportData, draw: (segment: SegmentReport) => string): string {
  return `<div class="pair">${data.segments.map((segment) => `<div>${draw(segment)}</div>`).join('')}</div>`
}

function driftFigure(segment: SegmentReport): string {
  const bars = segment.drift.slice(0, SHOWN).map(({ title: name, psi, share, alert }) => ({
    name,
    value: psi,
    text: `${psi.toFixed(2)} · weight ${percentText(share)}`,
    tone: psi > ACT ? 2 : alert ? 5 : 1,
  }))
  const marks = [
    { value: WATCH, name: String(WATCH) },
    { value: ACT, name: String(ACT) },
  ]
  const rows = segment.drift.map(({ title: name, psi, alert, missingShare, share }) => [
    name,
    psi.toFixed(3),
    alert ? 'yes' : 'no',
    percentText(missingShare),
    percentText(share),
  ])
  const whole = `Weighted by importance: ${segment.weightedPsi.toFixed(3)}. Scores themselves: ${numberText(segment.scorePsi, 3)}.`
  return (
    figure(
      title(segment.segment),
      barChart({ label: `Drift, ${segment.segment}`, bars, marks, longest: 2 * ACT }),
      'Nothing was scored.',
    ) +
    `<p class="note">${whole}</p>` +
    folded(
      'All features',
      table(`drift-${segment.segment}`, ['feature', 'PSI', 'over the limit', 'unknown', 'weight'], rows),
    )
  )
}

function estimateFigure({ segment, estimates, days }: SegmentReport): string {
  const svg = lineChart({
    label: `Promised ROC-AUC by day, ${segment}`,
    lines: [
      { name: 'promised ROC-AUC', tone: 1, points: estimates.map(({ day, rocAuc }) => ({ day, value: rocAuc })) },
    ],
    include: [0.5, 0.8],
    text: (value) => value.toFixed(2),
  })
  const rows = estimates.map(({ day, rows: count, meanScore, rocAuc, liftAt10 }) => [
    day,
    countText(count),
    percentText(meanScore),
    numberText(rocAuc, 3),
    numberText(liftAt10, 2),
  ])
  const head = ['day', 'scored', 'mean score', 'promised ROC-AUC', 'promised lift at 10%']
  return (
    figure(title(segment), svg, 'No account was scored.') +
    `<p class="note">${keptText(days)}</p>` +
    folded('Figures by day', table(`estimate-${segment}`, head, rows))
  )
}

/** How far such promises were kept on the days whose outcomes are known. */
function keptText(days: readonly DayQuality[]): string {
  const known = days.filter(
    ({ group, rocAuc, estimatedAuc }) => group === 'all' && rocAuc !== null && estimatedAuc !== null,
  )
  if (known.length === 0) return 'No day is known yet to hold a promise against.'
  const mean = (of: (day: DayQuality) => number): number => known.reduce((sum, day) => sum + of(day), 0) / known.length
  return `On the ${known.length} days whose outcomes are known, ${mean((day) => day.estimatedAuc!).toFixed(3)} was promised and ${mean((day) => day.rocAuc!).toFixed(3)} came.`
}

function coverageSection({ coverage }: ReportData): string {
  const found = new Set(coverage.flatMap(({ accounts }) => Object.keys(accounts)))
  const statuses = [
    ...STATUSES.filter((status) => found.has(status)),
    ...[...found].filter((one) => !STATUSES.includes(one)).sort(),
  ]
  const words = statuses.map((status) => status.replaceAll('_', ' '))
  const days = coverage.map(({ day, accounts }) => ({ day, parts: statuses.map((status) => accounts[status] ?? 0) }))
  const rows = days.map(({ day, parts }, i) => [day, percentText(scoredShare(coverage[i]!)), ...parts.map(countText)])
  return section(
    'coverage',
    'Who has a score, and why the rest has none',
    'Sponsored: somebody else pays. In grace: access is left on while a payment is tried again. Paused: the subscription rests. Insufficient data: paid for less than three days and never seen. Opted out: scored for these figures, and not to be contacted.',
    figure('Share of accounts by status', stackChart(days, words, 'Coverage by day'), 'There are no accounts.') +
      folded('Figures by day', table('coverage-table', ['day', 'share scored', ...words], rows)),
  )
}

function parityText({ parity: { features, compared, differing } }: ReportData): string {
  if (compared === 0) return 'Nothing was scored, so that there is nothing to compare.'
  const of = `${features} features of ${countText(compared)} accounts`
  return differing === 0 ? `All equal: ${of}, 0 differences.` : `${countText(differing)} values differ among ${of}.`
}
