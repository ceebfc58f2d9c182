import { describe, expect, test } from 'vitest'
import {
  byUrgency,
  coverageAlerts,
  type DriftDay,
  driftAlerts,
  parityAlerts,
  qualityAlerts,
  type SegmentQuality,
  type SourceDay,
  sourceAlerts,
  weightedPsi,
} from '../../../lib/drift/alerts/index.ts'
import type { DayQuality } from '../../../lib/drift/quality/index.ts'

const titleOf = (name: string): string => `title of ${name}`

describe('drift', () => {
  const drift = (name: string, fires: string, psi = 0.3, subject: DriftDay['subject'] = 'feature'): DriftDay[] =>
    [...fires].map((fire, i) => ({
      day: `2026-09-0${i + 1}`,
      segment: 'paid',
      subject,
      name,
      psi: fire === '!' ? psi : 0.01,
      alert: fire === '!',
    }))
  const importance = {
    paid: new Map([
      ['heavy', 0.3],
      ['light', 0.01],
      ['none', 0.001],
    ]),
  }
  const found = (days: DriftDay[]): string[] =>
    driftAlerts(days, importance, titleOf).map(({ severity, name }) => `${severity} ${name}`)

  test.each([
    ['all three days', 'heavy', '!!!', ['act heavy']],
    ['two of three, today not among them', 'heavy', '!!.', ['act heavy']],
    ['one day of three', 'heavy', '..!', []],
    ['four days ago and today', 'heavy', '!..!', []],
    ['a feature of little weight is to watch', 'light', '!!!', ['watch light']],
    ['a feature that the model does not read is no news', 'none', '!!!', []],
    ['a single day cannot confirm itself', 'heavy', '!', []],
    ['two days are enough', 'heavy', '!!', ['act heavy']],
  ])('%s', (_, name, fires, expected) => {
    expect(found(drift(name, fires, 0.26))).toEqual(expected)
  })

  test('scores that moved are always to act on', () => {
    expect(found(drift('score', '!!', 0.2, 'score'))).toEqual(['act score'])
  })

  test('many small moves of heavy features are one alert, by weight', () => {
    expect(found([...drift('heavy', '..!', 0.4)])).toEqual(['act all features by weight'])
    expect(weightedPsi(drift('heavy', '!', 0.4), importance.paid)).toBeCloseTo(0.12, 12)
  })

  test('segments are judged apart, and say which feature by its title', () => {
    const trial = drift('heavy', '!.').map((day) => ({ ...day, segment: 'trial' }))
    const paid = drift('heavy', '.!')
    expect(driftAlerts([...trial, ...paid], importance, titleOf)).toEqual([])
    expect(driftAlerts(drift('heavy', '!!'), importance, titleOf)[0]!.text).toContain('"title of heavy" of paid')
  })
})

