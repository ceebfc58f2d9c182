import { type Matrix, seededRandom, sharedMatrix, sigmoid } from '../../../../lib/learning/index.ts'

/** Rows whose label depends on the first columns; the others are noise. */
export interface SampleData {
  readonly matrix: Matrix
  readonly labels: Float32Array
  /** The probability that the label was drawn from. */
  readonly truth: Float64Array
}

/** Made rows: normal, count, binary and ratio columns in turn, a share of the values missing. */
export function sampleData(rows: number, columns: number, seed: number, missing = 0.1): SampleData {
  const random = seededRandom(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const matrix = sharedMatrix(rows, columns)
  const labels = new Float32Array(rows)
  const truth = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let margin = -1
    for (let column = 0; column < columns; column++) {
      const kind = column % 4
      const value =
        kind === 0 ? normal() : kind === 1 ? Math.floor(random() * 20) : kind === 2 ? +(random() < 0.3) : random() ** 3
      const isMissing = random() < missing
      matrix.data[row * columns + column] = isMissing ? Number.NaN : value
      if (isMissing) margin += column === 0 ? 0.7 : 0
      else if (column === 0) margin += 0.8 * value
      else if (column === 1) margin -= 0.08 * value
      else if (column === 2) margin += value * 0.9
      else if (column === 3) margin += value > 0.5 ? 0.6 : -0.3
    }
    truth[row] = sigmoid(margin)
    labels[row] = +(random() < truth[row]!)
  }
  return { matrix, labels, truth }
}

/** Parameters that most tests train with. */
export const someParams = {
  eta: 0.1,
  maxDepth: 6,
  minChildWeight: 1,
  subsample: 0.8,
  colsampleByTree: 0.8,
  lambda: 1,
} as const
