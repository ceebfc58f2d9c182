import type { Matrix } from '../matrix.ts'

/** Settings of boosting, by XGBoost's meaning of each. */
export interface TreeParams {
  /** Shrinkage of each tree. */
  readonly eta: number
  readonly maxDepth: number
  /** Least sum of second derivatives, p(1 - p), in a leaf. */
  readonly minChildWeight: number
  /** Share of rows that each tree sees. */
  readonly subsample: number
  /** Share of columns that each tree sees. */
  readonly colsampleByTree: number
  /** L2 penalty on leaf values. */
  readonly lambda: number
}

/** Rows with their labels. */
export interface LabelledMatrix {
  readonly matrix: Matrix
  /** 0 or 1 a row. */
  readonly labels: Float32Array
  /** Weight of each row; all 1 when left out. */
  readonly weights?: Float32Array
}

/** What a training needs. Equal requests give byte-identical models for the same version of the library. */
export interface TrainRequest extends LabelledMatrix {
  /** Later rows that decide when to stop. */
  readonly valid?: LabelledMatrix
  readonly params: TreeParams
  /** Greatest number of trees. */
  readonly rounds: number
  /** Stop after this many rounds without a lower log loss on `valid`; needs `valid`. */
  readonly earlyStopping?: number
  readonly seed: number
  /** Threads of the library; the number of processors when left out. The model does not depend on it. */
  readonly threads?: number
}

/** What a training gives. */
export interface TrainedModel {
  /** The library's own JSON, cut to the best round. */
  readonly modelJson: string
  /** Index of the last tree kept. */
  readonly bestIteration: number
  /** Log loss after each round that was run. */
  readonly history: { readonly train: readonly number[]; readonly valid: readonly number[] }
  /** Probability that the model starts from: the (weighted) share of 1 in the training rows. */
  readonly baseScore: number
}

/** What the library can compute for a row from a model: one margin, or one contribution a column and the bias. */
export type PredictionKind = 'margin' | 'contributions'

/** A call of the worker. `cancel` is one Int32 in shared memory; not 0 means stop between rounds. */
export type WorkerCall =
  | { readonly kind: 'train'; readonly request: TrainRequest; readonly cancel: Int32Array }
  | { readonly kind: 'predict'; readonly modelJson: string; readonly matrix: Matrix; readonly output: PredictionKind }

/** Why a call failed, in the words of an `OttokError`. */
export interface WorkerFailure {
  readonly what: string
  readonly cause: string
  readonly mend: string
  readonly exitCode: 1 | 2
}

/** The worker's answers: one `ready` (or `failed` with id 0) at start, then one for each call. */
export type WorkerAnswer =
  | { readonly kind: 'ready'; readonly version: string; readonly library: string }
  | { readonly kind: 'trained'; readonly id: number; readonly model: TrainedModel }
  | { readonly kind: 'predicted'; readonly id: number; readonly values: Float32Array }
  | { readonly kind: 'cancelled'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: WorkerFailure }
