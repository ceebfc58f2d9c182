import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rocAuc } from '../../lib/learning/metrics/index.ts'
import { parseEnsemble } from '../../lib/learning/model/index.ts'
import { writeOnnx } from '../../lib/learning/onnx/index.ts'
import { loadScorer, type Scorer } from '../../lib/learning/scoring/index.ts'
import { openXgboost, type TreeParams } from '../../lib/learning/xgboost/index.ts'
import { churnLikeData } from './churn-like-data.ts'
import { milliseconds } from './measure.ts'
import { startPython } from './peer-python.ts'
import type { Contest, Workload } from './workload.ts'

const COLUMNS = 60
const ROUNDS = 200
const PARAMS: TreeParams = { eta: 0.1, maxDepth: 6, minChildWeight: 1, subsample: 1, colsampleByTree: 1, lambda: 1 }

/** The same settings by the names of XGBoost's Python package. */
const PEER_PARAMS = {
  objective: 'binary:logistic',
  tree_method: 'hist',
  eta: PARAMS.eta,
  max_depth: PARAMS.maxDepth,
  min_child_weight: PARAMS.minChildWeight,
  lambda: PARAMS.lambda,
}

const FEATURES = Array.from({ length: COLUMNS }, (_, column) => `f${column}`)

/** Both sides on the same rows: the first half trains, the second is scored. */
async function openArena(rows: number) {
  const half = rows / 2
  const all = churnLikeData(rows, COLUMNS, 20_260_301)
  const train = { rows: half, columns: COLUMNS, data: all.data.subarray(0, half * COLUMNS) }
  const test = { rows: half, columns: COLUMNS, data: all.data.subarray(half * COLUMNS) }
  const testLabels = all.labels.subarray(half)

  const folder = await mkdtemp(join(tmpdir(), 'ottok-bench-'))
  const scores = join(folder, 'probabilities.f32')
  await writeFile(join(folder, 'data.f32'), Buffer.concat([bytesOf(all.data), bytesOf(all.labels)]))
  const python = await startPython('peer_models.py', ['xgboost-cpu==3.2.0', 'numpy==2.4.6'])
  const path = join(folder, 'data.f32')
  const versions = await python.call<{ xgboost: string }>('load', { path, rows, columns: COLUMNS })
  const xgboost = await openXgboost()
  let scorer: Scorer | undefined

  return {
    rows: half,
    peer: `xgboost-cpu ${versions.xgboost} (Python); ours is libxgboost ${xgboost.version}`,
    train: () =>
      xgboost.train({ matrix: train, labels: all.labels.slice(0, half), params: PARAMS, rounds: ROUNDS, seed: 1 }),
    async load(modelJson: string): Promise<void> {
      await scorer?.close()
      scorer = await loadScorer(
        await writeOnnx(parseEnsemble(modelJson), {
          features: FEATURES,
          modelVersion: 'bench',
          xgboostVersion: xgboost.version,
        }),
      )
    },
    score: async () => (await scorer!.score(test, FEATURES)).probabilities,
    peerTrain: () => python.call<number>('train', { params: PEER_PARAMS, rounds: ROUNDS }),
    peerScore: () => python.call<number>('score', { path: scores }),
    peerProbabilities: async () => new Float32Array(new Uint8Array(await readFile(scores)).buffer),
    auc: (probabilities: Float32Array) => rocAuc(testLabels, probabilities),
    async close(): Promise<void> {
      await scorer?.close()
      await xgboost.close()
      await python.close()
      await rm(folder, { recursive: true })
    },
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** From the matrix in memory to a saved model: our worker and the C library against XGBoost's own Python package. */
const training: Workload = {
  workload: 'models/train 200k x 60, 200 rounds, depth 6',
  unit: 'ms',
  better: 'lower',
  goal: 1,
  async prepare(): Promise<Contest> {
    const arena = await openArena(400_000)
    return { peer: arena.peer, ours: () => milliseconds(arena.train), theirs: arena.peerTrain, close: arena.close }
  },
}

/** Our ONNX model in its runtime against XGBoost's in-place prediction. */
const scoring: Workload = {
  workload: 'models/score 100k x 60, 200 trees',
  unit: 'rows/s',
  better: 'higher',
  goal: null,
  async prepare(): Promise<Contest> {
    const arena = await openArena(200_000)
    await arena.load((await arena.train()).modelJson)
    await arena.peerTrain()
    return {
      peer: arena.peer,
      ours: async () => (arena.rows / (await milliseconds(arena.score))) * 1000,
      theirs: async () => (arena.rows / (await arena.peerScore())) * 1000,
      close: arena.close,
    }
  },
}

/** The same settings must learn the same: ROC-AUC on rows that neither side has seen. */
const quality: Workload = {
  workload: 'models/ROC-AUC on 50k unseen rows',
  unit: 'rocAuc',
  better: 'higher',
  goal: null,
  async prepare(): Promise<Contest> {
    const arena = await openArena(100_000)
    let ours = Number.NaN
    let theirs = Number.NaN
    return {
      peer: arena.peer,
      async ours() {
        await arena.load((await arena.train()).modelJson)
        ours = arena.auc(await arena.score())
        return ours
      },
      async theirs() {
        await arena.peerTrain()
        await arena.peerScore()
        theirs = arena.auc(await arena.peerProbabilities())
        return theirs
      },
      aucGap: () => theirs - ours,
      close: arena.close,
    }
  },
}

export const workloads: readonly Workload[] = [training, scoring, quality]
