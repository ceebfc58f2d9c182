import { setImmediate } from 'node:timers/promises'
import { OttokError } from '../../config/errors.ts'
import type { Matrix } from '../matrix.ts'
import { type ModelSignature, onnxNames, readSignature } from '../onnx/index.ts'

/** What a model says about rows, in their order. */
export interface Scores {
  /** Log-odds. */
  readonly margins: Float32Array
  /** Sigmoid of the margin; not calibrated. */
  readonly probabilities: Float32Array
}

/** A model that is ready to score. */
export interface Scorer {
  readonly signature: ModelSignature
  /**
   * Scores every row.
   *
   * @param columns names of the matrix's columns, in order; they must be the signature's
   * @param signal looked at between batches; the promise then rejects with its reason
   * @throws OttokError when the columns are not the model's, naming those that differ
   */
  score(matrix: Matrix, columns: readonly string[], signal?: AbortSignal): Promise<Scores>
  close(): Promise<void>
}

/** A run blocks the event loop: 10,000 rows of 200 trees take about 70 ms on one thread. */
const batchRows = 10_000

/**
 * Loads an ONNX model written by `writeOnnx`.
 *
 * The runtime gets one thread: with more it adds up trees in another order, so that scores would differ in the last
 * bits from XGBoost and from machine to machine.
 */
export async function loadScorer(onnx: Uint8Array): Promise<Scorer> {
  // Loaded here, so that commands that score nothing start sooner.
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const signature = await readSignature(onnx)
  const session = await InferenceSession.create(onnx, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  return {
    signature,
    async score(matrix, columns, signal) {
      checkColumns(signature, matrix, columns)
      const margins = new Float32Array(matrix.rows)
      const probabilities = new Float32Array(matrix.rows)
      for (let from = 0; from < matrix.rows; from += batchRows) {
        signal?.throwIfAborted()
        const rows = Math.min(batchRows, matrix.rows - from)
        // A copy, since the runtime takes no shared memory.
        const values = matrix.data.slice(from * matrix.columns, (from + rows) * matrix.columns)
        const result = await session.run({ [onnxNames.input]: new Tensor('float32', values, [rows, matrix.columns]) })
        margins.set(result[onnxNames.margin]!.data as Float32Array, from)
        probabilities.set(result[onnxNames.probability]!.data as Float32Array, from)
        // `run` resolves without giving timers and sockets a turn.
        await setImmediate()
      }
      return { margins, probabilities }
    },
    close: () => session.release(),
  }
}

function checkColumns({ features, modelVersion }: ModelSignature, matrix: Matrix, columns: readonly string[]): void {
  if (matrix.columns === columns.length && columns.length === features.length) {
    if (features.every((feature, index) => feature === columns[index])) return
  }
  const missing = features.filter((feature) => !columns.includes(feature))
  const unknown = columns.filter((column) => !features.includes(column))
  const moved = features.filter((feature, index) => columns.includes(feature) && columns[index] !== feature)
  const differences = [
    ...(missing.length > 0 ? [`the model wants ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`it does not know ${unknown.join(', ')}`] : []),
    ...(missing.length === 0 && unknown.length === 0 && moved.length > 0
      ? [`out of order are ${moved.join(', ')}`]
      : []),
    ...(matrix.columns === columns.length
      ? []
      : [`the matrix has ${matrix.columns} columns for ${columns.length} names`]),
  ]
  throw new OttokError({
    what: `cannot score with model ${modelVersion}`,
    cause: `The columns given are not those it was trained on: ${differences.join('; ')}.`,
    mend: 'Score with the features of the same version, or train the model again.',
  })
}
