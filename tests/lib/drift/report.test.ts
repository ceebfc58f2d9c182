import { describe, expect, test } from 'vitest'
import { headlinesOfRows, measureDay, type ScoredOutcomes } from '../../../lib/drift/quality/index.ts'
import { barChart } from '../../../lib/drift/report/bar-chart.ts'
import { lineChart } from '../../../lib/drift/report/line-chart.ts'
import { reportPage } from '../../../lib/drift/report/page.ts'
import type { ReportData, SegmentReport } from '../../../lib/drift/report/report-data.ts'
import { ticks } from '../../../lib/drift/report/svg.ts'
import { logit, seededRandom } from '../../../lib/learning/index.ts'
import { tableOf, textOf } from './report-reader.ts'

const scored = (seed: number): ScoredOutcomes => {
  const random = seededRandom(seed)
  const p = Array.from({ length: 600 }, () => 0.02 + 0.5 * random() ** 2)
  const labels = Float32Array.from(p, (one) => (random() < one ? 1 : 0))
  return {
    userIds: p.map((_, i) => `u${i % 300}`),
    days: p.map((_, i) => (i < 300 ? '2026-07-28' : '2026-07-29')),
    labels,
    margins: Float32Array.from(p, logit),
    probabilities: Float32Array.from(p),
    due: Uint8Array.from(p, (_, i) => i % 2),
    undecided: Uint8Array.from(p, (_, i) => (i % 4 === 0 ? 1 : 0)),
  }
}

function segmentReport(segment: string, seed: number): SegmentReport {
  const rows = scored(seed)
  const as = { segment, series: 'backtest', modelVersion: `churn-${segment}` } as const
  return {
    segment,
    model: {
      version: `churn-${segment}-2026-08`,
      trainedUntil: '2026-05-20',
      tested: { from: '2026-07-28', to: '2026-07-29' },
      trainingRows: 12_345,
      trees: 210,
      importance: [{ title: 'Days since the last viewing', share: 0.31 }],
      failedGates: [],
    },
    judgedBy: 'backtest',
    headlines: headlinesOfRows(rows),
    days: ['2026-07-28', '2026-07-29'].flatMap((day) => measureDay(rows, day, as)),
    histogram: [5, 3, 2, 0],
    estimates: [{ day: '2026-08-30', rows: 1234, meanScore: 0.123, rocAuc: 0.761, liftAt10: 3.21 }],
    drift: [
      { title: 'Days with <viewing> & more', psi: 0.312, alert: true, missingShare: 0.02, share: 0.31 },
      { title: 'Sessions in 7 days', psi: 0.05, alert: false, missingShare: 0, share: 0.1 },
    ],
    weightedPsi: 0.102,
    scorePsi: 0.034,
  }
}

const data: ReportData = {
  day: '2026-08-30',
  segments: [segmentReport('trial', 1), segmentReport('paid', 2)],
  alerts: [
    { severity: 'act', kind: 'drift', segment: 'paid', name: 'x', value: 1, limit: 0, text: 'Something <moved>.' },
    { severity: 'watch', kind: 'drift', segment: 'paid', name: 'y', value: 1, limit: 0, text: 'Look again.' },
  ],
  coverage: [{ day: '2026-08-30', accounts: { scored: 900, paused: 60, in_grace: 40 } }],
  sources: [{ day: '2026-08-30', source: 'web_events', landed: 4321, duplicates: 43, quarantined: 10 }],
  decisions: [
    { basis: 'rules_not_learned', action: 'none', accounts: 850 },
    { basis: 'control', action: 'none', accounts: 50 },
  ],
  parity: { features: 28, compared: 900, differing: 0 },
  maturity: { firstScored: '2026-08-30', knownFrom: '2026-10-03' },
}

