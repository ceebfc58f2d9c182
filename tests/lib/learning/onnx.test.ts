import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  checkParity,
  compareParity,
  loadScorer,
  type Matrix,
  openXgboost,
  parityLimit,
  parseEnsemble,
  predictMargins,
  readSignature,
  sigmoid,
  type Tree,
  type TreeEnsemble,
  writeOnnx,
  type Xgboost,
} from '../../../lib/learning/index.ts'
import { sampleData, someParams } from './support/data.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `f${i}`)
const signatureOf = (count: number) => ({ features: names(count), modelVersion: 'v1', xgboostVersion: '1.7.4' })

function tree(nodes: Partial<Record<keyof Tree, number[]>> & { feature: number[] }): Tree {
  const zeros = nodes.feature.map(() => 0)
  return {
    feature: Int32Array.from(nodes.feature),
    threshold: Float32Array.from(nodes.threshold ?? zeros),
    left: Int32Array.from(nodes.left ?? zeros.map(() => -1)),
    right: Int32Array.from(nodes.right ?? zeros.map(() => -1)),
    missingLeft: Uint8Array.from(nodes.missingLeft ?? zeros),
    value: Float32Array.from(nodes.value ?? zeros),
    cover: Float32Array.from(zeros, () => 1),
    gain: Float32Array.from(zeros),
  }
}

/** One test of column 0 against `threshold`; left gives -1, right gives +1. */
const stump = (threshold: number, missingLeft: 0 | 1): Tree =>
  tree({
    feature: [0, -1, -1],
    threshold: [threshold, 0, 0],
    left: [1, -1, -1],
    right: [2, -1, -1],
    missingLeft: [missingLeft, 0, 0],
    value: [0, -1, 1],
  })

async function score(ensemble: TreeEnsemble, matrix: Matrix) {
  const scorer = await loadScorer(await writeOnnx(ensemble, signatureOf(ensemble.columns)))
  try {
    return await scorer.score(matrix, names(ensemble.columns))
  } finally {
    await scorer.close()
  }
}

describe('borders', () => {
  const nextUp = (x: number): number => {
    const view = new DataView(new ArrayBuffer(4))
    view.setFloat32(0, x)
    view.setInt32(0, view.getInt32(0) + 1)
    return view.getFloat32(0)
  }
  const third = Math.fround(1 / 3)
  test.each([
    ['below the threshold', third, 1, 0.3, -1],
    ['equal to the threshold goes right', third, 1, third, 1],
    ['the float after the threshold', third, 1, nextUp(third), 1],
    ['the threshold is the float after', nextUp(third), 1, third, -1],
    ['+0 against 0', 0, 1, 0, 1],
    ['-0 against 0', 0, 1, -0, 1],
    ['-0 against the smallest float', nextUp(0), 1, -0, -1],
    ['+Infinity', third, 1, Infinity, 1],
    ['-Infinity', third, 1, -Infinity, -1],
    ['the largest float against itself', 3.4028234663852886e38, 0, 3.4028234663852886e38, 1],
    ['missing goes left', third, 1, Number.NaN, -1],
    ['missing goes right', third, 0, Number.NaN, 1],
  ] as const)('%s', async (_, threshold, missingLeft, x, expected) => {
    const ensemble = { columns: 1, baseMargin: 0, trees: [stump(threshold, missingLeft)] }
    const matrix = { rows: 1, columns: 1, data: Float32Array.of(x) }
    expect(predictMargins(ensemble, matrix)[0]).toBe(expected)
    const { margins, probabilities } = await score(ensemble, matrix)
    expect(margins[0]).toBe(expected)
    expect(probabilities[0]).toBeCloseTo(sigmoid(expected), 6)
  })

  test('a tree that is one leaf, alone and among others', async () => {
    const leaf = tree({ feature: [-1], value: [0.25] })
    const matrix = { rows: 2, columns: 1, data: Float32Array.of(0, 5) }
    expect([...(await score({ columns: 1, baseMargin: -1, trees: [leaf] }, matrix)).margins]).toEqual([-0.75, -0.75])
    const mixed = { columns: 1, baseMargin: -1, trees: [stump(1, 0), leaf, stump(9, 0)] }
    expect([...(await score(mixed, matrix)).margins]).toEqual([-2.75, -0.75])
    expect([...predictMargins(mixed, matrix)]).toEqual([-2.75, -0.75])
  })
})

