/** The AUC that a perfect observer of the latent state would reach: the noise ceiling of a world. */

export interface AttainableAuc {
  readonly accounts: number
  /** Mean probability of churn. */
  readonly baseRate: number
  /** Plug-in estimates from half of the futures and from all, and the estimate without their leading bias. */
  readonly half: number
  readonly full: number
  readonly auc: number
  /**
   * Ranked by one half of the futures and judged by the other, both ways: never above AUC* but by chance. Where all p
   * are alike `auc` keeps some 0.6 of the plug-in's excess, which then falls with the root of M, and this is 0.5.
   */
  readonly crossed: number
}

/** Churns of an account among the futures of each half. */
export type ChurnCounts = readonly [firstHalf: number, secondHalf: number]

/**
 * AUC* = sum p_i (1 - p_j) [1(p_i > p_j) + 1/2 1(p_i = p_j)] / sum p_i (1 - p_j), over ordered pairs of accounts.
 * Estimated p overstates it by about b / M for M futures, so 2 A(M) - A(M/2) removes the leading term (SIMULATOR.md).
 * NaN when nobody, or everybody, churns.
 */
export function attainableAuc(counts: readonly ChurnCounts[], futures: number): AttainableAuc {
  const all = counts.map(([first, second]) => first + second)
  const full = plugInAuc(all, futures)
  const halves = [counts.map(([first]) => first), counts.map(([, second]) => second)]
  const half = halves.reduce((sum, each) => sum + plugInAuc(each, futures / 2), 0) / 2
  const baseRate = all.reduce((sum, churned) => sum + churned, 0) / (all.length * futures)
  const [first, second] = [counts.map(([churned]) => churned), counts.map(([, churned]) => churned)]
  const judge = (ranks: readonly number[], judges: readonly number[]): number =>
    observersAuc(
      ranks,
      judges.map((churned) => [churned, 0] as const),
      futures / 2,
    )
  const crossed = (judge(first, second) + judge(second, first)) / 2
  return { accounts: counts.length, baseRate, half, full, auc: 2 * full - half, crossed }
}

/**
 * AUC of an observer who ranks the accounts by `scores` (larger = more at risk): the same formula with [s_i > s_j] in place
 * of [p_i > p_j]. Unbiased, since the scores know nothing of the futures. NaN when nobody, or everybody, churns.
 */
export function observersAuc(scores: readonly number[], counts: readonly ChurnCounts[], futures: number): number {
  const order = scores.map((_, index) => index).sort((a, b) => (scores[a] as number) - (scores[b] as number))
  let concordant = 0
  let positives = 0
  let negatives = 0
  let selfPairs = 0
  for (let from = 0; from < order.length; ) {
    let [tiedPositives, tiedNegatives, own] = [0, 0, 0]
    const score = scores[order[from] as number]
    for (; from < order.length && scores[order[from] as number] === score; from += 1) {
      const [first, second] = counts[order[from] as number] as ChurnCounts
      const p = (first + second) / futures
      tiedPositives += p
      tiedNegatives += 1 - p
      own += p * (1 - p)
    }
    concordant += tiedPositives * negatives + (tiedPositives * tiedNegatives - own) / 2
    positives += tiedPositives
    negatives += tiedNegatives
    // An account is no pair with itself.
    selfPairs += own
  }
  return concordant / (positives * negatives - selfPairs)
}

/** The plug-in formula over p = churned / futures; linear in accounts, since p takes few values. */
function plugInAuc(churned: readonly number[], futures: number): number {
  const sizes = new Float64Array(futures + 1)
  for (const count of churned) sizes[count] = (sizes[count] as number) + 1
  let negativesBelow = 0
  let concordant = 0
  let positives = 0
  let own = 0
  for (let count = 0; count <= futures; count += 1) {
    const p = count / futures
    const size = sizes[count] as number
    concordant += size * p * (negativesBelow + (size * (1 - p)) / 2)
    // An account is no pair with itself.
    own += size * p * (1 - p)
    negativesBelow += size * (1 - p)
    positives += size * p
  }
  return (concordant - own / 2) / (positives * negativesBelow - own)
}
