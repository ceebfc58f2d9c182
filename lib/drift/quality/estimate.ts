/**
 * ROC-AUC that calibrated probabilities promise without any label (confidence-based performance estimation): at a
 * threshold, true positives are the sum of p above it, false positives the sum of 1 - p; trapezoids over the distinct
 * thresholds. O(n log n).
 *
 * It holds while probabilities stay calibrated. It sees that accounts have become harder to tell apart; it cannot see
 * that the same behaviour has come to mean something else.
 *
 * @returns null when the probabilities leave no doubt (all 0 or all 1), so that there is no curve
 */
export function estimateAuc(probabilities: ArrayLike<number>): number | null {
  const sorted = Float64Array.from(probabilities).sort().reverse()
  let positives = 0
  for (const p of sorted) positives += p
  const negatives = sorted.length - positives
  if (positives <= 0 || negatives <= 0) return null
  let area = 0
  let found = 0
  for (let i = 0; i < sorted.length; ) {
    const threshold = sorted[i]!
    let tied = 0
    for (; i < sorted.length && sorted[i] === threshold; i++) tied++
    area += tied * (1 - threshold) * (found + (tied * threshold) / 2)
    found += tied * threshold
  }
  return area / (positives * negatives)
}

/** Expected lift of the highest `share` of probabilities: their mean over the mean of all; null when all are 0. */
export function estimateLift(probabilities: ArrayLike<number>, share: number): number | null {
  const sorted = Float64Array.from(probabilities).sort().reverse()
  const taken = Math.max(1, Math.round(sorted.length * share))
  const mean = (values: Float64Array): number => values.reduce((sum, p) => sum + p, 0) / values.length
  const all = sorted.length > 0 ? mean(sorted) : 0
  return all > 0 ? mean(sorted.subarray(0, taken)) / all : null
}
