import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  aucByDay,
  brier,
  calibrationLine,
  ece,
  ksDistance,
  liftAt,
  logit,
  logLoss,
  pooledAuc,
  prAuc,
  rocAuc,
  seededRandom,
  sigmoid,
} from '../../../lib/learning/index.ts'

/** Labels with both classes, and scores with many ties. */
const ranked = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 9 })), { minLength: 2, maxLength: 60 })
  .map((rows) => ({ labels: rows.map(([label]) => label), scores: rows.map(([, score]) => score / 10) }))
  .filter(({ labels }) => labels.includes(0) && labels.includes(1))

/** The definition: over all pairs of a positive and a negative. */
function slowAuc(labels: number[], scores: number[]): number {
  let wins = 0
  let pairs = 0
  labels.forEach((a, i) => {
    labels.forEach((b, j) => {
      if (a !== 1 || b !== 0) return
      pairs++
      wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0
    })
  })
  return wins / pairs
}

describe('ranking', () => {
  test('ROC-AUC equals the count over all pairs', () => {
    fc.assert(
      fc.property(ranked, ({ labels, scores }) => {
        expect(rocAuc(labels, scores)).toBeCloseTo(slowAuc(labels, scores), 12)
      }),
    )
  })

  test('PR-AUC equals the sum over thresholds', () => {
    fc.assert(
      fc.property(ranked, ({ labels, scores }) => {
        const positives = labels.filter((label) => label === 1).length
        let area = 0
        let recall = 0
        for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
          const taken = labels.filter((_, i) => scores[i]! >= threshold)
          const found = taken.filter((label) => label === 1).length
          area += (found / positives - recall) * (found / taken.length)
          recall = found / positives
        }
        expect(prAuc(labels, scores)).toBeCloseTo(area, 12)
      }),
    )
  })

  test('KS equals the largest gap over thresholds', () => {
    fc.assert(
      fc.property(ranked, ({ labels, scores }) => {
        const share = (label: number, threshold: number): number =>
          labels.filter((l, i) => l === label && scores[i]! >= threshold).length /
          labels.filter((l) => l === label).length
        const gaps = scores.map((threshold) => Math.abs(share(1, threshold) - share(0, threshold)))
        expect(ksDistance(labels, scores)).toBeCloseTo(Math.max(...gaps), 12)
      }),
    )
  })

  test('by hand, with the published example of average precision', () => {
    // scikit-learn's documentation: y = 0 0 1 1, scores = .1 .4 .35 .8 gives 0.75 and 0.8333.
    expect(rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75)
    expect(prAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBeCloseTo(5 / 6, 12)
    expect(rocAuc([0, 1, 0, 1], [5, 5, 5, 5])).toBe(0.5)
    expect(prAuc([0, 1, 0, 0], [5, 5, 5, 5])).toBe(0.25)
  })

  test('lift at 10%, and ties that straddle the border in proportion', () => {
    const labels = Array.from({ length: 100 }, (_, i) => +(i < 20))
    expect(
      liftAt(
        labels,
        labels.map((_, i) => -i),
        0.1,
      ),
    ).toBeCloseTo(5, 12)
    expect(
      liftAt(
        labels,
        labels.map(() => 1),
        0.1,
      ),
    ).toBeCloseTo(1, 12)
    expect(
      liftAt(
        labels,
        labels.map((_, i) => (i < 5 ? 2 : 1)),
        0.1,
      ),
    ).toBeCloseTo((5 + (15 * 5) / 95) / 10 / 0.2, 12)
  })

  test.each([
    ['one class', () => rocAuc([1, 1], [1, 2]), /All labels are 1/],
    ['no rows', () => prAuc([], []), /There are no rows/],
    ['a score that is missing', () => rocAuc([0, 1], [1, Number.NaN]), /Row 1 has no score/],
  ])('refuses %s', (_, compute, message) => {
    expect(compute).toThrow(message)
  })
})

