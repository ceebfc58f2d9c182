import koffi from 'koffi'
import { OttokError } from '../../config/errors.ts'
import type { Matrix } from '../matrix.ts'
import type { FoundLibrary } from './library.ts'
import type { LabelledMatrix, PredictionKind } from './protocol.ts'

/** A C pointer. */
type Handle = bigint

/**
 * The part of XGBoost's C interface that we use, with errors as exceptions. All calls are synchronous and belong to
 * one thread: the library keeps its errors and its output buffers per thread.
 */
export interface CApi {
  createMatrix(data: LabelledMatrix | { readonly matrix: Matrix }, threads: number): Handle
  freeMatrix(matrix: Handle): void
  createBooster(matrices: readonly Handle[]): Handle
  freeBooster(booster: Handle): void
  setParam(booster: Handle, name: string, value: string | number): void
  update(booster: Handle, round: number, matrix: Handle): void
  /** Value of the evaluation metric for each matrix, in order. */
  evaluate(booster: Handle, round: number, matrices: readonly Handle[]): number[]
  /** A booster of the first `trees` rounds. */
  firstRounds(booster: Handle, trees: number): Handle
  saveJson(booster: Handle): string
  loadJson(booster: Handle, modelJson: string): void
  predict(booster: Handle, matrix: Handle, output: PredictionKind): Float32Array
}

const signatures = {
  lastError: 'const char *XGBGetLastError()',
  matrixFromDense: 'int XGDMatrixCreateFromDense(const char *data, const char *config, _Out_ void **out)',
  matrixSetFloats: 'int XGDMatrixSetFloatInfo(void *handle, const char *field, const float *values, uint64_t length)',
  matrixFree: 'int XGDMatrixFree(void *handle)',
  boosterCreate: 'int XGBoosterCreate(void **matrices, uint64_t count, _Out_ void **out)',
  boosterFree: 'int XGBoosterFree(void *handle)',
  boosterSetParam: 'int XGBoosterSetParam(void *handle, const char *name, const char *value)',
  boosterUpdate: 'int XGBoosterUpdateOneIter(void *handle, int round, void *matrix)',
  boosterEval:
    'int XGBoosterEvalOneIter(void *handle, int round, void **matrices, const char **names, uint64_t count, _Out_ const char **out)',
  boosterSlice: 'int XGBoosterSlice(void *handle, int begin, int end, int step, _Out_ void **out)',
  boosterSave:
    'int XGBoosterSaveModelToBuffer(void *handle, const char *config, _Out_ uint64_t *length, _Out_ void **out)',
  boosterLoad: 'int XGBoosterLoadModelFromBuffer(void *handle, const void *buffer, uint64_t length)',
  boosterPredict:
    'int XGBoosterPredictFromDMatrix(void *handle, void *matrix, const char *config, _Out_ void **shape, _Out_ uint64_t *dimensions, _Out_ void **out)',
}

/** Binds the C functions of a loaded library. */
export function bindCApi({ handle, version }: FoundLibrary): CApi {
  const c = new Map<keyof typeof signatures, (...values: unknown[]) => unknown>()
  for (const [name, signature] of Object.entries(signatures)) {
    c.set(name as keyof typeof signatures, handle.func(signature))
  }

  const call = (doing: string, name: keyof typeof signatures, ...values: unknown[]): void => {
    if (c.get(name)!(...values) === 0) return
    // The first line is the reason; the rest is a stack trace of C++.
    const reason = String(c.get('lastError')!())
      .replace(/^\[[^\]]*\]\s*/, '')
      .split('\nStack trace')[0]!
      .trim()
    throw new OttokError({
      what: `XGBoost ${version} failed to ${doing}`,
      cause: reason.endsWith('.') ? reason : `${reason}.`,
      mend: 'Check the training rows and the parameters of the model.',
    })
  }
  const pointer = (doing: string, name: keyof typeof signatures, ...values: unknown[]): Handle => {
    const out: Handle[] = [0n]
    call(doing, name, ...values, out)
    return out[0]!
  }
  const setFloats = (matrix: Handle, field: string, values: Float32Array): void =>
    call(`set the ${field}s of a matrix`, 'matrixSetFloats', matrix, field, values, values.length)

  return {
    createMatrix(source, threads) {
      const { rows, columns, data } = source.matrix
      const array = { data: [Number(koffi.address(data)), true], shape: [rows, columns], typestr: '<f4', version: 3 }
      // `NaN` is no JSON, and yet the only spelling of a missing value that the library reads.
      const config = `{"missing": NaN, "nthread": ${threads}}`
      const matrix = pointer('read a matrix', 'matrixFromDense', JSON.stringify(array), config)
      if ('labels' in source) {
        setFloats(matrix, 'label', source.labels)
        if (source.weights !== undefined) setFloats(matrix, 'weight', source.weights)
      }
      return matrix
    },
    freeMatrix: (matrix) => call('free a matrix', 'matrixFree', matrix),
    createBooster: (matrices) => pointer('create a booster', 'boosterCreate', matrices, matrices.length),
    freeBooster: (booster) => call('free a booster', 'boosterFree', booster),
    setParam: (booster, name, value) =>
      call(`set the parameter ${name}`, 'boosterSetParam', booster, name, String(value)),
    update: (booster, round, matrix) => call(`train round ${round}`, 'boosterUpdate', booster, round, matrix),
    evaluate(booster, round, matrices) {
      const out: string[] = ['']
      const names = matrices.map((_, index) => `m${index}`)
      call(`evaluate round ${round}`, 'boosterEval', booster, round, matrices, names, matrices.length, out)
      return names.map((name) => Number(new RegExp(`\\t${name}-[^:]+:(\\S+)`).exec(out[0]!)?.[1]))
    },
    firstRounds: (booster, trees) => pointer('cut the model to its best round', 'boosterSlice', booster, 0, trees, 1),
    saveJson(booster) {
      const length: number[] = [0]
      const out: Handle[] = [0n]
      call('save the model', 'boosterSave', booster, '{"format": "json"}', length, out)
      return new TextDecoder().decode(new Uint8Array(koffi.view(out[0]!, Number(length[0]))))
    },
    loadJson(booster, modelJson) {
      const bytes = new TextEncoder().encode(modelJson)
      call('load a model', 'boosterLoad', booster, bytes, bytes.length)
    },
    predict(booster, matrix, output) {
      const config = {
        type: output === 'margin' ? 1 : 2,
        training: false,
        iteration_begin: 0,
        iteration_end: 0,
        strict_shape: true,
      }
      const shape: Handle[] = [0n]
      const dimensions: number[] = [0]
      const out: Handle[] = [0n]
      call('predict', 'boosterPredict', booster, matrix, JSON.stringify(config), shape, dimensions, out)
      const sizes = new BigUint64Array(koffi.view(shape[0]!, 8 * Number(dimensions[0])))
      const length = sizes.reduce((product, size) => product * Number(size), 1)
      // The buffer belongs to the library and is overwritten by its next call: copy it at once.
      return new Float32Array(koffi.view(out[0]!, 4 * length)).slice()
    },
  }
}
