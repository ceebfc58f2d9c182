import { OttokError } from '../config/errors.ts'

/** What an empty bin's share is taken for, so that the logarithm is finite. */
const leastShare = 1e-4

/**
 * Population stability index: sum over bins of (r - c) ln(r / c), with r and c the bin's shares of reference and
 * current rows; shares of 0 become 1e-4. Below 0.1 stable, 0.1 to 0.25 watch, above 0.25 act.
 *
 * @param reference rows by bin where the model was trained
 * @param current rows by the same bins now
 * @throws OttokError when the bins differ in number or either side has no rows
 */
export function psi(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const referenceRows = total(reference)
  const currentRows = total(current)
  if (reference.length !== current.length || referenceRows === 0 || currentRows === 0) {
    throw new OttokError({
      what: 'cannot compute the PSI',
      cause: `The reference has ${referenceRows} rows in ${reference.length} bins, the current data ${currentRows} rows in ${current.length} bins.`,
      mend: 'Count both with the edges of the reference, on at least one row.',
    })
  }
  let sum = 0
  for (let bin = 0; bin < reference.length; bin++) {
    const r = reference[bin]! / referenceRows || leastShare
    const c = current[bin]! / currentRows || leastShare
    sum += (r - c) * Math.log(r / c)
  }
  return sum
}

/** Number of rows over all bins. */
export function total(counts: ArrayLike<number>): number {
  let rows = 0
  for (let i = 0; i < counts.length; i++) rows += counts[i]!
  return rows
}
