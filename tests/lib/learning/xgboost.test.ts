import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OttokError } from '../../../lib/config/errors.ts'
import {
  openXgboost,
  parseEnsemble,
  predictMargins,
  rocAuc,
  type TrainRequest,
  type Xgboost,
  xgboostVersion,
} from '../../../lib/learning/index.ts'
import { sampleData, someParams } from './support/data.ts'

let xgboost: Xgboost
const data = sampleData(4000, 8, 1)
const later = sampleData(2000, 8, 2)
const request: TrainRequest = { ...data, params: someParams, rounds: 30, seed: 7 }

beforeAll(async () => {
  xgboost = await openXgboost()
})
afterAll(() => xgboost.close())

describe('training', () => {
  test('learns what there is to learn', async () => {
    const model = await xgboost.train(request)
    const margins = await xgboost.predict(model.modelJson, later.matrix, 'margin')
    const attainable = rocAuc(later.labels, later.truth)
    expect(rocAuc(later.labels, margins)).toBeGreaterThan(0.5 + 0.9 * (attainable - 0.5))
    expect(rocAuc(later.labels, margins)).toBeLessThan(attainable + 0.02)
  })

  test('gives the same bytes again, and for one thread and two', async () => {
    const first = await xgboost.train(request)
    const again = await xgboost.train(request)
    const one = await xgboost.train({ ...request, threads: 1 })
    const two = await xgboost.train({ ...request, threads: 2 })
    expect(again.modelJson).toBe(first.modelJson)
    expect(one.modelJson).toBe(two.modelJson)
    const other = await xgboost.train({ ...request, seed: 8 })
    expect(other.modelJson).not.toBe(first.modelJson)
  })

  test('leaves the caller its matrix, shared or not', async () => {
    const own = { ...data.matrix, data: Float32Array.from(data.matrix.data) }
    const before = own.data[5]
    const model = await xgboost.train({ ...request, matrix: own })
    expect(own.data[5]).toBe(before)
    expect(model.modelJson).toBe((await xgboost.train(request)).modelJson)
  })

  test('starts from the base rate, weighted when weights are given', async () => {
    const weights = data.labels.map((label) => (label === 1 ? 3 : 1))
    const ones = data.labels.filter((label) => label === 1).length
    const plain = await xgboost.train({ ...request, rounds: 1 })
    const weighted = await xgboost.train({ ...request, rounds: 1, weights })
    expect(plain.baseScore).toBeCloseTo(ones / data.labels.length, 6)
    expect(weighted.baseScore).toBeCloseTo((3 * ones) / (3 * ones + data.labels.length - ones), 6)
  })

  test('stops early and keeps the trees up to the best round', async () => {
    const model = await xgboost.train({
      ...request,
      valid: later,
      params: { ...someParams, eta: 0.5 },
      rounds: 200,
      earlyStopping: 5,
    })
    const { valid, train } = model.history
    expect(valid.length).toBe(model.bestIteration + 6)
    expect(train.length).toBe(valid.length)
    expect(valid[model.bestIteration]).toBe(Math.min(...valid))
    expect(parseEnsemble(model.modelJson).trees.length).toBe(model.bestIteration + 1)
  })

  test('our reading of the model gives the margins of the library, bit for bit', async () => {
    const model = await xgboost.train(request)
    const margins = await xgboost.predict(model.modelJson, later.matrix, 'margin')
    expect(predictMargins(parseEnsemble(model.modelJson), later.matrix)).toEqual(margins)
  })
})

describe('cancelling', () => {
  test('rejects with the reason of the signal and leaves the worker usable', async () => {
    const stop = new AbortController()
    const training = xgboost.train({ ...request, rounds: 100_000 }, stop.signal)
    setTimeout(() => stop.abort(new Error('enough')), 200)
    await expect(training).rejects.toThrow('enough')
    expect((await xgboost.train({ ...request, rounds: 1 })).bestIteration).toBe(0)
  })

  test('closing rejects what is still open', async () => {
    const other = await openXgboost()
    const training = other.train({ ...request, rounds: 100_000 })
    await other.close()
    await expect(training).rejects.toThrow(/training worker ended/)
  })
})

describe('errors', () => {
  test.each([
    [
      'an infinity',
      { matrix: { rows: 2, columns: 1, data: Float32Array.of(1, Infinity) }, labels: Float32Array.of(0, 1) },
      /Row 1, column 0 is Infinity/,
    ],
    [
      'one class',
      { matrix: { rows: 2, columns: 1, data: Float32Array.of(1, 2) }, labels: Float32Array.of(1, 1) },
      /All its 2 labels are 1/,
    ],
    [
      'a label of 2',
      { matrix: { rows: 2, columns: 1, data: Float32Array.of(1, 2) }, labels: Float32Array.of(2, 1) },
      /One of its labels is 2/,
    ],
    [
      'too few labels',
      { matrix: { rows: 2, columns: 1, data: Float32Array.of(1, 2) }, labels: Float32Array.of(1) },
      /2 rows, 1 labels/,
    ],
    [
      'a short matrix',
      { matrix: { rows: 2, columns: 2, data: Float32Array.of(1, 2) }, labels: Float32Array.of(1, 0) },
      /holds 2 numbers/,
    ],
  ])('%s', async (_, wrong, message) => {
    await expect(xgboost.train({ ...request, ...wrong })).rejects.toThrow(message)
  })

  test("the library's own complaint arrives, without its stack trace", async () => {
    const bad = xgboost.train({ ...request, params: { ...someParams, subsample: 7 } })
    await expect(bad).rejects.toThrow(/subsample/)
    await expect(bad).rejects.not.toThrow(/Stack trace/)
  })

  test('a wrong XGBOOST_LIB is named, with the command that installs the library', async () => {
    const opening = openXgboost({ library: '/nowhere/libxgboost.so' })
    await expect(opening).rejects.toThrow(OttokError)
    await expect(opening).rejects.toMatchObject({ exitCode: 2, mend: expect.stringMatching(/install/) })
    await expect(opening).rejects.toThrow(/\/nowhere\/libxgboost\.so/)
    await expect(xgboostVersion('/nowhere/libxgboost.so')).rejects.toThrow(/XGBOOST_LIB/)
  })
})

test('the version is that of the library in use', async () => {
  expect((await xgboostVersion()).version).toBe(xgboost.version)
  expect(xgboost.version).toMatch(/^\d+\.\d+\.\d+$/)
})
