import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  calibrate,
  calibrateAll,
  fitCalibration,
  fitIsotonic,
  fitPlatt,
  parseCalibration,
  seededRandom,
  sigmoid,
} from '../../../lib/learning/index.ts'

/** Margins whose true probability is sigmoid(0.6 m - 0.4). */
function sample(rows: number, seed: number) {
  const random = seededRandom(seed)
  const margins = Float32Array.from({ length: rows }, () => 6 * (random() - 0.5))
  const labels = Float32Array.from(margins, (margin) => +(random() < sigmoid(0.6 * margin - 0.4)))
  return { margins, labels }
}

describe('Platt', () => {
  test('finds the distortion that was put in', () => {
    const { margins, labels } = sample(50_000, 1)
    const { slope, intercept } = fitPlatt(margins, labels)
    expect(slope).toBeCloseTo(0.6, 1)
    expect(intercept).toBeCloseTo(-0.4, 1)
  })

  test('stays finite when the margin separates the classes, by its soft targets', () => {
    const { slope, intercept } = fitPlatt([-2, -1, 1, 2], [0, 0, 1, 1])
    const calibration = { kind: 'platt', slope, intercept } as const
    expect(slope).toBeGreaterThan(0)
    expect(calibrate(calibration, 2)).toBeLessThan(0.95)
    // At the optimum the mean fitted probability is the mean target, here (3/4 + 1/4) / 2.
    expect([-2, -1, 1, 2].reduce((sum, m) => sum + calibrate(calibration, m), 0) / 4).toBeCloseTo(0.5, 5)
  })
})

/** Isotonic means by the min-max formula: max over i <= k of the min over j >= k of the mean of i..j. */
function minMax(labels: number[]): number[] {
  const mean = (i: number, j: number): number => labels.slice(i, j + 1).reduce((a, b) => a + b, 0) / (j - i + 1)
  return labels.map((_, k) => {
    let best = -Infinity
    for (let i = 0; i <= k; i++) {
      let least = Infinity
      for (let j = k; j < labels.length; j++) least = Math.min(least, mean(i, j))
      best = Math.max(best, least)
    }
    return best
  })
}

describe('isotonic', () => {
  test('equals the min-max formula wherever no block claims certainty', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 40 }), (labels) => {
        const curve = fitIsotonic(
          labels.map((_, i) => i),
          labels,
        )
        minMax(labels).forEach((expected, i) => {
          if (expected > 0.2 && expected < 0.8) expect(calibrate(curve, i)).toBeCloseTo(expected, 10)
        })
      }),
    )
  })

  test('rises, stays within (0, 1), and gives equal margins one probability', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 1 })), { minLength: 1 }),
        (rows) => {
          const curve = fitIsotonic(
            rows.map(([margin]) => margin),
            rows.map(([, label]) => label),
          )
          const values = [-9, ...Array.from({ length: 101 }, (_, i) => -5 + i / 10), 9].map((m) => calibrate(curve, m))
          values.forEach((value, i) => {
            expect(value).toBeGreaterThan(0)
            expect(value).toBeLessThan(1)
            if (i > 0) expect(value).toBeGreaterThanOrEqual(values[i - 1]!)
          })
          expect([...curve.margins]).toEqual([...curve.margins].sort((a, b) => a - b))
        },
      ),
    )
  })

  test('follows a curve that is no sigmoid', () => {
    const random = seededRandom(4)
    const margins = Array.from({ length: 40_000 }, () => 4 * random())
    const truth = (margin: number): number => (margin < 2 ? 0.1 : 0.6)
    const labels = margins.map((margin) => +(random() < truth(margin)))
    const curve = fitIsotonic(margins, labels)
    for (const margin of [0.5, 1, 1.5, 2.5, 3, 3.5]) expect(calibrate(curve, margin)).toBeCloseTo(truth(margin), 1)
  })
})

test('the number of positives chooses: isotonic from 1,000', () => {
  const few = sample(2000, 5)
  const many = sample(4000, 6)
  expect(fitCalibration(few.margins, few.labels).kind).toBe('platt')
  expect(fitCalibration(many.margins, many.labels).kind).toBe('isotonic')
})

test.each([2000, 4000])('survives JSON: %i rows', (rows) => {
  const { margins, labels } = sample(rows, 7)
  const calibration = fitCalibration(margins, labels)
  const back = parseCalibration(JSON.parse(JSON.stringify(calibration)))
  expect(calibrateAll(back, margins)).toEqual(calibrateAll(calibration, margins))
  expect(() => parseCalibration({ kind: 'beta' })).toThrow()
})
