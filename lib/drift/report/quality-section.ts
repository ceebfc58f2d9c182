import { addBins, calibrationPoints, type DayQuality, gainPoints, groups, type Series } from '../quality/index.ts'
import { judgedDays, title } from './headline-section.ts'
import { type Line, lineChart } from './line-chart.ts'
import type { ReportData, SegmentReport } from './report-data.ts'
import { calibrationChart, gainChart, histogram } from './share-charts.ts'
import { countText, figure, folded, numberText, percentText, section, table } from './words.ts'

/** Quality by day, calibration, lift and how the scores are spread. */
export function qualitySections(data: ReportData): string {
  const { firstScored, knownFrom } = data.maturity
  const pending = `Scores given out since ${firstScored} are judged from ${knownFrom} on, when it is known who left.`
  return [
    section(
      'quality',
      'How well leavers are told from stayers, day by day',
      `ROC-AUC: the chance that somebody who left had a higher score than somebody who stayed. 0.5 is guessing, 1 is perfect. The band is the 95% interval. ${data.segments.some(({ judgedBy }) => judgedBy === 'live') ? '' : pending}`,
      pair(data, (segment) =>
        figure(title(segment.segment), aucChart(segment), 'No day has enough leavers and stayers yet.'),
      ) + data.segments.map((segment) => folded(`Figures by day: ${segment.segment}`, dayTable(segment))).join(''),
    ),
    section(
      'calibration',
      'Whether probabilities can be taken at their word',
      'Accounts in tenths by score: of those who were told 20%, about 20% should leave. Points on the dashed line are right; the bars show what chance alone does.',
      pair(data, (segment) => {
        const points = calibrationPoints(addBins(judgedDays(segment).map(({ bins }) => bins)))
        const rows = points.map((point) => [
          percentText(point.predicted),
          percentText(point.observed),
          countText(point.rows),
        ])
        return (
          figure(
            title(segment.segment),
            calibrationChart(points, `Calibration, ${segment.segment}`),
            'Nothing is measured yet.',
          ) + folded('Figures', table(`calibration-${segment.segment}`, ['said', 'left', 'account-days'], rows))
        )
      }),
    ),
    section(
      'lift',
      'What calling the riskiest accounts finds',
      'The curve says which share of all leavers is among the riskiest accounts. The dashed line is calling accounts at random.',
      pair(data, (segment) => {
        const points = gainPoints(addBins(judgedDays(segment).map(({ bins }) => bins)))
        return figure(
          title(segment.segment),
          gainChart(points, `Lift, ${segment.segment}`),
          'Nobody is known to have left yet.',
        )
      }),
    ),
    section(
      'scores',
      `How the scores of ${data.day} are spread`,
      'Share of accounts by their chance of leaving.',
      pair(data, (segment) =>
        figure(
          title(segment.segment),
          histogram(segment.histogram, `Scores, ${segment.segment}`),
          'No account was scored.',
        ),
      ),
    ),
  ].join('')
}

function pair(data: ReportData, draw: (segment: SegmentReport) => string): string {
  return `<div class="pair">${data.segments.map((segment) => `<div>${draw(segment)}</div>`).join('')}</div>`
}

function aucChart({ segment, days }: SegmentReport): string {
  const line = (series: Series, group: DayQuality['group'], tone: number, name: string): Line => ({
    name,
    tone,
    points: days
      .filter((day) => day.series === series && day.group === group)
      .map(({ day, rocAuc, rocAucLow, rocAucHigh }) => ({
        day,
        value: rocAuc,
        ...(group === 'all' && { low: rocAucLow, high: rocAucHigh }),
      })),
  })
  const isLive = days.some(({ series, rocAuc }) => series === 'live' && rocAuc !== null)
  const main: Series = isLive ? 'live' : 'backtest'
  const lines = groups.map((group, i) => line(main, group, i + 1, isLive ? group : `${group} (backtest)`))
  if (isLive) lines.push(line('backtest', 'all', 4, 'all (backtest)'))
  return lineChart({
    label: `ROC-AUC by day, ${segment}`,
    lines: lines.filter(({ points }) => points.some(({ value }) => value !== null)),
    include: [0.5, 0.8],
    text: (value) => value.toFixed(2),
  })
}

function dayTable({ segment, days }: SegmentReport): string {
  return table(
    `quality-${segment}`,
    [
      'day',
      'series',
      'group',
      'accounts',
      'left',
      'base rate',
      'mean score',
      'ROC-AUC',
      '95% low',
      '95% high',
      'PR-AUC',
      'lift 10%',
      'log loss',
      'Brier',
      'ECE',
      'slope',
      'intercept',
    ],
    days.map((day) => [
      day.day,
      day.series,
      day.group,
      countText(day.rows),
      countText(day.positives),
      percentText(day.baseRate),
      percentText(day.meanScore),
      numberText(day.rocAuc, 3),
      numberText(day.rocAucLow, 3),
      numberText(day.rocAucHigh, 3),
      numberText(day.prAuc, 3),
      numberText(day.liftAt10, 2),
      numberText(day.logLoss, 3),
      numberText(day.brier, 3),
      numberText(day.ece, 3),
      numberText(day.calibrationSlope, 2),
      numberText(day.calibrationIntercept, 2),
    ]),
  )
}