describe('quality', () => {
  const day = (part: Partial<DayQuality>): DayQuality => ({
    day: '2026-09-01',
    segment: 'paid',
    group: 'all',
    series: 'live',
    modelVersion: 'm',
    rows: 10_000,
    positives: 1000,
    baseRate: 0.1,
    meanScore: 0.1,
    rocAuc: 0.78,
    rocAucLow: 0.76,
    rocAucHigh: 0.8,
    prAuc: 0.4,
    logLoss: 0.3,
    brier: 0.08,
    ece: 0.005,
    calibrationSlope: 1,
    calibrationIntercept: 0,
    liftAt10: 4,
    estimatedAuc: 0.78,
    bins: [],
    ...part,
  })
  const judge = (live: DayQuality[], rest: Partial<SegmentQuality> = {}): string[] =>
    qualityAlerts({
      segment: 'paid',
      live,
      backtest: Array(14).fill(day({ series: 'backtest' })),
      estimatedAuc: 0.78,
      ...rest,
    }).map(({ severity, name }) => `${severity} ${name}`)
  const thrice = (part: Partial<DayQuality>): DayQuality[] => [day(part), day(part), day(part)]

  test.each<[string, DayQuality[], string[]]>([
    ['all well', thrice({}), []],
    ['nothing matured', [], []],
    ['ranking below the gate', thrice({ rocAuc: 0.68, rocAucLow: 0.66 }), ['act roc_auc']],
    ['ranking above it, but not for sure', thrice({ rocAuc: 0.74, rocAucLow: 0.69 }), ['watch roc_auc']],
    ['one weak day', [day({}), day({}), day({ rocAuc: 0.5, rocAucLow: 0.4 })], []],
    ['scores too high on the whole', thrice({ meanScore: 0.13 }), ['act mean_score']],
    ['off by less than a tenth', thrice({ meanScore: 0.109, rows: 1e6 }), []],
    ['off by less than chance', thrice({ meanScore: 0.13, rows: 300 }), []],
    ['probabilities off beyond twice the backtest', thrice({ ece: 0.03 }), ['watch ece']],
    ['days too small to rank are not judged', thrice({ rocAuc: null, rocAucLow: null, rows: 20 }), []],
  ])('%s', (_, live, expected) => {
    expect(judge(live)).toEqual(expected)
  })

  test('without outcomes of live scores the backtest is judged', () => {
    const backtest = Array(14).fill(day({ series: 'backtest', rocAuc: 0.6, rocAucLow: 0.58 }))
    expect(judge([], { backtest })).toEqual(['act roc_auc'])
  })

  test('an estimate below the scatter of the backtest is to watch', () => {
    expect(judge([], { estimatedAuc: 0.75 })).toEqual(['watch estimated_auc'])
    expect(judge([], { estimatedAuc: 0.77 })).toEqual([])
    expect(judge([], { estimatedAuc: null })).toEqual([])
    const few = Array(4).fill(day({ series: 'backtest' }))
    expect(judge([], { estimatedAuc: 0.6, backtest: few })).toEqual([])
  })
})

describe('coverage, parity, sources', () => {
  const coverage = (...scored: number[]) =>
    scored.map((count, i) => ({ day: `2026-09-0${i + 1}`, accounts: { scored: count, paused: 100 - count } }))

  test.each([
    ['as before', [92, 92, 92], []],
    ['a little less', [92, 92, 89], ['watch']],
    ['much less', [92, 92, 80], ['act']],
    ['more', [92, 92, 99], []],
    ['one odd day before', [92, 50, 92, 92], []],
    ['the first day', [10], []],
    ['no day', [], []],
  ])('coverage %s', (_, scored, expected) => {
    expect(coverageAlerts(coverage(...scored)).map(({ severity }) => severity)).toEqual(expected)
  })

  test('any value that differs between scoring and training is to act on', () => {
    const rows = [
      { feature: 'a', compared: 50, differing: 0 },
      { feature: 'b', compared: 50, differing: 1 },
    ]
    expect(parityAlerts(rows, titleOf)).toMatchObject([{ severity: 'act', name: 'b', value: 1 }])
    expect(parityAlerts([], titleOf)).toEqual([])
  })

  test.each<[string, number[], number, string[]]>([
    ['usual', [1000, 1000, 900], 0, []],
    ['half missing', [1000, 1000, 400], 0, ['act web']],
    ['silent', [1000, 1000, 0], 0, ['act web']],
    ['small sources swing', [80, 80, 10], 0, []],
    ['many rows set aside', [1000, 1000, 1000], 100, ['watch web']],
  ])('a source: %s', (_, landed, quarantined, expected) => {
    const days: SourceDay[] = landed.flatMap((count, i) => {
      const day = `2026-09-0${i + 1}`
      const last = i === landed.length - 1
      return count === 0
        ? []
        : [{ day, source: 'web', landed: count, duplicates: 0, quarantined: last ? quarantined : 0 }]
    })
    expect(sourceAlerts(days, '2026-09-03').map(({ severity, name }) => `${severity} ${name}`)).toEqual(expected)
  })

  test('what is to act on comes first, else in the order given', () => {
    const alert = { kind: 'drift', segment: '', value: 1, limit: 0, text: '' } as const
    const given = (['watch', 'act', 'watch', 'act'] as const).map((severity, i) => ({
      ...alert,
      severity,
      name: `${i}`,
    }))
    expect(byUrgency(given).map(({ name }) => name)).toEqual(['1', '3', '0', '2'])
  })
})
