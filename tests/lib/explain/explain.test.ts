import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explain } from '../../../lib/explain/index.ts'
import {
  openXgboost,
  parseEnsemble,
  predictMargins,
  type Tree,
  type TreeEnsemble,
  type Xgboost,
} from '../../../lib/learning/index.ts'
import { sampleData, someParams } from '../learning/support/data.ts'

let xgboost: Xgboost
beforeAll(async () => {
  xgboost = await openXgboost()
})
afterAll(() => xgboost.close())

const largestGap = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)

/** E[tree | columns in `known`], the definition that path-dependent SHAP values are the Shapley values of. */
function conditional(tree: Tree, row: Float32Array, known: number, node = 0): number {
  const column = tree.feature[node]!
  if (column < 0) return tree.value[node]!
  const left = tree.left[node]!
  const right = tree.right[node]!
  if ((known >>> column) & 1) {
    const x = row[column]!
    const goesLeft = Number.isNaN(x) ? tree.missingLeft[node] === 1 : x < tree.threshold[node]!
    return conditional(tree, row, known, goesLeft ? left : right)
  }
  const share = tree.cover[left]! / tree.cover[node]!
  return share * conditional(tree, row, known, left) + (1 - share) * conditional(tree, row, known, right)
}

/** Shapley values by going through every coalition of columns: obviously right, and slow. */
function bruteForce(ensemble: TreeEnsemble, row: Float32Array): number[] {
  const count = ensemble.columns
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const value = (known: number): number => ensemble.trees.reduce((sum, tree) => sum + conditional(tree, row, known), 0)
  const values = Array.from({ length: 1 << count }, (_, known) => value(known))
  return Array.from({ length: count }, (_, column) => {
    let sum = 0
    for (let known = 0; known < 1 << count; known++) {
      if ((known >>> column) & 1) continue
      const size = known.toString(2).replaceAll('0', '').length
      const weight = (factorial(size) * factorial(count - 1 - size)) / factorial(count)
      sum += weight * (values[known | (1 << column)]! - values[known]!)
    }
    return sum
  })
}

describe('explain', () => {
  test.each([
    ['shallow trees', 4, 12, 60],
    ['trees whose ways test over eight columns', 11, 24, 15],
    ['few columns, tested many times on one way', 9, 3, 40],
    ['stumps', 1, 5, 30],
  ])('equals the contributions of the library: %s', async (_, maxDepth, columns, rounds) => {
    const data = sampleData(3000, columns, 11, 0.15)
    const { modelJson } = await xgboost.train({ ...data, params: { ...someParams, maxDepth }, rounds, seed: 3 })
    const { matrix } = sampleData(500, columns, 12, 0.15)
    const ours = await explain(parseEnsemble(modelJson), matrix)
    const theirs = await xgboost.predict(modelJson, matrix, 'contributions')
    expect(ours.length).toBe(500 * (columns + 1))
    expect(largestGap(ours, theirs)).toBeLessThanOrEqual(1e-4)
    expect(theirs.some((value, i) => i % (columns + 1) < columns && Math.abs(value) > 0.1)).toBe(true)
  })

  test('each row sums to its margin within 1e-4', async () => {
    const data = sampleData(5000, 15, 13)
    const { modelJson } = await xgboost.train({ ...data, params: someParams, rounds: 200, seed: 3 })
    const { matrix } = sampleData(1000, 15, 14)
    const ensemble = parseEnsemble(modelJson)
    const contributions = await explain(ensemble, matrix)
    const sums = new Float32Array(1000).map((_, row) =>
      contributions.subarray(row * 16, row * 16 + 16).reduce((a, b) => a + b, 0),
    )
    const gap = largestGap(sums, predictMargins(ensemble, matrix))
    console.info(`additivity on 1,000 rows x 200 trees: ${gap}`)
    expect(gap).toBeLessThanOrEqual(1e-4)
  })

  test('equals the definition, coalition by coalition', async () => {
    const data = sampleData(800, 7, 15, 0.2)
    const { modelJson } = await xgboost.train({ ...data, params: { ...someParams, maxDepth: 5 }, rounds: 6, seed: 3 })
    const ensemble = parseEnsemble(modelJson)
    const contributions = await explain(ensemble, data.matrix)
    for (let row = 0; row < 40; row++) {
      const expected = bruteForce(ensemble, data.matrix.data.subarray(row * 7, row * 7 + 7))
      expected.forEach((value, column) => {
        expect(contributions[row * 8 + column]).toBeCloseTo(value, 5)
      })
    }
  })

  test('a model of one leaf gives its bias alone', async () => {
    const leaf: Tree = {
      feature: Int32Array.of(-1),
      threshold: Float32Array.of(0),
      left: Int32Array.of(-1),
      right: Int32Array.of(-1),
      missingLeft: Uint8Array.of(0),
      value: Float32Array.of(0.5),
      cover: Float32Array.of(3),
      gain: Float32Array.of(0),
    }
    const matrix = { rows: 1, columns: 2, data: Float32Array.of(1, 2) }
    expect([...(await explain({ columns: 2, baseMargin: -1, trees: [leaf] }, matrix))]).toEqual([0, 0, -0.5])
  })

  test('stops at the signal, and refuses a matrix of another width', async () => {
    const data = sampleData(3000, 8, 16)
    const { modelJson } = await xgboost.train({ ...data, params: someParams, rounds: 300, seed: 3 })
    const ensemble = parseEnsemble(modelJson)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(explain(ensemble, data.matrix, signal)).rejects.toThrow('enough')
    await expect(explain(ensemble, { rows: 1, columns: 7, data: new Float32Array(7) })).rejects.toThrow(
      /matrix has 7 columns and the model reads 8/,
    )
  })
})
