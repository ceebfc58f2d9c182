import { OttokError } from '../../config/errors.ts'

/**
 * Row indices by falling score; equal scores keep their order.
 *
 * @throws OttokError when a score is NaN, since such rows have no rank
 */
export function byFallingScore(scores: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(scores.length)
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i]!)) {
      throw new OttokError({
        what: `cannot rank ${scores.length} scores`,
        cause: `Row ${i} has no score.`,
        mend: 'Leave rows without a score out before measuring.',
      })
    }
    order[i] = i
  }
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b)
}

/** Number of rows with label 1. */
export function positivesOf(labels: ArrayLike<number>): number {
  let positives = 0
  for (let i = 0; i < labels.length; i++) positives += labels[i]!
  return positives
}

/** Whether both labels, 0 and 1, occur: without both, ranking measures have no value. */
export function hasBothClasses(labels: ArrayLike<number>): boolean {
  const positives = positivesOf(labels)
  return positives > 0 && positives < labels.length
}

/** Throws when only one label occurs. */
export function needBothClasses(labels: ArrayLike<number>, measure: string): void {
  if (hasBothClasses(labels)) return
  throw new OttokError({
    what: `cannot compute ${measure} of ${labels.length} rows`,
    cause: labels.length === 0 ? 'There are no rows.' : `All labels are ${labels[0]}.`,
    mend: 'Measure on rows that hold both labels, for example on more days.',
  })
}