describe('probabilities', () => {
  test('Brier and log loss by hand', () => {
    expect(brier([1, 0], [0.8, 0.4])).toBeCloseTo((0.04 + 0.16) / 2, 12)
    expect(logLoss([1, 0], [0.8, 0.4])).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12)
    expect(logLoss([1], [0])).toBeCloseTo(-Math.log(1e-15), 6)
    expect(logLoss([0, 1], [0, 1])).toBeCloseTo(0, 12)
  })

  test('ECE over two bins by hand, and of unequal bins', () => {
    expect(ece([1, 1, 0, 0], [0.9, 0.7, 0.2, 0.4], 2)).toBeCloseTo((2 * 0.2 + 2 * 0.3) / 4, 12)
    expect(ece([1, 0, 0], [0.9, 0.5, 0.2], 2)).toBeCloseTo((0.1 + 0.7) / 3, 12)
  })

  test('the calibration line finds the distortion that was put in', () => {
    const random = seededRandom(1)
    const truth = Array.from({ length: 60_000 }, () => sigmoid(3 * (random() - 0.5) * 2 - 1))
    const labels = truth.map((p) => +(random() < p))
    const straight = calibrationLine(labels, truth)
    expect(straight.slope).toBeCloseTo(1, 1)
    expect(Math.abs(straight.intercept)).toBeLessThan(0.05)
    expect(
      calibrationLine(
        labels,
        truth.map((p) => sigmoid(2 * logit(p))),
      ).slope,
    ).toBeCloseTo(straight.slope / 2, 6)
    const shifted = calibrationLine(
      labels,
      truth.map((p) => sigmoid(logit(p) - 0.4)),
    )
    expect(shifted.intercept).toBeCloseTo(straight.intercept + 0.4, 6)
    expect(calibrationLine([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]).slope).toBe(Infinity)
  })

  test('at the fitted line the scores of the likelihood vanish', () => {
    const random = seededRandom(2)
    const p = Array.from({ length: 500 }, () => 0.05 + 0.9 * random())
    const labels = p.map((x) => +(random() < x * x))
    const { slope } = calibrationLine(labels, p)
    // With the slope known, the free intercept is where the mean residual is 0: search it by bisection.
    const residual = (a: number, weight: (x: number) => number): number =>
      p.reduce((sum, x, i) => sum + (labels[i]! - sigmoid(a + slope * logit(x))) * weight(x), 0)
    let low = -20
    let high = 20
    for (let i = 0; i < 100; i++) {
      const middle = (low + high) / 2
      if (residual(middle, () => 1) > 0) low = middle
      else high = middle
    }
    expect(Math.abs(residual(low, logit))).toBeLessThan(1e-3)
  })
})

