import { fitLogisticLine } from '../logistic-line.ts'
import { positivesOf } from '../metrics/index.ts'

/** Probability = sigmoid(slope * margin + intercept). */
export interface PlattCalibration {
  readonly kind: 'platt'
  readonly slope: number
  readonly intercept: number
}

/**
 * Platt scaling with Platt's own targets, (N+ + 1)/(N+ + 2) for positives and 1/(N- + 2) for negatives, which keep the
 * fit finite whatever the data.
 */
export function fitPlatt(margins: ArrayLike<number>, labels: ArrayLike<number>): PlattCalibration {
  const positives = positivesOf(labels)
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (labels.length - positives + 2)
  const targets = Float64Array.from({ length: labels.length }, (_, i) => (labels[i] === 1 ? high : low))
  return { kind: 'platt', ...fitLogisticLine(margins, targets) }
}
