import {
  acceptedRange,
  asset,
  calibrate,
  floatMatrix,
  loadScorer,
  parseCalibration,
  published,
  unique,
  warehouse,
} from 'ottok'
import { scoreMonths } from './calendar.ts'
import { customers, features } from './features.ts'
import { lostModel } from './training.ts'

export const scores = asset({
  key: 'scores/lost',
  description: 'Margin and calibrated probability of every customer at the end of a month, by that month’s model.',
  kinds: ['onnx'],
  partitions: scoreMonths,
  deps: { customers, model: lostModel },
  store: warehouse,
  columns: {
    snapshot_month: 'Date',
    customer_id: 'String',
    raw_margin: 'Float32',
    churn_probability: 'Float32',
    model_version: 'LowCardinality(String)',
  },
  orderBy: ['customer_id'],
  dataVersion: 'inputs',
  checks: [unique(['customer_id']), acceptedRange('churn_probability', { min: 0, max: 1 })],
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const stored = inputs.model.only()
    const names = features.map(({ name }) => name)
    const read = await floatMatrix(engine, {
      sql: `SELECT * FROM ${inputs.customers.table} ORDER BY customer_id`,
      columns: names,
      key: ['customer_id'],
      signal,
    })
    const scorer = await loadScorer(await stored.bytes())
    const matrix = { rows: read.rows, columns: names.length, data: read.data }
    const { margins } = await scorer.score(matrix, names, signal)
    await scorer.close()
    const calibration = parseCalibration(stored.metadata.calibration)
    const rows = read.keys.customer_id!.map((customer, row) => [
      partition.date,
      customer,
      margins[row],
      calibrate(calibration, margins[row]!),
      scorer.signature.modelVersion,
    ])
    return { kind: 'rows', rows, metadata: { scored: rows.length } }
  },
})

const martColumns = [
  { name: 'customer_id', type: 'text', comment: 'CDNOW’s number of the customer' },
  { name: 'snapshot_day', type: 'date', comment: 'Day by whose end everything was known' },
  { name: 'churn_probability', type: 'real', comment: 'Calibrated probability of no purchase in the next 6 months' },
  { name: 'raw_margin', type: 'real', comment: 'Log-odds before calibration; rank by this' },
  { name: 'risk_decile', type: 'smallint', comment: 'Tenths of the customers by risk, 10 = highest' },
  { name: 'recency_days', type: 'integer', comment: 'Days since the last purchase' },
  { name: 'orders_ever', type: 'integer', comment: 'Purchases so far' },
  { name: 'cents_ever', type: 'bigint', comment: 'What they came to, in cents' },
  { name: 'model_version', type: 'text', comment: 'Model that made the score' },
] as const

export const mart = asset({
  key: 'scores/mart',
  description: 'The table `cdnow.customer_scores`: who will not come back.',
  partitions: scoreMonths,
  deps: { customers, scores },
  store: published({
    schema: 'cdnow',
    table: 'customer_scores',
    comment: 'Every customer at the end of the newest month, and how likely it is that we have lost them.',
    columns: martColumns,
    key: ['customer_id'],
  }),
  dataVersion: 'inputs',
  materialize: async ({ inputs, warehouse: engine, signal }) => {
    const rows = await engine.rows<Record<string, unknown>>(
      `SELECT customer.customer_id AS customer_id, snapshot_day, churn_probability, raw_margin,
         toInt16(ceil(10 * row_number() OVER (ORDER BY raw_margin, customer_id) / count() OVER ())) AS risk_decile,
         recency_days, orders_ever, cents_ever, model_version
       FROM ${inputs.customers.table} AS customer
       INNER JOIN ${inputs.scores.table} AS score ON score.customer_id = customer.customer_id
       ORDER BY customer_id`,
      { signal },
    )
    return { kind: 'rows', rows: rows.map((row) => martColumns.map(({ name }) => row[name])) }
  },
})
