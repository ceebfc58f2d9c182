import { OttokError } from '../../config/errors.ts'
import {
  type Calibration,
  calibrateAll,
  fitCalibration,
  fitProbabilityRange,
  type ProbabilityRange,
} from '../calibration/index.ts'
import type { Matrix } from '../matrix.ts'
import { gainImportance, parseEnsemble, type TreeEnsemble } from '../model/index.ts'
import { checkParity, compareParity, type ModelSignature, type Parity, writeOnnx } from '../onnx/index.ts'
import { type Distribution, distributionOf } from '../reference/index.ts'
import { loadScorer } from '../scoring/index.ts'
import type { SliceName } from '../validation/index.ts'
import { openXgboost, type TrainedModel, type TreeParams, type Xgboost } from '../xgboost/index.ts'
import { type ChurnQuality, measureQuality } from './quality.ts'
import type { ChurnSlices } from './rows.ts'

/** What a churn model is made from. */
export interface ChurnTraining {
  readonly slices: ChurnSlices
  /** Names of the matrix's columns, in order. */
  readonly features: readonly string[]
  /** Version that its scores will be stamped with. */
  readonly modelVersion: string
  readonly seed: number
  readonly params?: Partial<TreeParams>
  /** Greatest number of trees (600). */
  readonly rounds?: number
  /** Path of XGBoost's C library from the settings. */
  readonly library?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A trained model with all that is stored beside it. Plain data but for `onnx`. */
export interface ChurnModel {
  /** The model file that scores. */
  readonly onnx: Uint8Array
  /** XGBoost's own JSON, which explanations are computed from (`parseEnsemble`). */
  readonly ensembleJson: string
  readonly signature: ModelSignature
  readonly calibration: Calibration
  /** The 80% range of the calibrated probability. */
  readonly range: ProbabilityRange
  readonly quality: ChurnQuality
  readonly parity: Parity
  /** Share of each feature in the loss saved, by falling share. */
  readonly importance: readonly { readonly feature: string; readonly share: number }[]
  /** How each feature was distributed in the train slice, and the calibrated scores in the test slice. */
  readonly reference: { readonly features: Readonly<Record<string, Distribution>>; readonly scores: Distribution }
  readonly trees: number
  readonly history: TrainedModel['history']
  readonly sliceRows: Readonly<Record<SliceName, number>>
}

/** Careful defaults for tens of thousands of rows; early stopping chooses the number of trees. */
const defaultParams: TreeParams = {
  eta: 0.05,
  maxDepth: 5,
  minChildWeight: 5,
  subsample: 0.8,
  colsampleByTree: 0.8,
  lambda: 1,
}
const earlyStopping = 40
const parityRows = 100_000

/**
 * Trains on `train`, stops by `tune`, fits the calibration on `calibrate` and measures on `test`.
 *
 * @returns the model; the same input gives the same model for the same version of the library
 * @throws OttokError when a slice holds one label only, or when the ONNX form differs from XGBoost by more than 1e-6
 */
export async function trainChurnModel(training: ChurnTraining): Promise<ChurnModel> {
  const { slices, features, seed, signal } = training
  checkSlices(training)
  const xgboost = await openXgboost({ library: training.library })
  try {
    const trained = await xgboost.train(
      {
        matrix: slices.train.matrix,
        labels: slices.train.labels,
        valid: { matrix: slices.tune.matrix, labels: slices.tune.labels },
        params: { ...defaultParams, ...training.params },
        rounds: training.rounds ?? 600,
        earlyStopping,
        seed,
      },
      signal,
    )
    const ensemble = parseEnsemble(trained.modelJson)
    const signature = { features, modelVersion: training.modelVersion, xgboostVersion: xgboost.version }
    const onnx = await writeOnnx(ensemble, signature)
    const scored = await scoreSlices(xgboost, trained.modelJson, onnx, training)
    checkParity(scored.parity, training.modelVersion)

    const calibration = fitCalibration(scored.calibrateMargins, slices.calibrate.labels)
    const probabilities = calibrateAll(calibration, scored.testMargins)
    return {
      onnx,
      ensembleJson: trained.modelJson,
      signature,
      calibration,
      range: fitProbabilityRange(
        { margins: scored.calibrateMargins, labels: slices.calibrate.labels, userIds: slices.calibrate.userIds },
        calibration,
        seed,
      ),
      quality: measureQuality(slices.test, scored.testMargins, probabilities, seed),
      parity: scored.parity,
      importance: rankImportance(ensemble, features),
      reference: {
        features: Object.fromEntries(features.map((name, i) => [name, distributionOf(column(slices.train.matrix, i))])),
        scores: distributionOf(probabilities),
      },
      trees: ensemble.trees.length,
      history: trained.history,
      sliceRows: {
        train: slices.train.labels.length,
        tune: slices.tune.labels.length,
        calibrate: slices.calibrate.labels.length,
        test: slices.test.labels.length,
      },
    }
  } finally {
    await xgboost.close()
  }
}

/** Scores with the file that will be stored, and compares it with XGBoost on rows of every slice. */
async function scoreSlices(
  xgboost: Xgboost,
  modelJson: string,
  onnx: Uint8Array,
  { slices, features, signal }: ChurnTraining,
): Promise<{ readonly calibrateMargins: Float32Array; readonly testMargins: Float32Array; readonly parity: Parity }> {
  const scorer = await loadScorer(onnx)
  try {
    const compared = sample([slices.train, slices.tune, slices.calibrate, slices.test].map(({ matrix }) => matrix))
    const reference = await xgboost.predict(modelJson, compared, 'margin')
    const parity = compareParity(reference, await scorer.score(compared, features, signal))
    const calibrate = await scorer.score(slices.calibrate.matrix, features, signal)
    const test = await scorer.score(slices.test.matrix, features, signal)
    return { calibrateMargins: calibrate.margins, testMargins: test.margins, parity }
  } finally {
    await scorer.close()
  }
}

/** The first rows of the matrices, each by its share of `parityRows`, as one. */
function sample(matrices: readonly Matrix[]): Matrix {
  const all = matrices.reduce((sum, { rows }) => sum + rows, 0)
  const share = Math.min(1, parityRows / all)
  const parts = matrices.map(({ rows, columns, data }) => data.subarray(0, Math.ceil(rows * share) * columns))
  const columns = matrices[0]!.columns
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    data.set(part, offset)
    offset += part.length
  }
  return { rows: data.length / columns, columns, data }
}

function rankImportance(ensemble: TreeEnsemble, features: readonly string[]): ChurnModel['importance'] {
  const shares = gainImportance(ensemble)
  return features
    .map((feature, index) => ({ feature, share: shares[index]! }))
    .sort((a, b) => b.share - a.share || (a.feature < b.feature ? -1 : 1))
}

function column({ rows, columns, data }: Matrix, index: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => data[row * columns + index]!)
}

function checkSlices({ slices, features, modelVersion }: ChurnTraining): void {
  for (const name of ['train', 'tune', 'calibrate', 'test'] as const) {
    const { matrix, labels } = slices[name]
    let positives = 0
    for (const label of labels) positives += label
    const cause =
      matrix.columns !== features.length
        ? `Its matrix has ${matrix.columns} columns and there are ${features.length} feature names.`
        : positives === 0 || positives === labels.length
          ? `Of its ${labels.length} rows ${positives} are churn; it needs some of both.`
          : undefined
    if (cause === undefined) continue
    throw new OttokError({
      what: `cannot train ${modelVersion}: the ${name} slice will not do`,
      cause,
      mend: 'Give more days of history or more users, or check how the label is made.',
    })
  }
}
