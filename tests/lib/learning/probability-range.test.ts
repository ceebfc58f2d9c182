import { describe, expect, it } from 'vitest'
import { calibrate, fitCalibration, fitProbabilityRange, rangeAt } from '../../../lib/learning/calibration/index.ts'
import { seededRandom } from '../../../lib/learning/random.ts'
import { sigmoid } from '../../../lib/learning/sigmoid.ts'

/** Rows whose true probability is sigmoid(margin - 1), drawn with a seed. */
function drawn(rows: number, seed: number) {
  const random = seededRandom(seed)
  const margins = Float32Array.from({ length: rows }, () => random() * 4 - 2)
  const labels = Float32Array.from(margins, (margin) => (random() < sigmoid(margin - 1) ? 1 : 0))
  return { margins, labels, userIds: Array.from({ length: rows }, (_, i) => `u${i}`) }
}

function rangeOf(rows: number, seed: number) {
  const slice = drawn(rows, seed)
  const calibration = fitCalibration(slice.margins, slice.labels)
  return { calibration, range: fitProbabilityRange(slice, calibration, 1) }
}

describe('the 80% range of a calibrated probability', () => {
  it('holds the true probability about four times in five', () => {
    let inside = 0
    let all = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { calibration, range } = rangeOf(400, seed)
      for (const margin of [-1.5, 0, 1.5]) {
        const [low, high] = rangeAt(range, margin, calibrate(calibration, margin))
        const truth = sigmoid(margin - 1)
        if (low <= truth && truth <= high) inside++
        all++
      }
    }
    expect(inside / all).toBeGreaterThan(0.68)
    expect(inside / all).toBeLessThan(0.92)
  })

  it('narrows with more rows, holds the probability itself, and is level beyond its ends', () => {
    const few = rangeOf(300, 7)
    const many = rangeOf(2400, 7)
    const width = ({ calibration, range }: typeof few): number => {
      const [low, high] = rangeAt(range, 0.3, calibrate(calibration, 0.3))
      return high - low
    }
    expect(width(many)).toBeLessThan(width(few) / 2)
    for (const margin of [-9, -2, -0.77, 0, 1.2, 2, 9]) {
      const probability = calibrate(few.calibration, margin)
      const [low, high] = rangeAt(few.range, margin, probability)
      expect(low).toBeLessThanOrEqual(probability)
      expect(high).toBeGreaterThanOrEqual(probability)
    }
    const { range } = few
    expect(rangeAt(range, 50, range.high.at(-1)!)).toEqual([range.low.at(-1)!, range.high.at(-1)!])
  })

  it('draws the rows of one user together: repeated rows make it no narrower', () => {
    const once = drawn(300, 3)
    const calibration = fitCalibration(once.margins, once.labels)
    const repeated = {
      margins: Float32Array.from({ length: 1500 }, (_, i) => once.margins[i % 300]!),
      labels: Float32Array.from({ length: 1500 }, (_, i) => once.labels[i % 300]!),
      userIds: Array.from({ length: 1500 }, (_, i) => `u${i % 300}`),
    }
    const width = (rows: typeof repeated): number => {
      const [low, high] = rangeAt(fitProbabilityRange(rows, calibration, 5), 0, calibrate(calibration, 0))
      return high - low
    }
    expect(width(repeated)).toBeGreaterThan(width(once) * 0.75)
  })
})
