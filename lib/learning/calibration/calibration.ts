import * as z from 'zod'
import { positivesOf } from '../metrics/index.ts'
import { sigmoid } from '../sigmoid.ts'
import { applyIsotonic, fitIsotonic, type IsotonicCalibration } from './isotonic.ts'
import { fitPlatt, type PlattCalibration } from './platt.ts'

/** How a margin becomes a probability. Plain data: store it as JSON, read it with `parseCalibration`. */
export type Calibration = PlattCalibration | IsotonicCalibration

const calibrationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('platt'), slope: z.number(), intercept: z.number() }),
  z.object({ kind: z.literal('isotonic'), margins: z.array(z.number()).min(1), probabilities: z.array(z.number()) }),
])

/** Positives from which the isotonic curve is better founded than Platt's two numbers. */
const isotonicFrom = 1000

/** Fits the calibration that the number of positives allows: isotonic from 1,000, else Platt's. */
export function fitCalibration(margins: ArrayLike<number>, labels: ArrayLike<number>): Calibration {
  return positivesOf(labels) >= isotonicFrom ? fitIsotonic(margins, labels) : fitPlatt(margins, labels)
}

/** The calibrated probability of a margin. */
export function calibrate(calibration: Calibration, margin: number): number {
  return calibration.kind === 'platt'
    ? sigmoid(calibration.slope * margin + calibration.intercept)
    : applyIsotonic(calibration, margin)
}

/** The calibrated probabilities of many margins. */
export function calibrateAll(calibration: Calibration, margins: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: margins.length }, (_, i) => calibrate(calibration, margins[i]!))
}

/** Reads a calibration from parsed JSON; throws a ZodError when it is none. */
export function parseCalibration(json: unknown): Calibration {
  return calibrationSchema.parse(json)
}
