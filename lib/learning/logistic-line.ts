import { OttokError } from '../config/errors.ts'
import { sigmoid } from './sigmoid.ts'

/** The line `slope * x + intercept` in the log-odds. */
export interface LogisticLine {
  readonly slope: number
  readonly intercept: number
}

/**
 * Fits `P(y = 1) = sigmoid(slope * x + intercept)` by maximum likelihood: Newton's method with step halving, as Lin,
 * Lin and Weng, "A note on Platt's probabilistic outputs" (2007), without their soft targets, which the caller may
 * give as fractions.
 *
 * @param x one regressor a row
 * @param targets 0..1 a row
 * @param fixedSlope when given, only the intercept is fitted
 * @throws OttokError when the likelihood has no maximum (classes that `x` separates without error)
 */
export function fitLogisticLine(
  x: ArrayLike<number>,
  targets: ArrayLike<number>,
  fixedSlope: number | undefined = undefined,
): LogisticLine {
  let slope = fixedSlope ?? 0
  let intercept = 0
  let loss = lossOf(x, targets, slope, intercept)
  for (let iteration = 0; iteration < 200; iteration++) {
    let gradientA = 0
    let gradientB = 0
    let hessianAA = 1e-12
    let hessianAB = 0
    let hessianBB = 1e-12
    for (let i = 0; i < x.length; i++) {
      const p = sigmoid(slope * x[i]! + intercept)
      const difference = p - targets[i]!
      const spread = p * (1 - p)
      gradientB += difference
      hessianBB += spread
      if (fixedSlope === undefined) {
        gradientA += difference * x[i]!
        hessianAA += spread * x[i]! * x[i]!
        hessianAB += spread * x[i]!
      }
    }
    if (Math.abs(gradientA) < 1e-7 * x.length && Math.abs(gradientB) < 1e-7 * x.length) return { slope, intercept }
    const determinant = hessianAA * hessianBB - hessianAB * hessianAB
    const stepA = fixedSlope === undefined ? -(hessianBB * gradientA - hessianAB * gradientB) / determinant : 0
    const stepB =
      fixedSlope === undefined ? -(hessianAA * gradientB - hessianAB * gradientA) / determinant : -gradientB / hessianBB
    const descent = gradientA * stepA + gradientB * stepB
    let scale = 1
    for (; scale > 1e-12; scale /= 2) {
      const tried = lossOf(x, targets, slope + scale * stepA, intercept + scale * stepB)
      if (tried <= loss + 1e-4 * scale * descent) {
        slope += scale * stepA
        intercept += scale * stepB
        loss = tried
        break
      }
    }
    // No step makes it better: the rounding of the loss is reached, which is as good as the fit gets.
    if (scale <= 1e-12) return { slope, intercept }
  }
  throw new OttokError({
    what: `cannot fit a logistic line to ${x.length} rows`,
    cause: 'The likelihood grows without end: the regressor separates the two classes without error.',
    mend: 'Look for a leak in the features, or give more rows.',
  })
}

/** Negative log-likelihood in the form that cannot overflow. */
function lossOf(x: ArrayLike<number>, targets: ArrayLike<number>, slope: number, intercept: number): number {
  let loss = 0
  for (let i = 0; i < x.length; i++) {
    const margin = slope * x[i]! + intercept
    loss += Math.max(margin, 0) - margin * targets[i]! + Math.log1p(Math.exp(-Math.abs(margin)))
  }
  return loss
}
