import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ChurnModel,
  type ChurnRows,
  calibrateAll,
  loadScorer,
  parseCalibration,
  parseEnsemble,
  predictMargins,
  rocAuc,
  sliceRows,
  temporalSlices,
  trainChurnModel,
} from '../../../lib/learning/index.ts'
import { sampleData } from './support/data.ts'

const features = ['views', 'days_left', 'auto_renew', 'ratio', 'noise_a', 'noise_b']
const days = Array.from({ length: 200 }, (_, i) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10))
const slices = temporalSlices(days, 32)

/** A snapshot of each user on one day a week. */
function history(users: number, seed: number): ChurnRows & { readonly truth: Float64Array } {
  const perUser = Math.floor(days.length / 7)
  const { matrix, labels, truth } = sampleData(users * perUser, features.length, seed)
  const rows = Array.from(labels.keys())
  return {
    matrix,
    labels,
    truth,
    userIds: rows.map((row) => `u${Math.floor(row / perUser)}`),
    days: rows.map((row) => days[(row % perUser) * 7 + (Math.floor(row / perUser) % 7)]!),
    due: Uint8Array.from(rows, (row) => row % 2),
    undecided: Uint8Array.from(rows, () => 0),
  }
}

describe('trainChurnModel', () => {
  const rows = history(2000, 1)
  const dealt = sliceRows(rows, slices)
  const training = { slices: dealt, features, modelVersion: 'm1', seed: 5, rounds: 150 }
  let model: ChurnModel
  beforeAll(async () => {
    model = await trainChurnModel(training)
  })

  test('is as good as what can be known, and no better', () => {
    const test = rows.days.flatMap((day, row) => (day >= slices.test.from && day <= slices.test.to ? [row] : []))
    const attainable = rocAuc(
      test.map((row) => rows.labels[row]!),
      test.map((row) => rows.truth[row]!),
    )
    const { rocAuc: measured, rocAucPooled } = model.quality
    console.info(`ROC-AUC ${measured.value} (${measured.low}..${measured.high}), attainable ${attainable}`)
    expect(measured.low).toBeLessThan(measured.value)
    expect(measured.high).toBeGreaterThan(measured.value)
    expect(rocAucPooled.value).toBeGreaterThan(0.5 + 0.85 * (attainable - 0.5))
    expect(rocAucPooled.value).toBeLessThan(attainable + 3 * rocAucPooled.standardError)
  })

  test('is calibrated on the test slice', () => {
    const { calibrationSlope, calibrationIntercept, ece, logLoss, brier, baseRate } = model.quality
    expect(calibrationSlope).toBeGreaterThan(0.8)
    expect(calibrationSlope).toBeLessThan(1.2)
    expect(Math.abs(calibrationIntercept)).toBeLessThan(0.2)
    expect(ece).toBeLessThan(0.05)
    expect(brier).toBeLessThan(baseRate * (1 - baseRate))
    expect(logLoss).toBeLessThan(-(baseRate * Math.log(baseRate) + (1 - baseRate) * Math.log(1 - baseRate)))
    expect(model.quality.prAuc).toBeGreaterThan(baseRate)
    expect(model.quality.liftAt10).toBeGreaterThan(1.5)
  })

  test('measures groups, and says null where a group has no rows', () => {
    expect(model.quality.due.rows).toBe(dealt.test.due.reduce((a, b) => a + b, 0))
    expect(model.quality.due.rocAuc!.value).toBeGreaterThan(0.5)
    expect(model.quality.undecided).toEqual({ rows: 0, positives: 0, rocAuc: null })
  })

  test('all that is stored works together after a trip through JSON', async () => {
    const stored = JSON.parse(JSON.stringify({ ...model, onnx: undefined })) as ChurnModel
    const scorer = await loadScorer(model.onnx)
    const { margins } = await scorer.score(dealt.test.matrix, features)
    await scorer.close()
    expect(scorer.signature).toEqual(model.signature)
    expect(predictMargins(parseEnsemble(stored.ensembleJson), dealt.test.matrix)).toEqual(margins)
    const probabilities = calibrateAll(parseCalibration(stored.calibration), margins)
    const counts = stored.reference.scores.counts
    expect(counts.reduce((a, b) => a + b, 0)).toBe(probabilities.length)
    expect(Object.keys(stored.reference.features)).toEqual(features)
    expect(stored.quality).toEqual(model.quality)
  })

  test('knows what mattered, and how many rows each slice had', () => {
    const shares = Object.fromEntries(model.importance.map(({ feature, share }) => [feature, share]))
    expect(model.importance.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(model.importance[0]!.feature).toBe('views')
    expect(shares.noise_a! + shares.noise_b!).toBeLessThan(0.2)
    expect(model.sliceRows.test).toBe(dealt.test.labels.length)
    expect(model.parity.rows).toBe(Object.values(model.sliceRows).reduce((a, b) => a + b, 0))
    expect(model.parity.probability).toBeLessThanOrEqual(1e-6)
    expect(model.trees).toBeLessThanOrEqual(150)
  })

  test('the same input gives the same model', async () => {
    const again = await trainChurnModel(training)
    expect(again.onnx).toEqual(model.onnx)
    expect({ ...again, onnx: undefined }).toEqual({ ...model, onnx: undefined })
  })

  test('shuffled labels give 0.5', async () => {
    const shuffled = { ...rows, labels: rows.labels.map((_, row) => rows.labels[(row * 7919) % rows.labels.length]!) }
    const { quality } = await trainChurnModel({ ...training, slices: sliceRows(shuffled, slices) })
    expect(Math.abs(quality.rocAucPooled.value - 0.5)).toBeLessThan(4 * quality.rocAucPooled.standardError)
  })

  test('names the slice that will not do', async () => {
    const { test: last } = dealt
    const oneClass = { ...dealt, test: { ...last, labels: last.labels.map(() => 0) } }
    await expect(trainChurnModel({ ...training, slices: oneClass })).rejects.toThrow(/test slice.*0 are churn/)
    const named = trainChurnModel({ ...training, features: ['views'] })
    await expect(named).rejects.toThrow(/6 columns and there are 1 feature names/)
  })

  test('stops at the signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(trainChurnModel({ ...training, signal })).rejects.toThrow('enough')
  })
})
