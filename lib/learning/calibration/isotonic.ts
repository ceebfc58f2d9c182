/**
 * A rising curve through (margins[i], probabilities[i]), linear between its points and level beyond its ends. Both
 * arrays rise.
 */
export interface IsotonicCalibration {
  readonly kind: 'isotonic'
  readonly margins: readonly number[]
  readonly probabilities: readonly number[]
}

interface Block {
  first: number
  last: number
  positives: number
  rows: number
}

/**
 * Isotonic regression by pool adjacent violators. Each block of equal probability becomes its first and last margin;
 * its probability is kept within [0.5 / (n + 1), 1 - 0.5 / (n + 1)] for n rows, so that no finite sample claims
 * certainty. Use it from about 1,000 positives; it makes ties, so rank by the margin.
 */
export function fitIsotonic(margins: ArrayLike<number>, labels: ArrayLike<number>): IsotonicCalibration {
  const order = new Uint32Array(margins.length).map((_, i) => i).sort((a, b) => margins[a]! - margins[b]!)
  const blocks: Block[] = []
  for (const row of order) {
    const margin = margins[row]!
    const top = blocks.at(-1)
    // Equal margins must get equal probabilities, so they begin as one block.
    if (top !== undefined && top.first === margin) {
      top.positives += labels[row]!
      top.rows++
    } else {
      pool(blocks)
      blocks.push({ first: margin, last: margin, positives: labels[row]!, rows: 1 })
    }
  }
  pool(blocks)

  const points = blocks.flatMap(({ first, last, positives, rows }) => {
    const edge = 0.5 / (rows + 1)
    const probability = Math.min(Math.max(positives / rows, edge), 1 - edge)
    return first === last ? [{ margin: first, probability }] : [first, last].map((margin) => ({ margin, probability }))
  })
  // Keeping small blocks away from 0 and 1 can bend the curve down; a running maximum mends that.
  let highest = 0
  const probabilities = points.map(({ probability }) => {
    highest = Math.max(highest, probability)
    return highest
  })
  return { kind: 'isotonic', margins: points.map(({ margin }) => margin), probabilities }
}

/** Merges blocks from the top while a lower one has a mean that is not below the next. */
function pool(blocks: Block[]): void {
  while (blocks.length > 1) {
    const top = blocks.at(-1)!
    const below = blocks.at(-2)!
    if (below.positives * top.rows < top.positives * below.rows) return
    blocks.pop()
    below.last = top.last
    below.positives += top.positives
    below.rows += top.rows
  }
}

/** The curve's probability at a margin. */
export function applyIsotonic({ margins, probabilities }: IsotonicCalibration, margin: number): number {
  let low = 0
  let high = margins.length - 1
  if (margin <= margins[0]!) return probabilities[0]!
  if (margin >= margins[high]!) return probabilities[high]!
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (margins[middle]! <= margin) low = middle
    else high = middle
  }
  const share = (margin - margins[low]!) / (margins[high]! - margins[low]!)
  return probabilities[low]! + share * (probabilities[high]! - probabilities[low]!)
}
