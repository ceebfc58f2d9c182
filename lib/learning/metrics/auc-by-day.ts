import { seededRandom } from '../random.ts'
import { needBothClasses } from './order.ts'

/** A value with its 95% interval. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly standardError: number
}

/** Rows whose ranking is measured; all arrays are of one length. */
export interface ScoredRows {
  /** 0 or 1. */
  readonly labels: ArrayLike<number>
  readonly scores: ArrayLike<number>
  /** Whose row it is: the rows of one user are drawn together. */
  readonly userIds: readonly string[]
  /** Snapshot day, `YYYY-MM-DD`. */
  readonly days: readonly string[]
}

/** How the interval is drawn. */
export interface BootstrapOptions {
  readonly replicates?: number
  readonly seed: number
}

/**
 * The headline measure: the mean of the ROC-AUC of each snapshot day. Pooling days instead would mix their base rates.
 * Neighbouring days are taken together until a group holds `leastOfEachClass` rows of each label, since the AUC of a
 * handful of positives says nothing. The interval is the 2.5% to 97.5% range of bootstrap replicates that draw whole
 * users with replacement.
 *
 * @returns the interval and the number of groups whose mean it is
 * @throws OttokError when only one label occurs
 */
export function aucByDay(
  rows: ScoredRows,
  options: BootstrapOptions & { readonly leastOfEachClass?: number },
): Interval & { readonly groups: number } {
  needBothClasses(rows.labels, 'ROC-AUC by day')
  const groups = dayGroups(rows, options.leastOfEachClass ?? 10)
  return {
    ...bootstrapMeanAuc(rows, groups, options),
    groups: groups.reduce((most, group) => Math.max(most, group), 0) + 1,
  }
}

/** The ROC-AUC of all rows together, with the same bootstrap as `aucByDay`. */
export function pooledAuc(rows: ScoredRows, options: BootstrapOptions): Interval {
  needBothClasses(rows.labels, 'ROC-AUC')
  return bootstrapMeanAuc(rows, new Uint32Array(rows.labels.length), options)
}

/** Group number of each row; groups are runs of days, and what is left over at the end joins the last whole one. */
function dayGroups({ labels, days }: ScoredRows, least: number): Uint32Array {
  const counts = new Map<string, [number, number]>()
  days.forEach((day, i) => {
    const count = counts.get(day) ?? [0, 0]
    count[labels[i] === 1 ? 1 : 0]++
    counts.set(day, count)
  })
  const groupOf = new Map<string, number>()
  let group = 0
  let held: [number, number] = [0, 0]
  for (const day of [...counts.keys()].sort()) {
    const [negatives, positives] = counts.get(day)!
    held = [held[0] + negatives, held[1] + positives]
    groupOf.set(day, group)
    if (held[0] >= least && held[1] >= least) {
      group++
      held = [0, 0]
    }
  }
  const last = Math.max(0, group - 1)
  return Uint32Array.from(days, (day) => Math.min(groupOf.get(day)!, last))
}

/** Sorts once; each replicate is one pass over the sorted rows with the number of times that each user was drawn. */
function bootstrapMeanAuc(rows: ScoredRows, groups: Uint32Array, options: BootstrapOptions): Interval {
  const { labels, scores } = rows
  const order = new Uint32Array(labels.length).map((_, i) => i)
  order.sort((a, b) => groups[a]! - groups[b]! || scores[a]! - scores[b]!)
  const numberOf = new Map<string, number>()
  for (const user of rows.userIds) if (!numberOf.has(user)) numberOf.set(user, numberOf.size)
  const users = Uint32Array.from(order, (row) => numberOf.get(rows.userIds[row]!)!)
  const positive = Uint8Array.from(order, (row) => labels[row]!)
  // 1 where a row begins a group of equal scores, 2 where it begins a group of days.
  const begins = Uint8Array.from(order, (row, i) => {
    if (i === 0 || groups[order[i - 1]!] !== groups[row]) return 2
    return scores[order[i - 1]!] === scores[row] ? 0 : 1
  })

  const drawn = new Uint32Array(numberOf.size).fill(1)
  const value = meanAuc(users, positive, begins, drawn)
  const random = seededRandom(options.seed)
  const replicates: number[] = []
  for (let i = 0; i < (options.replicates ?? 200); i++) {
    drawn.fill(0)
    for (let draw = 0; draw < drawn.length; draw++) drawn[Math.floor(random() * drawn.length)]!++
    const replicate = meanAuc(users, positive, begins, drawn)
    // A draw without both labels has no AUC; it can happen only with a handful of users.
    if (!Number.isNaN(replicate)) replicates.push(replicate)
  }
  replicates.sort((a, b) => a - b)
  const mean = replicates.reduce((sum, x) => sum + x, 0) / replicates.length
  const variance = replicates.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, replicates.length - 1)
  return {
    value,
    low: quantile(replicates, 0.025),
    high: quantile(replicates, 0.975),
    standardError: Math.sqrt(variance),
  }
}

/** Mean AUC over groups that hold both labels; NaN when none does. */
function meanAuc(users: Uint32Array, positive: Uint8Array, begins: Uint8Array, drawn: Uint32Array): number {
  let sum = 0
  let groups = 0
  let pairs = 0
  let negatives = 0
  let positives = 0
  let tiedNegatives = 0
  let tiedPositives = 0
  const endTie = (): void => {
    pairs += tiedPositives * (negatives + tiedNegatives / 2)
    negatives += tiedNegatives
    positives += tiedPositives
    tiedNegatives = 0
    tiedPositives = 0
  }
  const endGroup = (): void => {
    endTie()
    if (negatives > 0 && positives > 0) {
      sum += pairs / (negatives * positives)
      groups++
    }
    pairs = 0
    negatives = 0
    positives = 0
  }
  for (let i = 0; i < users.length; i++) {
    if (begins[i] === 2) endGroup()
    else if (begins[i] === 1) endTie()
    if (positive[i] === 1) tiedPositives += drawn[users[i]!]!
    else tiedNegatives += drawn[users[i]!]!
  }
  endGroup()
  return sum / groups
}

/** Quantile of sorted numbers, linear between neighbours. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
