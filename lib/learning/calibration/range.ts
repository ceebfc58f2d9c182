import * as z from 'zod'
import { positivesOf } from '../metrics/index.ts'
import { seededRandom } from '../random.ts'
import { type Calibration, calibrate, fitCalibration } from './calibration.ts'

/**
 * Between which probabilities the calibrated one lies, by margin: two rising curves through (margins[i], low[i]) and
 * (margins[i], high[i]), linear between their points and level beyond their ends. Plain data.
 */
export interface ProbabilityRange {
  readonly margins: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

export interface RangeRows {
  readonly margins: ArrayLike<number>
  readonly labels: ArrayLike<number>
  /** Whose row it is: the rows of one user are drawn together. */
  readonly userIds: readonly string[]
}

const rangeSchema = z.object({
  margins: z.array(z.number()).min(1),
  low: z.array(z.number()),
  high: z.array(z.number()),
})

const points = 60
const replicates = 80

/**
 * The 80% range of the calibrated probability: the 10% and 90% quantiles over bootstrap replicates, which draw whole users
 * of the calibration slice with replacement and fit the calibration anew. It tells how well the calibration is known, not
 * how far models of other training rows would differ.
 */
export function fitProbabilityRange(rows: RangeRows, calibration: Calibration, seed: number): ProbabilityRange {
  const grid = quantilePoints(rows.margins)
  const random = seededRandom(seed)
  const rowsOf = [...groupByUser(rows.userIds).values()]
  const curves: Float64Array[] = []
  while (curves.length < replicates) {
    const drawn = Array.from({ length: rowsOf.length }, () => rowsOf[Math.floor(random() * rowsOf.length)]!).flat()
    const labels = Float32Array.from(drawn, (row) => rows.labels[row]!)
    const positives = positivesOf(labels)
    // A handful of users can be drawn with one label only, which no calibration can be fitted to.
    if (positives === 0 || positives === labels.length) continue
    const fitted = fitCalibration(
      Float32Array.from(drawn, (row) => rows.margins[row]!),
      labels,
    )
    curves.push(Float64Array.from(grid, (margin) => calibrate(fitted, margin)))
  }
  const own = grid.map((margin) => calibrate(calibration, margin))
  const at = (share: number) => (_: number, i: number) => {
    const values = Float64Array.from(curves, (curve) => curve[i]!).sort()
    return values[Math.round(share * (values.length - 1))]!
  }
  // The probability that is shown lies in its own range, also where the replicates lean to one side.
  return {
    margins: grid,
    low: grid.map(at(0.1)).map((low, i) => Math.min(low, own[i]!)),
    high: grid.map(at(0.9)).map((high, i) => Math.max(high, own[i]!)),
  }
}

/** The range at a margin, around the calibrated probability there. */
export function rangeAt(range: ProbabilityRange, margin: number, probability: number): readonly [number, number] {
  const { margins } = range
  let low = 0
  let high = margins.length - 1
  if (margin <= margins[0]!) high = 0
  else if (margin >= margins[high]!) low = high
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (margins[middle]! <= margin) low = middle
    else high = middle
  }
  const share = low === high ? 0 : (margin - margins[low]!) / (margins[high]! - margins[low]!)
  const between = (curve: readonly number[]): number => curve[low]! + share * (curve[high]! - curve[low]!)
  return [Math.min(probability, between(range.low)), Math.max(probability, between(range.high))]
}

/** Reads a range from parsed JSON; throws a ZodError when it is none. */
export function parseProbabilityRange(json: unknown): ProbabilityRange {
  return rangeSchema.parse(json)
}

function quantilePoints(margins: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(margins).sort()
  const picked = Array.from({ length: points }, (_, i) => sorted[Math.round((i / (points - 1)) * (sorted.length - 1))]!)
  return [...new Set(picked)]
}

function groupByUser(userIds: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [row, user] of userIds.entries()) {
    const group = groups.get(user)
    if (group) group.push(row)
    else groups.set(user, [row])
  }
  return groups
}
