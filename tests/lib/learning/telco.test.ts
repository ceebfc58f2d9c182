import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  hash32,
  logLoss,
  type Matrix,
  openXgboost,
  rocAuc,
  sigmoid,
  takeRows,
  type Xgboost,
} from '../../../lib/learning/index.ts'

const file = join(import.meta.dirname, '../../../../shared/data/telco/Telco-Customer-Churn.csv.gz')

/** Numbers as they are (a blank is missing), texts as one 0/1 column a value. */
function readTelco(): { matrix: Matrix; labels: Float32Array; ids: string[] } {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/)
  const names = header!.split(',')
  const rows = lines.map((line) => line.split(','))
  const encode = names.slice(1, -1).flatMap((name) => {
    const place = names.indexOf(name)
    if (['tenure', 'MonthlyCharges', 'TotalCharges'].includes(name)) {
      return [(row: string[]) => (row[place]!.trim() === '' ? Number.NaN : Number(row[place]))]
    }
    return [...new Set(rows.map((row) => row[place]!))]
      .sort()
      .map((value) => (row: string[]) => +(row[place] === value))
  })
  return {
    matrix: {
      rows: rows.length,
      columns: encode.length,
      data: Float32Array.from(rows.flatMap((row) => encode.map((read) => read(row)))),
    },
    labels: Float32Array.from(rows, (row) => +(row.at(-1) === 'Yes')),
    ids: rows.map((row) => row[0]!),
  }
}

describe.skipIf(!existsSync(file))('IBM Telco customer churn, real rows', () => {
  let xgboost: Xgboost
  beforeAll(async () => {
    xgboost = await openXgboost()
  })
  afterAll(() => xgboost.close())

  test('5-fold ROC-AUC is at least 0.84 and log loss at most 0.425', async () => {
    const { matrix, labels, ids } = readTelco()
    expect(labels.length).toBe(7043)
    const folds = ids.map((id) => hash32(id) % 5)
    const aucs: number[] = []
    const losses: number[] = []
    for (let fold = 0; fold < 5; fold++) {
      const rowsOf = (isTest: boolean): number[] => folds.flatMap((f, row) => ((f === fold) === isTest ? [row] : []))
      const pick = (rows: number[]): Float32Array => Float32Array.from(rows, (row) => labels[row]!)
      const train = rowsOf(false)
      const held = rowsOf(true)
      const params = { eta: 0.03, maxDepth: 3, minChildWeight: 5, subsample: 0.7, colsampleByTree: 0.5, lambda: 2 }
      const { modelJson } = await xgboost.train({
        matrix: takeRows(matrix, train),
        labels: pick(train),
        params,
        rounds: 250,
        seed: 1,
      })
      const margins = await xgboost.predict(modelJson, takeRows(matrix, held), 'margin')
      aucs.push(rocAuc(pick(held), margins))
      losses.push(logLoss(pick(held), Float64Array.from(margins, sigmoid)))
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length
    console.info(`Telco, 5 folds: ROC-AUC ${mean(aucs).toFixed(4)}, log loss ${mean(losses).toFixed(4)}`)
    expect(mean(aucs)).toBeGreaterThanOrEqual(0.84)
    expect(mean(losses)).toBeLessThanOrEqual(0.425)
  })
})
