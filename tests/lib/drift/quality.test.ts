import { describe, expect, test } from 'vitest'
import {
  addBins,
  calibrationPoints,
  estimateAuc,
  estimateLift,
  foundAt,
  gainPoints,
  headlinesOfDays,
  headlinesOfRows,
  measureDay,
  riskBins,
  type ScoredOutcomes,
} from '../../../lib/drift/quality/index.ts'
import { logit, seededRandom } from '../../../lib/learning/index.ts'

/** Accounts whose outcomes are drawn by their very probabilities: right by construction. */
function world(count: number, seed: number, days = ['2026-09-01']): ScoredOutcomes {
  const random = seededRandom(seed)
  const rows = days.flatMap((day) =>
    Array.from({ length: count }, (_, i) => {
      const p = Math.round(random() ** 2 * 100) / 101 + 0.004
      return { user: `u${i}`, day, p, y: random() < p ? 1 : 0, due: i % 2, undecided: i % 3 === 0 ? 1 : 0 }
    }),
  )
  return {
    userIds: rows.map(({ user }) => user),
    days: rows.map(({ day }) => day),
    labels: Float32Array.from(rows, ({ y }) => y),
    margins: Float32Array.from(rows, ({ p }) => logit(p)),
    probabilities: Float32Array.from(rows, ({ p }) => p),
    due: Uint8Array.from(rows, ({ due }) => due),
    undecided: Uint8Array.from(rows, ({ undecided }) => undecided),
  }
}

const as = { segment: 'paid', series: 'live', modelVersion: 'churn-paid-2026-08' } as const

describe('measureDay', () => {
  const rows = world(400, 7)
  const days = measureDay(rows, '2026-09-01', as)
  const member = {
    all: () => true,
    due: (row: number) => rows.due[row] === 1,
    undecided: (row: number) => rows.undecided[row] === 1,
  }

  test.each(['all', 'due', 'undecided'] as const)('every measure of %s equals its definition', (group) => {
    const measured = days.find((day) => day.group === group)!
    const chosen = [...rows.userIds.keys()].filter(member[group])
    const y = chosen.map((row) => rows.labels[row]!)
    const p = chosen.map((row) => rows.probabilities[row]!)
    const positives = y.filter((label) => label === 1).length
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(measured).toMatchObject({ ...as, day: '2026-09-01', rows: chosen.length, positives })
    expect(measured.baseRate).toBeCloseTo(positives / chosen.length, 12)
    expect(measured.meanScore).toBeCloseTo(mean(p), 12)
    expect(measured.brier).toBeCloseTo(mean(p.map((said, i) => (said - y[i]!) ** 2)), 12)
    expect(measured.logLoss).toBeCloseTo(mean(p.map((said, i) => -Math.log(y[i] === 1 ? said : 1 - said))), 9)
    expect(measured.rocAuc).toBeCloseTo(naiveAuc(y, p), 12)
    expect(measured.rocAucLow!).toBeLessThan(measured.rocAuc!)
    expect(measured.rocAucHigh!).toBeGreaterThan(measured.rocAuc!)
    expect(measured.prAuc).toBeCloseTo(naiveAveragePrecision(y, p), 12)
    const taken = Math.round(chosen.length / 10)
    expect(measured.liftAt10).toBeCloseTo(expectedTop(y, p, taken) / taken / (positives / chosen.length), 9)
  })

  test('probabilities that are right have slope 1, intercept 0, a small calibration error', () => {
    const [all] = measureDay(world(20_000, 3), '2026-09-01', as)
    expect(all!.calibrationSlope).toBeCloseTo(1, 1)
    expect(all!.calibrationIntercept).toBeCloseTo(0, 1)
    expect(all!.ece).toBeLessThan(0.02)
  })

  test('with fewer than ten leavers or stayers there are counts and no ratios of ranking', () => {
    const few = { ...rows, labels: rows.labels.map((_, row) => (row < 9 ? 1 : 0)) }
    const [all] = measureDay(few, '2026-09-01', as)
    expect(all).toMatchObject({ positives: 9, rocAuc: null, prAuc: null, liftAt10: null, calibrationSlope: null })
    expect(all!.brier).toBeGreaterThan(0)
  })

  test('a day without rows is nulls, not NaN', () => {
    const [all] = measureDay(rows, '2026-09-02', as)
    expect(all).toMatchObject({ rows: 0, positives: 0, baseRate: null, meanScore: null, logLoss: null, ece: null })
    expect(gainPoints(all!.bins)).toEqual([])
    expect(calibrationPoints(all!.bins)).toEqual([])
  })
})

describe('estimates without labels', () => {
  test('ROC-AUC equals the trapezoids over thresholds, done one by one', () => {
    const p = [...world(60, 5).probabilities, 0.3, 0.3, 0.3]
    const total = p.reduce((sum, one) => sum + one, 0)
    const curve = [...new Set(p)]
      .sort((a, b) => b - a)
      .map((threshold) => {
        const above = p.filter((one) => one >= threshold)
        const found = above.reduce((sum, one) => sum + one, 0)
        return [(above.length - found) / (p.length - total), found / total] as const
      })
    let area = 0
    let [x, y] = [0, 0]
    for (const [nextX, nextY] of curve) {
      area += ((nextX - x) * (y + nextY)) / 2
      ;[x, y] = [nextX, nextY]
    }
    expect(estimateAuc(p)).toBeCloseTo(area, 12)
  })

  test('comes to what is realised when probabilities are right', () => {
    const rows = world(20_000, 11)
    const [all] = measureDay(rows, '2026-09-01', as)
    expect(Math.abs(all!.estimatedAuc! - all!.rocAuc!)).toBeLessThan(0.01)
    expect(Math.abs(estimateLift(rows.probabilities, 0.1)! - all!.liftAt10!)).toBeLessThan(0.15)
  })

  test('says nothing where there is nothing to say', () => {
    expect(estimateAuc([])).toBeNull()
    expect(estimateAuc([0, 0])).toBeNull()
    expect(estimateAuc([0.4, 0.4])).toBeCloseTo(0.5, 12)
    expect(estimateLift([], 0.1)).toBeNull()
  })
})

