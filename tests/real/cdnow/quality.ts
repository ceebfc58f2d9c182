import { asset, floatMatrix, loadScorer, pooledAuc, published } from 'ottok'
import { aucDifference } from './auc-difference.ts'
import { modelMonths } from './calendar.ts'
import { features } from './features.ts'
import { lostModel, rowsOf, trainingSet } from './training.ts'

const columns = [
  { name: 'model_version', type: 'text', comment: 'The model that is compared' },
  { name: 'ranking', type: 'text', comment: 'model; recency, which ranks by days since the last purchase; difference' },
  { name: 'rows', type: 'integer', comment: 'Rows of the test slice, the same for both' },
  { name: 'base_rate', type: 'real', comment: 'Share of them who were lost' },
  { name: 'roc_auc', type: 'double precision', comment: 'ROC-AUC, or the difference of both' },
  { name: 'low', type: 'double precision', comment: 'Lower end of its 95% interval' },
  { name: 'high', type: 'double precision', comment: 'Upper end' },
] as const

export const quality = asset({
  key: 'models/against_recency',
  description: 'The table `cdnow.model_quality`: is the model worth more than the days since the last purchase?',
  partitions: modelMonths,
  deps: { rows: trainingSet, model: lostModel },
  store: published({
    schema: 'cdnow',
    table: 'model_quality',
    comment: 'The newest model against recency alone, on customers and months that neither has seen.',
    columns,
    key: ['ranking'],
  }),
  dataVersion: 'inputs',
  materialize: async ({ inputs, warehouse, signal }) => {
    const names = features.map(({ name }) => name)
    const read = await floatMatrix(warehouse, {
      sql: `SELECT * FROM ${inputs.rows.table} WHERE slice = 'test' ORDER BY customer_id`,
      columns: [...names, 'lost'],
      key: ['customer_id', 'snapshot_month', 'slice'],
      signal,
    })
    const test = rowsOf(read, 'test')
    const scorer = await loadScorer(await inputs.model.only().bytes())
    const { margins } = await scorer.score(test.matrix, names, signal)
    await scorer.close()
    const place = names.indexOf('recency_days')
    const recency = Float32Array.from(test.labels, (_, row) => test.matrix.data[row * names.length + place]!)

    const seed = 1
    const auc = (scores: Float32Array) => pooledAuc({ ...test, scores }, { seed })
    const measured = {
      model: auc(margins),
      recency: auc(recency),
      difference: aucDifference(test.labels, margins, recency, { seed }),
    }
    const baseRate = test.labels.reduce((sum, label) => sum + label, 0) / test.labels.length
    const rows = Object.entries(measured).map(([ranking, { value, low, high }]) => [
      scorer.signature.modelVersion,
      ranking,
      test.labels.length,
      baseRate,
      value,
      low,
      high,
    ])
    return { kind: 'rows', rows, metadata: measured }
  },
})
