import { OttokError } from '../config/errors.ts'
import { countBins, type Distribution, type Matrix } from '../learning/index.ts'
import { psiNoise } from './chi2.ts'
import { psi, total } from './psi.ts'

/** How far a column has moved from where the model was trained. */
export interface Drift {
  readonly psi: number
  /** PSI that chance alone stays below in 99 of 100 cases, for these numbers of rows. */
  readonly noise: number
  /** By PSI alone: below 0.1, up to 0.25, above. */
  readonly level: 'stable' | 'watch' | 'act'
  /** PSI above 0.25, or above both 0.1 and the noise. */
  readonly alert: boolean
  readonly rows: number
  readonly missingShare: number
}

/** Judges current counts, made by `countBins` (or the same edges in SQL), against a reference. */
export function driftOf(reference: Distribution, counts: ArrayLike<number>): Drift {
  const value = psi(reference.counts, counts)
  const rows = total(counts)
  const used = reference.counts.filter((count, bin) => count > 0 || counts[bin]! > 0).length
  const noise = psiNoise(used, total(reference.counts), rows)
  return {
    psi: value,
    noise,
    level: value < 0.1 ? 'stable' : value <= 0.25 ? 'watch' : 'act',
    alert: value > 0.25 || (value > 0.1 && value > noise),
    rows,
    missingShare: counts[counts.length - 1]! / rows,
  }
}

/**
 * Drift of every column of a matrix.
 *
 * @param columns names of its columns, in order; each must be in `reference`
 * @throws OttokError for a column without a reference
 */
export function matrixDrift(
  reference: Readonly<Record<string, Distribution>>,
  matrix: Matrix,
  columns: readonly string[],
): ReadonlyMap<string, Drift> {
  return new Map(
    columns.map((name, index) => {
      const distribution = reference[name]
      if (distribution === undefined) {
        throw new OttokError({
          what: `cannot measure the drift of ${name}`,
          cause: 'The model has no reference for it.',
          mend: 'Give the features that the model was trained on.',
        })
      }
      return [name, driftOf(distribution, countBins(distribution.edges, matrix.data, index, matrix.columns))]
    }),
  )
}
