import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { OttokError } from '../../config/errors.ts'
import { checkMatrix, type Matrix } from '../matrix.ts'
import type {
  LabelledMatrix,
  PredictionKind,
  TrainedModel,
  TrainRequest,
  WorkerAnswer,
  WorkerCall,
  WorkerFailure,
} from './protocol.ts'

/** The training library in its own thread. Calls run one after another. */
export interface Xgboost {
  /** `major.minor.patch` of the C library. */
  readonly version: string
  /** Where the C library was found. */
  readonly library: string
  /**
   * Trains a classifier of 0 and 1 (objective `binary:logistic`, `hist` trees).
   *
   * @param signal stops between two rounds; the promise then rejects with the signal's reason
   * @throws OttokError for an infinity in a matrix, labels other than 0 and 1, or of one class only
   */
  train(request: TrainRequest, signal?: AbortSignal): Promise<TrainedModel>
  /**
   * The library's own predictions of a saved model: `margin` gives one number a row (log-odds), `contributions` gives
   * exact SHAP values, rows x (columns + 1), bias last (slow: about 1,300 rows a second for 200 trees).
   */
  predict(modelJson: string, matrix: Matrix, output: PredictionKind): Promise<Float32Array>
  /** Ends the thread. Calls that are still open reject. */
  close(): Promise<void>
}

interface Pending {
  readonly resolve: (answer: WorkerAnswer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Starts the training thread and loads the library there.
 *
 * @param options.library path of the C library from the settings (`XGBOOST_LIB`), else it is looked for
 * @throws OttokError when there is no library (says how to install it) or the worker was not built
 */
export async function openXgboost(options: { readonly library?: string | undefined } = {}): Promise<Xgboost> {
  // SHARE_ENV, so that what the worker sets before it loads the library reaches the C environment.
  const worker = new Worker(workerPath(), { workerData: { library: options.library }, env: SHARE_ENV })
  const pending = new Map<number, Pending>()
  let lastId = 0

  const failAll = (error: unknown): void => {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }
  const ready = new Promise<Extract<WorkerAnswer, { kind: 'ready' }>>((resolve, reject) => {
    worker.on('message', (answer: WorkerAnswer) => {
      if (answer.kind === 'ready') return resolve(answer)
      if (answer.kind === 'failed' && answer.id === 0) return reject(errorOf(answer.failure))
      const waiting = pending.get(answer.id)
      pending.delete(answer.id)
      // The thread must not keep the process alive between calls.
      if (pending.size === 0) worker.unref()
      if (answer.kind === 'failed') waiting?.reject(errorOf(answer.failure))
      else waiting?.resolve(answer)
    })
    worker.on('error', (error) => {
      reject(error)
      failAll(error)
    })
    worker.on('exit', () => {
      const error = new OttokError({
        what: 'the training worker ended',
        cause: 'It was closed, or its thread died, before it had answered.',
        mend: 'Run again; if it happens again, free some memory first.',
      })
      reject(error)
      failAll(error)
    })
  })

  const send = (call: WorkerCall): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      pending.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ id, call })
    })

  let opened: Extract<WorkerAnswer, { kind: 'ready' }>
  try {
    opened = await ready
  } catch (error) {
    await worker.terminate()
    throw error
  }
  worker.unref()

  return {
    version: opened.version,
    library: opened.library,
    async train(request, signal) {
      signal?.throwIfAborted()
      checkLabelled(request, 'the train slice')
      if (request.valid !== undefined) checkLabelled(request.valid, 'the tune slice')
      const cancel = new Int32Array(new SharedArrayBuffer(4))
      const onAbort = (): void => void Atomics.store(cancel, 0, 1)
      signal?.addEventListener('abort', onAbort, { once: true })
      try {
        const answer = await send({ kind: 'train', request: shared(request), cancel })
        if (answer.kind === 'trained') return answer.model
        throw signal?.reason
      } finally {
        signal?.removeEventListener('abort', onAbort)
      }
    },
    async predict(modelJson, matrix, output) {
      const answer = await send({ kind: 'predict', modelJson, matrix: sharedCopy(matrix), output })
      return (answer as Extract<WorkerAnswer, { kind: 'predicted' }>).values
    },
    async close() {
      await worker.terminate()
    },
  }
}

function errorOf(failure: WorkerFailure): OttokError {
  return new OttokError(failure)
}

/** The built worker. It is found by the package's name, so that it is found from bundles that lie elsewhere too. */
function workerPath(): string {
  const path = fileURLToPath(import.meta.resolve('ottok/workers/xgboost'))
  if (existsSync(path)) return path
  throw new OttokError({
    what: `cannot start the training worker ${path}`,
    cause: 'It was not built.',
    mend: 'Run: npm run build',
  })
}

function shared(request: TrainRequest): TrainRequest {
  const { valid } = request
  return {
    ...request,
    matrix: sharedCopy(request.matrix),
    ...(valid === undefined ? {} : { valid: { ...valid, matrix: sharedCopy(valid.matrix) } }),
  }
}

function sharedCopy({ rows, columns, data }: Matrix): Matrix {
  if (data.buffer instanceof SharedArrayBuffer) return { rows, columns, data }
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength))
  copy.set(data)
  return { rows, columns, data: copy }
}

function checkLabelled({ matrix, labels, weights }: LabelledMatrix, name: string): void {
  checkMatrix(matrix, name)
  const seen = new Set<number>(labels)
  const wrong = [...seen].find((label) => label !== 0 && label !== 1)
  const cause =
    labels.length !== matrix.rows || (weights !== undefined && weights.length !== matrix.rows)
      ? `It has ${matrix.rows} rows, ${labels.length} labels${weights === undefined ? '' : ` and ${weights.length} weights`}.`
      : wrong !== undefined
        ? `One of its labels is ${wrong}; labels are 0 or 1.`
        : seen.size < 2
          ? `All its ${labels.length} labels are ${[...seen][0]}.`
          : undefined
  if (cause === undefined) return
  throw new OttokError({
    what: `cannot train on ${name}`,
    cause,
    mend: 'Give more days of history, or check how the label is made.',
  })
}
