import { OttokError } from '../../config/errors.ts'
import { sigmoid } from '../sigmoid.ts'

/** How far the ONNX model is from the library that trained it. */
export interface Parity {
  readonly rows: number
  /** Largest absolute difference of a probability. */
  readonly probability: number
  /** Largest absolute difference of a margin. */
  readonly margin: number
}

/** The largest difference of a probability with which a model may be stored. */
export const parityLimit = 1e-6

/**
 * Compares margins of the training library with what the ONNX model gave for the same rows. A NaN on either side
 * counts as an infinite difference.
 */
export function compareParity(
  reference: Float32Array,
  scored: { readonly margins: Float32Array; readonly probabilities: Float32Array },
): Parity {
  let probability = 0
  let margin = 0
  for (let i = 0; i < reference.length; i++) {
    const marginGap = Math.abs(reference[i]! - scored.margins[i]!)
    const probabilityGap = Math.abs(sigmoid(reference[i]!) - scored.probabilities[i]!)
    margin = Math.max(margin, Number.isNaN(marginGap) ? Infinity : marginGap)
    probability = Math.max(probability, Number.isNaN(probabilityGap) ? Infinity : probabilityGap)
  }
  return { rows: reference.length, probability, margin }
}

/** Throws when `parity` is past `parityLimit`: such a model must not be stored. */
export function checkParity(parity: Parity, modelVersion: string): void {
  if (parity.probability <= parityLimit) return
  throw new OttokError({
    what: `model ${modelVersion} is refused`,
    cause: `Its ONNX form differs from XGBoost by ${parity.probability} in probability on ${parity.rows} rows; at most ${parityLimit} is allowed.`,
    mend: 'Report this as a fault of ottok, with the versions that `ottok doctor` prints.',
  })
}