describe('bins', () => {
  const rows = world(203, 2)
  const bins = riskBins(rows.labels, rows.probabilities, rows.margins)
  const order = [...rows.userIds.keys()].sort((a, b) => rows.margins[b]! - rows.margins[a]! || a - b)
  const sum = (what: (row: number) => number, from: number, to: number): number =>
    order.slice(from, to).reduce((total, row) => total + what(row), 0)

  test('twentieths by falling risk that hold every row once', () => {
    expect(bins).toHaveLength(20)
    expect(bins.reduce((total, bin) => total + bin.rows, 0)).toBe(203)
    expect(Math.max(...bins.map((bin) => bin.rows)) - Math.min(...bins.map((bin) => bin.rows))).toBe(1)
    expect(bins[0]).toEqual({
      rows: 10,
      positives: sum((row) => rows.labels[row]!, 0, 10),
      expected: sum((row) => rows.probabilities[row]!, 0, 10),
    })
  })

  test('days add up; gains rise from 0 to 1; what lies between points is in proportion', () => {
    const both = addBins([bins, bins])
    expect(both[3]).toEqual({
      rows: 2 * bins[3]!.rows,
      positives: 2 * bins[3]!.positives,
      expected: 2 * bins[3]!.expected,
    })
    const points = gainPoints(bins)
    expect(points[0]).toEqual({ share: 0, found: 0 })
    expect(points.at(-1)).toEqual({ share: 1, found: 1 })
    const third = points[3]!
    expect(third.found).toBeCloseTo(
      sum((row) => rows.labels[row]!, 0, Math.floor((3 * 203) / 20)) / sum((row) => rows.labels[row]!, 0, 203),
      12,
    )
    expect(foundAt(points, third.share)).toBeCloseTo(third.found, 12)
    expect(foundAt(points, third.share / 2 + points[2]!.share / 2)).toBeCloseTo(
      (third.found + points[2]!.found) / 2,
      12,
    )
    expect(foundAt([], 0.1)).toBeNull()
  })

  test('calibration points are tenths', () => {
    const [first] = calibrationPoints(bins)
    const to = bins[0]!.rows + bins[1]!.rows
    expect(first!.rows).toBe(to)
    expect(first!.observed).toBeCloseTo(sum((row) => rows.labels[row]!, 0, to) / to, 12)
    expect(first!.predicted).toBeCloseTo(sum((row) => rows.probabilities[row]!, 0, to) / to, 6)
  })
})

describe('headlines', () => {
  const rows = world(300, 21, ['2026-09-01', '2026-09-02', '2026-09-03'])
  const days = ['2026-09-01', '2026-09-02', '2026-09-03'].flatMap((day) => measureDay(rows, day, as))

  test('the mean of the days, from rows and from measured days alike', () => {
    const [all] = headlinesOfDays(days)
    const own = days.filter(({ group }) => group === 'all')
    const mean = own.reduce((sum, { rocAuc }) => sum + rocAuc!, 0) / 3
    expect(all).toMatchObject({ group: 'all', rows: 900 })
    expect(all!.rocAuc!.value).toBeCloseTo(mean, 12)
    expect(headlinesOfRows(rows)[0]!.rocAuc!.value).toBeCloseTo(mean, 12)
  })

  test('the interval of measured days is at least as wide as that of the rows', () => {
    const width = (headline: { rocAuc: { low: number; high: number } | null }): number =>
      headline.rocAuc!.high - headline.rocAuc!.low
    expect(width(headlinesOfDays(days)[0]!)).toBeGreaterThan(width(headlinesOfRows(rows)[0]!))
  })

  test('no day, no figure', () => {
    expect(headlinesOfDays([])).toEqual(
      ['all', 'due', 'undecided'].map((group) => ({ group, rows: 0, positives: 0, rocAuc: null })),
    )
  })
})

function naiveAuc(y: number[], p: number[]): number {
  let won = 0
  let pairs = 0
  y.forEach((a, i) => {
    y.forEach((b, j) => {
      if (a !== 1 || b !== 0) return
      pairs++
      won += p[i]! > p[j]! ? 1 : p[i] === p[j] ? 0.5 : 0
    })
  })
  return won / pairs
}

function naiveAveragePrecision(y: number[], p: number[]): number {
  const positives = y.filter((label) => label === 1).length
  let before = 0
  let area = 0
  for (const threshold of [...new Set(p)].sort((a, b) => b - a)) {
    const above = y.filter((_, i) => p[i]! >= threshold)
    const found = above.filter((label) => label === 1).length
    area += ((found - before) / positives) * (found / above.length)
    before = found
  }
  return area
}

/** Leavers among the `taken` highest; of equal scores at the border each counts in proportion. */
function expectedTop(y: number[], p: number[], taken: number): number {
  const border = [...p].sort((a, b) => b - a)[taken - 1]!
  const above = y.filter((_, i) => p[i]! > border)
  const tied = y.filter((_, i) => p[i] === border)
  const sum = (labels: number[]): number => labels.reduce((total, label) => total + label, 0)
  return sum(above) + (sum(tied) * (taken - above.length)) / tied.length
}
