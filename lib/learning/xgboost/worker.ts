// The thread that trains. Bundled to dist/workers/xgboost.js; started by client.ts and by nothing else.
import { parentPort, workerData } from 'node:worker_threads'
import { OttokError } from '../../config/errors.ts'
import { bindCApi, type CApi } from './c-api.ts'
import { predictJob, trainJob } from './jobs.ts'
import { loadLibrary } from './library.ts'
import type { WorkerAnswer, WorkerCall, WorkerFailure } from './protocol.ts'

const port = parentPort
if (port === null) throw new Error('worker.ts runs in a worker thread only')
const answer = (message: WorkerAnswer, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

function failureOf(error: unknown): WorkerFailure {
  if (error instanceof OttokError) {
    return { what: error.what, cause: error.reason, mend: error.mend, exitCode: error.exitCode }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { what: 'the training worker failed', cause: text, mend: 'Report this as a fault of ottok.', exitCode: 1 }
}

function perform(api: CApi, id: number, call: WorkerCall): void {
  if (call.kind === 'train') {
    const model = trainJob(api, call.request, () => Atomics.load(call.cancel, 0) !== 0)
    answer(model === undefined ? { kind: 'cancelled', id } : { kind: 'trained', id, model })
    return
  }
  const values = predictJob(api, call.modelJson, call.matrix, call.output)
  answer({ kind: 'predicted', id, values }, [values.buffer as ArrayBuffer])
}

try {
  const found = await loadLibrary((workerData as { readonly library: string | undefined }).library)
  const api = bindCApi(found)
  port.on('message', ({ id, call }: { readonly id: number; readonly call: WorkerCall }) => {
    try {
      perform(api, id, call)
    } catch (error) {
      answer({ kind: 'failed', id, failure: failureOf(error) })
    }
  })
  answer({ kind: 'ready', version: found.version, library: found.library })
} catch (error) {
  answer({ kind: 'failed', id: 0, failure: failureOf(error) })
}
