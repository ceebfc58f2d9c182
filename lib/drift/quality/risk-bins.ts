/** A twentieth of the rows of a day, by falling margin. */
export interface RiskBin {
  readonly rows: number
  readonly positives: number
  /** Sum of the probabilities. */
  readonly expected: number
}

/** Twentieths: lift is read off at 5% and 10%, calibration from pairs of them. */
const binCount = 20

/** Cuts rows into twentieths by falling margin; sizes differ by one row at most. Equal margins keep their order. */
export function riskBins(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  margins: ArrayLike<number>,
): RiskBin[] {
  const order = Uint32Array.from({ length: labels.length }, (_, row) => row)
  order.sort((a, b) => margins[b]! - margins[a]! || a - b)
  return Array.from({ length: binCount }, (_, bin) => {
    const rows = order.subarray(
      Math.floor((bin * order.length) / binCount),
      Math.floor(((bin + 1) * order.length) / binCount),
    )
    let positives = 0
    let expected = 0
    for (const row of rows) {
      positives += labels[row]!
      expected += probabilities[row]!
    }
    return { rows: rows.length, positives, expected }
  })
}

/** Adds the bins of several days up, bin by bin. */
export function addBins(days: readonly (readonly RiskBin[])[]): RiskBin[] {
  return Array.from({ length: binCount }, (_, bin) => {
    const sum = { rows: 0, positives: 0, expected: 0 }
    for (const bins of days) {
      sum.rows += bins[bin]!.rows
      sum.positives += bins[bin]!.positives
      sum.expected += bins[bin]!.expected
    }
    return sum
  })
}

/** A point of a calibration plot: what was said of a tenth of the rows, and what came. */
export interface CalibrationPoint {
  readonly predicted: number
  readonly observed: number
  readonly rows: number
}

/** Tenths of the rows, each with its mean probability and its share of leavers. Empty tenths are left out. */
export function calibrationPoints(bins: readonly RiskBin[]): CalibrationPoint[] {
  const points: CalibrationPoint[] = []
  for (let bin = 0; bin < bins.length; bin += 2) {
    const [first, second] = [bins[bin]!, bins[bin + 1]!]
    const rows = first.rows + second.rows
    if (rows === 0) continue
    points.push({
      predicted: (first.expected + second.expected) / rows,
      observed: (first.positives + second.positives) / rows,
      rows,
    })
  }
  return points
}

/** A point of a lift chart: the riskiest `share` of accounts holds `found` of all who leave. */
export interface GainPoint {
  readonly share: number
  readonly found: number
}

/** Share of leavers among the riskiest `share` of accounts, between the points in proportion; null where nobody left. */
export function foundAt(points: readonly GainPoint[], share: number): number | null {
  const next = points.findIndex((point) => point.share >= share)
  const [below, above] = [points[next - 1], points[next]]
  if (!above) return null
  if (!below || above.share === below.share) return above.found
  return below.found + ((share - below.share) / (above.share - below.share)) * (above.found - below.found)
}

/** Shares of leavers among the riskiest 0, 5, ... 100% of accounts; empty where nobody left. */
export function gainPoints(bins: readonly RiskBin[]): GainPoint[] {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0)
  const positives = bins.reduce((sum, bin) => sum + bin.positives, 0)
  if (positives === 0) return []
  const points: GainPoint[] = [{ share: 0, found: 0 }]
  let taken = 0
  let found = 0
  for (const bin of bins) {
    taken += bin.rows
    found += bin.positives
    points.push({ share: taken / rows, found: found / positives })
  }
  return points
}
