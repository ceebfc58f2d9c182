import { fitLogisticLine } from '../logistic-line.ts'
import { logit } from '../sigmoid.ts'
import { byFallingScore, needBothClasses } from './order.ts'

/** Mean squared difference of probability and label. */
export function brier(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2
  return sum / labels.length
}

/** Mean negative log-likelihood in nats; probabilities are kept within [1e-15, 1 - 1e-15]. */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(Math.max(probabilities[i]!, 1e-15), 1 - 1e-15)
    sum -= labels[i]! * Math.log(p) + (1 - labels[i]!) * Math.log1p(-p)
  }
  return sum / labels.length
}

/**
 * Expected calibration error: sum over bins of (n_b / N) |mean label - mean probability|, over bins of equal mass by
 * falling probability (their sizes differ by one row at most).
 */
export function ece(labels: ArrayLike<number>, probabilities: ArrayLike<number>, bins = 10): number {
  const order = byFallingScore(probabilities)
  let error = 0
  for (let bin = 0; bin < bins; bin++) {
    const from = Math.floor((bin * order.length) / bins)
    const to = Math.floor(((bin + 1) * order.length) / bins)
    let gap = 0
    for (let i = from; i < to; i++) gap += labels[order[i]!]! - probabilities[order[i]!]!
    error += Math.abs(gap)
  }
  return error / order.length
}

/**
 * How the log-odds of the labels follow those of the probabilities. `slope` is b of y ~ a + b logit(p): below 1 the
 * probabilities are too extreme. `intercept` is a of y ~ a + logit(p) (calibration in the large): above 0 they are
 * too low on the whole. Perfect: 1 and 0.
 *
 * Where the probabilities separate the classes without error, the slope is Infinity.
 */
export function calibrationLine(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): { readonly slope: number; readonly intercept: number } {
  needBothClasses(labels, 'the calibration line')
  const x = Float64Array.from({ length: labels.length }, (_, i) => logit(probabilities[i]!))
  const { intercept } = fitLogisticLine(x, labels, 1)
  return { slope: isSeparated(labels, x) ? Infinity : fitLogisticLine(x, labels).slope, intercept }
}

function isSeparated(labels: ArrayLike<number>, x: Float64Array): boolean {
  let lowestPositive = Infinity
  let highestNegative = -Infinity
  for (let i = 0; i < x.length; i++) {
    if (labels[i] === 1) lowestPositive = Math.min(lowestPositive, x[i]!)
    else highestNegative = Math.max(highestNegative, x[i]!)
  }
  return lowestPositive > highestNegative
}
