import { expect, it } from 'vitest'
import { modelRows, modelsMart } from '../../../assets/scores/model-dictionary.ts'

const version = (month: string, rocAuc: number) => ({
  quality: { rocAuc: { value: rocAuc, low: rocAuc - 0.1, high: rocAuc + 0.1 } },
  slices: { train: { to: '2026-05-07' }, test: { from: '2026-07-16', to: '2026-07-29' } },
  rows: { train: 100 },
  signature: { modelVersion: `churn-paid-${month}`, xgboostVersion: '1.7.4' },
})

const modelOf = (month: string, rocAuc: number) => ({ partition: `${month}|paid`, metadata: version(month, rocAuc) })

/** Version, month, whether it is the champion, ROC-AUC. */
function told(rows: readonly unknown[][]) {
  if (modelsMart.store.kind !== 'published') throw new Error('it is published')
  const names = modelsMart.store.columns.map(({ name }) => name)
  return rows.map((row) => ['model_version', 'month', 'is_champion', 'roc_auc'].map((name) => row[names.indexOf(name)]))
}

it('tells one champion of a segment from the models before and after it', () => {
  const champions = [{ partition: 'paid', metadata: { ...version('2026-09', 0.8), model: '2026-09|paid' } }]
  const models = [modelOf('2026-08', 0.7), modelOf('2026-09', 0.8), modelOf('2026-10', 0.6)]
  expect(told(modelRows(models, champions))).toEqual([
    ['churn-paid-2026-08', '2026-08-01', false, 0.7],
    ['churn-paid-2026-09', '2026-09-01', true, 0.8],
    ['churn-paid-2026-10', '2026-10-01', false, 0.6],
  ])
})

it('tells of the model in force, not of the one that its month was trained to since', () => {
  const champions = [{ partition: 'paid', metadata: { ...version('2026-09', 0.8), model: '2026-09|paid' } }]
  expect(told(modelRows([modelOf('2026-09', 0.55)], champions))).toEqual([
    ['churn-paid-2026-09', '2026-09-01', true, 0.8],
  ])
})
