/**
 * The value that a chi-square variable of `degrees` degrees of freedom stays below with probability `level`: bisection
 * on the regularised lower incomplete gamma function, to 1e-9 relative.
 */
export function chi2Quantile(level: number, degrees: number): number {
  let low = 0
  let high = Math.max(1, degrees)
  while (lowerGamma(degrees / 2, high / 2) < level) high *= 2
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2
    if (lowerGamma(degrees / 2, middle / 2) < level) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * The PSI that chance alone stays below with probability `level` when nothing has moved: chi2 of (bins - 1) degrees
 * times (1/n + 1/m). Small samples pass 0.1 by themselves; this says when.
 *
 * @param bins bins that hold rows on either side
 */
export function psiNoise(bins: number, referenceRows: number, currentRows: number, level = 0.99): number {
  return chi2Quantile(level, Math.max(1, bins - 1)) * (1 / referenceRows + 1 / currentRows)
}

/** Regularised lower incomplete gamma function P(a, x) by its series, sum of x^n / (a (a+1) ... (a+n)). */
function lowerGamma(a: number, x: number): number {
  if (x === 0) return 0
  let term = 1 / a
  let sum = term
  for (let n = 1; term > sum * 1e-15; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a))
}

/** ln Gamma(a) by Stirling's series after shifting a above 10. */
function logGamma(a: number): number {
  let shift = 0
  let z = a
  for (; z < 10; z++) shift += Math.log(z)
  const z2 = z * z
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / z2) / z2) / z2) / z
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - shift
}