describe('against the library', () => {
  let xgboost: Xgboost
  beforeAll(async () => {
    xgboost = await openXgboost()
  })
  afterAll(() => xgboost.close())

  test('100,000 rows with missing values differ by at most 1e-6', async () => {
    const data = sampleData(20_000, 20, 3)
    const { modelJson } = await xgboost.train({ ...data, params: someParams, rounds: 200, seed: 1 })
    const { matrix } = sampleData(100_000, 20, 4, 0.2)
    const parity = compareParity(
      await xgboost.predict(modelJson, matrix, 'margin'),
      await score(parseEnsemble(modelJson), matrix),
    )
    console.info(`parity on ${parity.rows} rows: probability ${parity.probability}, margin ${parity.margin}`)
    expect(parity.rows).toBe(100_000)
    expect(parity.probability).toBeLessThanOrEqual(parityLimit)
    expect(parity.margin).toBe(0)
  })

  test('rows that hold thresholds themselves, and pruned trees, agree', async () => {
    const data = sampleData(3000, 4, 5)
    const { modelJson } = await xgboost.train({
      ...data,
      params: { ...someParams, minChildWeight: 20 },
      rounds: 40,
      seed: 1,
    })
    const ensemble = parseEnsemble(modelJson)
    const rows: number[][] = []
    for (const { feature, threshold } of ensemble.trees) {
      feature.forEach((column, node) => {
        if (column >= 0)
          rows.push(names(4).map((_, i) => (i === column ? threshold[node]! : data.matrix.data[rows.length * 4 + i]!)))
      })
    }
    const matrix = { rows: rows.length, columns: 4, data: Float32Array.from(rows.flat()) }
    const parity = compareParity(await xgboost.predict(modelJson, matrix, 'margin'), await score(ensemble, matrix))
    expect(rows.length).toBeGreaterThan(500)
    expect(parity.probability).toBeLessThanOrEqual(parityLimit)
  })
})

describe('parity', () => {
  test('sees a flipped border, and NaN', () => {
    const near = compareParity(Float32Array.of(0, 1), {
      margins: Float32Array.of(0, 1.5),
      probabilities: Float32Array.of(0.5, sigmoid(1.5)),
    })
    expect(near.margin).toBe(0.5)
    expect(near.probability).toBeCloseTo(sigmoid(1.5) - sigmoid(1), 6)
    expect(() => checkParity(near, 'v1')).toThrow(/model v1 is refused.*0\.0865/)
    const lost = compareParity(Float32Array.of(0), {
      margins: Float32Array.of(Number.NaN),
      probabilities: Float32Array.of(Number.NaN),
    })
    expect(lost.probability).toBe(Infinity)
  })
})

describe('signature', () => {
  const ensemble = { columns: 2, baseMargin: 0, trees: [stump(1, 0)] }

  test('travels inside the file, and equal input gives equal bytes', async () => {
    const onnx = await writeOnnx(ensemble, signatureOf(2))
    expect(await readSignature(onnx)).toEqual(signatureOf(2))
    expect(await writeOnnx(ensemble, signatureOf(2))).toEqual(onnx)
  })

  test.each([
    [['f0', 'age'], /the model wants f1; it does not know age/],
    [['f1', 'f0'], /out of order are f0, f1/],
    [['f0'], /the model wants f1.*2 columns for 1 names/],
    [['f0', 'f1', 'f2'], /it does not know f2/],
  ])('columns %j are refused', async (columns, message) => {
    const scorer = await loadScorer(await writeOnnx(ensemble, signatureOf(2)))
    await expect(scorer.score({ rows: 1, columns: 2, data: new Float32Array(2) }, columns)).rejects.toThrow(message)
    await scorer.close()
  })

  test('a wrong number of names, and bytes that are no model, are refused', async () => {
    await expect(writeOnnx(ensemble, signatureOf(3))).rejects.toThrow(/names 3 features.*read 2 columns/)
    await expect(readSignature(new TextEncoder().encode('not a model'))).rejects.toThrow(
      /no ONNX file that ottok wrote/,
    )
  })
})

test('scoring stops at the signal', async () => {
  const scorer = await loadScorer(await writeOnnx({ columns: 1, baseMargin: 0, trees: [stump(1, 0)] }, signatureOf(1)))
  const stop = new AbortController()
  const scoring = scorer.score({ rows: 200_000, columns: 1, data: new Float32Array(200_000) }, ['f0'], stop.signal)
  stop.abort(new Error('enough'))
  await expect(scoring).rejects.toThrow('enough')
  await scorer.close()
})