describe('the page', () => {
  const page = reportPage(data)

  test('needs nothing from outside, and escapes what it is given', () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|src=/)
    expect(page.match(/https?:\/\/[^"' )]+/g)?.filter((url) => url !== 'http://www.w3.org/2000/svg')).toEqual([])
    expect(page).toContain('Something &lt;moved&gt;.')
    expect(page).not.toMatch(/<moved>|<viewing>/)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('says first what needs attention', () => {
    const text = textOf(page)
    expect(text).toContain(
      '1 thing needs attention, 1 to watch. 900 of 1 000 accounts have a score that may be acted on (90%).',
    )
    expect(text.indexOf('Something')).toBeLessThan(text.indexOf('Look again.'))
    expect(textOf(reportPage({ ...data, alerts: [] }))).toContain('Healthy: nothing needs attention.')
    expect(textOf(reportPage({ ...data, alerts: data.alerts.slice(1) }))).toContain('Healthy; 1 thing to watch.')
  })

  test.each(data.segments.map((segment) => [segment.segment, segment] as const))(
    'the figures of %s are those it was given',
    (name, segment) => {
      const rows = tableOf(page, `quality-${name}`)
      expect(rows).toHaveLength(segment.days.length)
      segment.days.forEach((day, i) => {
        expect(rows[i]).toMatchObject({
          day: day.day,
          series: day.series,
          group: day.group,
          accounts: String(day.rows),
          left: String(day.positives),
          'ROC-AUC': day.rocAuc?.toFixed(3) ?? 'none',
          '95% low': day.rocAucLow?.toFixed(3) ?? 'none',
          Brier: day.brier?.toFixed(3) ?? 'none',
          slope: day.calibrationSlope?.toFixed(2) ?? 'none',
        })
      })
      const headline = segment.headlines.find(({ group }) => group === 'all')!.rocAuc!
      const card = page.slice(page.indexOf(`id="card-${name}"`))
      expect(card.slice(0, 900)).toContain(headline.value.toFixed(3))
      expect(tableOf(page, `estimate-${name}`)).toEqual([
        {
          day: '2026-08-30',
          scored: '1 234',
          'mean score': '12%',
          'promised ROC-AUC': '0.761',
          'promised lift at 10%': '3.21',
        },
      ])
      expect(tableOf(page, `drift-${name}`)[0]).toEqual({
        feature: 'Days with <viewing> & more',
        PSI: '0.312',
        'over the limit': 'yes',
        unknown: '2.0%',
        weight: '31%',
      })
    },
  )

  test('coverage, sources, models and parity', () => {
    expect(tableOf(page, 'coverage-table')).toEqual([
      { day: '2026-08-30', 'share scored': '90%', scored: '900', 'in grace': '40', paused: '60' },
    ])
    expect(tableOf(page, 'sources-table')).toEqual([
      {
        source: 'web events',
        'newest day': '2026-08-30',
        'rows that day': '4 321',
        'usual rows': '0',
        copies: '1.0%',
        'set aside': '0.2%',
      },
    ])
    expect(tableOf(page, 'decisions-table')[0]).toEqual({
      basis: 'rules not learned',
      action: 'none',
      accounts: '850',
      share: '94%',
    })
    expect(tableOf(page, 'models-table')[1]).toMatchObject({
      version: 'churn-paid-2026-08',
      'training rows': '12 345',
      gates: 'all passed',
    })
    expect(textOf(page)).toContain('All equal: 28 features of 900 accounts, 0 differences.')
    expect(textOf(reportPage({ ...data, parity: { ...data.parity, differing: 3 } }))).toContain('3 values differ')
  })
})

describe('empty states', () => {
  const empty = data.segments.map((segment) => ({
    ...segment,
    headlines: segment.headlines.map((one) => ({ ...one, rows: 0, positives: 0, rocAuc: null })),
    days: [],
    histogram: [],
    estimates: [],
    drift: [],
    scorePsi: null,
  }))
  const page = reportPage({
    ...data,
    segments: empty,
    alerts: [],
    coverage: [],
    sources: [],
    decisions: [],
    parity: { features: 0, compared: 0, differing: 0 },
  })

  test('read as sentences', () => {
    const text = textOf(page)
    for (const sentence of [
      'No day has enough leavers and stayers yet.',
      'Nothing is measured yet.',
      'Nobody is known to have left yet.',
      'No account was scored.',
      'No decision was made.',
      'There are no accounts.',
      'nothing to compare',
      '0 leavers: too few',
      'not known yet',
      'Scores given out since 2026-08-30 are judged from 2026-10-03 on',
    ]) {
      expect(text).toContain(sentence)
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity|<svg[^>]*><\/svg>/)
  })

  test('once live scores are judged, nothing is pending', () => {
    const live = data.segments.map((segment) => ({
      ...segment,
      judgedBy: 'live' as const,
      days: segment.days.map((day) => ({ ...day, series: 'live' as const })),
    }))
    const text = textOf(reportPage({ ...data, segments: live }))
    expect(text).not.toContain('are judged from')
    expect(text).toContain('Judged by scores given out on 2026-07-28 to 2026-07-29.')
  })
})

describe('charts', () => {
  test('a line breaks where a day has no value, and its points stand in order', () => {
    const svg = lineChart({
      label: 'l',
      lines: [
        {
          name: 'a',
          tone: 1,
          points: [
            { day: '2026-01-01', value: 0.5 },
            { day: '2026-01-02', value: 1 },
            { day: '2026-01-03', value: null },
            { day: '2026-01-04', value: 0.75 },
          ],
        },
      ],
      include: [0.5],
      text: String,
    })
    expect(svg.match(/<circle/g)).toHaveLength(3)
    const path = /<path d="([^"]*)"/.exec(svg)![1]!
    expect(path.match(/M/g)).toHaveLength(2)
    const [, y1, y2] = /^M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)/.exec(path)!
    expect(Number(y2)).toBeLessThan(Number(y1))
  })

  test('a bar beyond the longest ends there and says its value; the others keep their length', () => {
    const bars = [
      { name: 'far', value: 17.8, text: '17.80', tone: 2 },
      { name: 'near', value: 0.25, text: '0.25', tone: 1 },
    ]
    const svg = barChart({ label: 'l', bars, marks: [{ value: 0.25, name: '0.25' }], longest: 0.5 })
    const [far, near] = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(near).toBeCloseTo(far! / 2, 1)
    expect(svg).toContain('» 17.80')
    expect(svg).not.toContain('» 0.25')
  })

  test('ticks are round and within the range', () => {
    expect(ticks(0.47, 0.82, 5)).toEqual([0.5, 0.6, 0.7, 0.8])
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticks(3, 3, 5)).toEqual([3])
  })
})
