import { seededRandom } from 'ottok'

/** A difference of ROC-AUC with its 95% interval. */
export interface AucDifference {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * How much better `first` ranks than `second`, row by row of the same customers. The interval is the 2.5% to 97.5% range
 * of bootstrap replicates, each of which draws rows with replacement, the same ones for both.
 *
 * @param labels 0 or 1; every row is another customer's
 */
export function aucDifference(
  labels: Float32Array,
  first: Float32Array,
  second: Float32Array,
  { replicates = 1000, seed }: { readonly replicates?: number; readonly seed: number },
): AucDifference {
  const aucs = [first, second].map((scores) => drawnAuc(labels, scores))
  const difference = (drawn: Uint32Array) => aucs[0]!(drawn) - aucs[1]!(drawn)
  const random = seededRandom(seed)
  const drawn = new Uint32Array(labels.length)
  const differences = Float64Array.from({ length: replicates }, () => {
    drawn.fill(0)
    for (let draw = 0; draw < drawn.length; draw++) drawn[Math.floor(random() * drawn.length)]!++
    return difference(drawn)
  }).sort()
  const at = (share: number) => differences[Math.round(share * (replicates - 1))]!
  return { value: difference(drawn.fill(1)), low: at(0.025), high: at(0.975) }
}

/** Sorts once; then the AUC of any draw, given as how often each row was drawn, is one pass. Ties count half. */
function drawnAuc(labels: Float32Array, scores: Float32Array): (drawn: Uint32Array) => number {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!)
  return (drawn) => {
    let below = 0
    let positives = 0
    let pairs = 0
    for (let from = 0, to = 0; from < order.length; from = to) {
      let tiedPositives = 0
      let tiedNegatives = 0
      for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) {
        if (labels[order[to]!] === 1) tiedPositives += drawn[order[to]!]!
        else tiedNegatives += drawn[order[to]!]!
      }
      pairs += tiedPositives * (below + tiedNegatives / 2)
      below += tiedNegatives
      positives += tiedPositives
    }
    return pairs / (positives * below)
  }
}