describe('ROC-AUC by day', () => {
  const random = seededRandom(3)
  /** Two days of other base rates and shifted scores; each user has a row on both. */
  const made = (users: number, separation: number) => {
    const rows = { labels: [] as number[], scores: [] as number[], userIds: [] as string[], days: [] as string[] }
    for (let user = 0; user < users; user++) {
      for (const [day, rate, shift] of [
        ['2026-03-01', 0.3, 0],
        ['2026-03-08', 0.1, 5],
      ] as const) {
        const label = +(random() < rate)
        rows.labels.push(label)
        rows.scores.push(random() + separation * label + shift)
        rows.userIds.push(`u${user}`)
        rows.days.push(day)
      }
    }
    return rows
  }

  test('is the mean over days, not the pooled figure', () => {
    const rows = made(800, 0.3)
    const ofDay = (day: string): number => {
      const chosen = rows.days.flatMap((d, i) => (d === day ? [i] : []))
      return slowAuc(
        chosen.map((i) => rows.labels[i]!),
        chosen.map((i) => rows.scores[i]!),
      )
    }
    const auc = aucByDay(rows, { seed: 1 })
    expect(auc.value).toBeCloseTo((ofDay('2026-03-01') + ofDay('2026-03-08')) / 2, 12)
    expect(auc.groups).toBe(2)
    expect(pooledAuc(rows, { seed: 1 }).value).toBeCloseTo(slowAuc(rows.labels, rows.scores), 12)
    expect(pooledAuc(rows, { seed: 1 }).value).toBeLessThan(auc.value - 0.1)
  })

  test('takes days with few positives together, the rest with the last', () => {
    const rows = made(60, 0.3)
    const days = rows.days.map((_, i) => `2026-03-${String(10 + Math.floor(i / 12)).padStart(2, '0')}`)
    const { groups } = aucByDay({ ...rows, days }, { seed: 1 })
    expect(groups).toBeGreaterThanOrEqual(1)
    expect(groups).toBeLessThan(10)
    expect(aucByDay({ ...rows, days }, { seed: 1, leastOfEachClass: 1000 }).groups).toBe(1)
  })

  test('the interval covers the true AUC in about 95 of 100 samples', () => {
    // Scores uniform, positives moved up by s: the AUC is 1 - (1 - s)^2 / 2.
    const truth = 1 - 0.7 ** 2 / 2
    const covered = Array.from({ length: 150 }, (_, i) => {
      const { low, high } = aucByDay(made(200, 0.3), { seed: i, replicates: 200 })
      return low <= truth && truth <= high
    }).filter(Boolean).length
    expect(covered).toBeGreaterThan(130)
    expect(covered).toBeLessThan(150)
  })

  test('rows of one user are drawn together: copies widen nothing away', () => {
    const rows = made(300, 0.3)
    const copies = {
      labels: [...rows.labels, ...rows.labels, ...rows.labels],
      scores: [...rows.scores, ...rows.scores, ...rows.scores],
      userIds: [...rows.userIds, ...rows.userIds, ...rows.userIds],
      days: [...rows.days, ...rows.days, ...rows.days],
    }
    const once = aucByDay(rows, { seed: 5 })
    const thrice = aucByDay(copies, { seed: 5 })
    expect(thrice.standardError).toBeCloseTo(once.standardError, 10)
    const strangers = aucByDay({ ...copies, userIds: copies.userIds.map((id, i) => `${id}/${i}`) }, { seed: 5 })
    expect(strangers.standardError).toBeLessThan(0.75 * once.standardError)
  })

  test('the same seed gives the same interval; the standard error agrees with Hanley and McNeil', () => {
    const rows = made(2000, 0.3)
    expect(aucByDay(rows, { seed: 9 })).toEqual(aucByDay(rows, { seed: 9 }))
    const chosen = rows.days.flatMap((day, i) => (day === '2026-03-01' ? [i] : []))
    const pick = <T>(values: readonly T[]): T[] => chosen.map((i) => values[i]!)
    const day = {
      labels: pick(rows.labels),
      scores: pick(rows.scores),
      userIds: pick(rows.userIds),
      days: pick(rows.days),
    }
    const { value, standardError } = aucByDay(day, { seed: 9, replicates: 500 })
    const positives = day.labels.reduce((a, b) => a + b, 0)
    const negatives = day.labels.length - positives
    const q1 = value / (2 - value)
    const q2 = (2 * value * value) / (1 + value)
    const expected = Math.sqrt(
      (value * (1 - value) + (positives - 1) * (q1 - value ** 2) + (negatives - 1) * (q2 - value ** 2)) /
        (positives * negatives),
    )
    expect(standardError / expected).toBeGreaterThan(0.8)
    expect(standardError / expected).toBeLessThan(1.25)
  })
})

test('the mean of daily AUC takes as many rows as there are', () => {
  const rows = 400_000
  const random = seededRandom(1)
  const labels = Uint8Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? 1 : 0))
  const scores = Float32Array.from(labels, (label) => label + random() * 2)
  const userIds = Array.from({ length: rows }, (_, i) => `u${i % 1000}`)
  const days = Array.from({ length: rows }, (_, i) => `2026-01-0${1 + (i % 4)}`)
  const measured = aucByDay({ labels, scores, userIds, days }, { seed: 1, replicates: 2 })
  expect(measured.groups).toBe(4)
  expect(measured.value).toBeGreaterThan(0.8)
})
