import { type ChurnModel, parseCalibration, parseEnsemble, parseProbabilityRange } from '../../lib/learning/index.ts'

/** A churn model as it is stored: one JSON document with the ONNX file in base64. */
export function encodeModel(model: ChurnModel): Uint8Array {
  const { onnx, ...rest } = model
  return Buffer.from(JSON.stringify({ ...rest, onnx: Buffer.from(onnx).toString('base64') }))
}

type StoredModel = Omit<ChurnModel, 'onnx' | 'calibration' | 'range'> & {
  readonly onnx: string
  readonly calibration: unknown
  readonly range: unknown
}

/** The parts of a stored model that scoring, explaining and drift need. */
export function decodeModel(bytes: Uint8Array) {
  const stored = JSON.parse(Buffer.from(bytes).toString('utf8')) as StoredModel
  return {
    ...stored,
    onnx: new Uint8Array(Buffer.from(stored.onnx, 'base64')),
    ensemble: parseEnsemble(stored.ensembleJson),
    calibration: parseCalibration(stored.calibration),
    range: parseProbabilityRange(stored.range),
  }
}
