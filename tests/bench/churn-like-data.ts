import { seededRandom } from '../../lib/learning/random.ts'

/** Rows that look like a snapshot of subscribers: skewed, partly missing, with a label that needs interactions. */
export interface ChurnLikeData {
  readonly rows: number
  readonly columns: number
  /** Row-major, a missing value is NaN. */
  readonly data: Float32Array
  /** 0 or 1 a row; about one in eight is 1. */
  readonly labels: Float32Array
}

const MISSING_SHARE = 0.05

/** Equal arguments give equal data. The first twelve columns carry the signal; the others are noise of the same shapes. */
export function churnLikeData(rows: number, columns: number, seed: number): ChurnLikeData {
  const random = seededRandom(seed)
  const data = new Float32Array(rows * columns)
  const labels = new Float32Array(rows)
  const full = new Float32Array(columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) full[column] = value(column, random)
    labels[row] = random() < churnProbability(full) ? 1 : 0
    for (let column = 0; column < columns; column++) {
      data[row * columns + column] = random() < MISSING_SHARE ? Number.NaN : full[column]!
    }
  }
  return { rows, columns, data, labels }
}

/** By turns: a share, seconds watched (exponential), a small count, a switch. */
function value(column: number, random: () => number): number {
  const u = random()
  if (column % 4 === 0) return u
  if (column % 4 === 1) return -Math.log(1 - u) * 3600
  if (column % 4 === 2) return Math.floor(u * u * 30)
  return u < 0.5 ? 0 : 1
}

function churnProbability(x: Float32Array): number {
  const habit = Math.log1p(x[1]! / 3600) + Math.log1p(x[5]! / 3600) * x[3]!
  const margin =
    -1.6 - 1.8 * habit + 2.2 * x[0]! * x[4]! + (x[7]! === 1 && x[2]! < 4 ? 1.2 : 0) + 0.05 * x[6]! - x[8]! * x[11]!
  return 1 / (1 + Math.exp(-margin))
}
