import { availableParallelism } from 'node:os'
import type { Matrix } from '../matrix.ts'
import type { CApi } from './c-api.ts'
import type { PredictionKind, TrainedModel, TrainRequest } from './protocol.ts'

/**
 * Trains one model. Blocks its thread.
 *
 * @param cancelled asked between rounds
 * @returns undefined when cancelled
 */
export function trainJob(api: CApi, request: TrainRequest, cancelled: () => boolean): TrainedModel | undefined {
  const threads = request.threads ?? availableParallelism()
  const baseScore = baseRate(request.labels, request.weights)
  const matrices: bigint[] = []
  const boosters: bigint[] = []
  try {
    matrices.push(api.createMatrix(request, threads))
    if (request.valid !== undefined) matrices.push(api.createMatrix(request.valid, threads))
    const booster = api.createBooster(matrices)
    boosters.push(booster)
    setParams(api, booster, request, baseScore, threads)

    const history: { train: number[]; valid: number[] } = { train: [], valid: [] }
    let best = request.rounds - 1
    let lowest = Infinity
    for (let round = 0; round < request.rounds; round++) {
      if (cancelled()) return undefined
      api.update(booster, round, matrices[0]!)
      const [train, valid] = api.evaluate(booster, round, matrices)
      history.train.push(train!)
      if (valid === undefined) continue
      history.valid.push(valid)
      if (request.earlyStopping === undefined) continue
      if (valid < lowest) {
        lowest = valid
        best = round
      } else if (round - best >= request.earlyStopping) break
    }
    const kept = api.firstRounds(booster, best + 1)
    boosters.push(kept)
    return { modelJson: api.saveJson(kept), bestIteration: best, history, baseScore }
  } finally {
    for (const booster of boosters) api.freeBooster(booster)
    for (const matrix of matrices) api.freeMatrix(matrix)
  }
}

/** Applies a saved model to a matrix. Blocks its thread. Shapes: rows, or rows x (columns + 1) with the bias last. */
export function predictJob(api: CApi, modelJson: string, matrix: Matrix, output: PredictionKind): Float32Array {
  const booster = api.createBooster([])
  try {
    api.loadJson(booster, modelJson)
    const rows = api.createMatrix({ matrix }, availableParallelism())
    try {
      return api.predict(booster, rows, output)
    } finally {
      api.freeMatrix(rows)
    }
  } finally {
    api.freeBooster(booster)
  }
}

function setParams(api: CApi, booster: bigint, request: TrainRequest, baseScore: number, threads: number): void {
  const { params } = request
  const settings: Record<string, string | number> = {
    booster: 'gbtree',
    tree_method: 'hist',
    objective: 'binary:logistic',
    eval_metric: 'logloss',
    // Said explicitly: version 3 would estimate another one by itself.
    base_score: baseScore,
    seed: request.seed,
    nthread: threads,
    eta: params.eta,
    max_depth: params.maxDepth,
    min_child_weight: params.minChildWeight,
    subsample: params.subsample,
    colsample_bytree: params.colsampleByTree,
    lambda: params.lambda,
  }
  for (const [name, value] of Object.entries(settings)) api.setParam(booster, name, value)
}

function baseRate(labels: Float32Array, weights: Float32Array | undefined): number {
  let ones = 0
  let all = 0
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1
    ones += labels[i]! * weight
    all += weight
  }
  return Math.fround(ones / all)
}
