import { byFallingScore, needBothClasses, positivesOf } from './order.ts'

/** Calls `visit` once for each group of equal scores, from the highest, with its counts of both labels. */
function tieGroups(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  visit: (positives: number, negatives: number) => void,
): void {
  const order = byFallingScore(scores)
  for (let i = 0; i < order.length; ) {
    const score = scores[order[i]!]!
    let positives = 0
    let rows = 0
    for (; i < order.length && scores[order[i]!]! === score; i++, rows++) positives += labels[order[i]!]!
    visit(positives, rows - positives)
  }
}

/**
 * Area under the ROC curve: the chance that a random positive outranks a random negative, ties counting half
 * (Mann-Whitney). Labels are 0 or 1.
 */
export function rocAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  needBothClasses(labels, 'ROC-AUC')
  let above = 0
  let pairs = 0
  tieGroups(labels, scores, (positives, negatives) => {
    pairs += negatives * (above + positives / 2)
    above += positives
  })
  return pairs / (above * (labels.length - above))
}

/**
 * Average precision: the sum over thresholds of (recall gained) x precision, without interpolation. Read it beside
 * the base rate, which is what random scores get.
 */
export function prAuc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  needBothClasses(labels, 'PR-AUC')
  const total = positivesOf(labels)
  let found = 0
  let taken = 0
  let area = 0
  tieGroups(labels, scores, (positives, negatives) => {
    found += positives
    taken += positives + negatives
    area += (positives / total) * (found / taken)
  })
  return area
}

/**
 * Share of positives among the highest `share` of scores (at least one row), divided by the base rate. Where equal
 * scores straddle the border, they count in proportion.
 *
 * @param share of rows, in (0, 1]
 */
export function liftAt(labels: ArrayLike<number>, scores: ArrayLike<number>, share: number): number {
  needBothClasses(labels, 'lift')
  const wanted = Math.max(1, Math.round(labels.length * share))
  let taken = 0
  let found = 0
  tieGroups(labels, scores, (positives, negatives) => {
    const rows = positives + negatives
    const used = Math.min(rows, wanted - taken)
    found += (positives * used) / rows
    taken += used
  })
  return found / wanted / (positivesOf(labels) / labels.length)
}

/** Kolmogorov-Smirnov distance: the largest gap between the score distributions of positives and negatives. */
export function ksDistance(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  needBothClasses(labels, 'the KS distance')
  const total = positivesOf(labels)
  let found = 0
  let passed = 0
  let largest = 0
  tieGroups(labels, scores, (positives, negatives) => {
    found += positives
    passed += negatives
    largest = Math.max(largest, Math.abs(found / total - passed / (labels.length - total)))
  })
  return largest
}
