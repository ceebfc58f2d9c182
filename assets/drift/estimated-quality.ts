import { estimateAuc, estimateLift } from '../../lib/drift/quality/index.ts'
import { asset, warehouse } from '../../lib/graph/index.ts'
import { floatMatrix } from '../../lib/learning/index.ts'
import { churnScores } from '../scores/churn-scores.ts'
import { scoreDays, segments } from '../service.ts'

/** How good a day's scores promise to be, before any outcome is known. */
export const estimatedQuality = asset({
  key: 'drift/estimated_quality',
  description: 'Quality that a day’s calibrated probabilities promise without labels, by segment.',
  partitions: scoreDays,
  deps: { scores: churnScores },
  store: warehouse,
  columns: {
    snapshot_day: 'Date',
    segment: 'LowCardinality(String)',
    model_version: 'LowCardinality(String)',
    rows: 'UInt64',
    mean_score: 'Nullable(Float64)',
    expected_positives: 'Float64',
    roc_auc: 'Nullable(Float64)',
    lift_at_10: 'Nullable(Float64)',
  },
  orderBy: ['segment'],
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const rows: unknown[][] = []
    for (const segment of segments) {
      const read = await floatMatrix(engine, {
        sql: `SELECT model_version, churn_probability FROM ${inputs.scores.table} WHERE segment = {segment:String} ORDER BY user_id`,
        columns: ['churn_probability'],
        key: ['model_version'],
        params: { segment },
        signal,
      })
      const expected = read.data.reduce((sum, p) => sum + p, 0)
      rows.push([
        partition.date,
        segment,
        read.keys.model_version![0] ?? '',
        read.rows,
        read.rows > 0 ? expected / read.rows : null,
        expected,
        estimateAuc(read.data),
        estimateLift(read.data, 0.1),
      ])
    }
    return { kind: 'rows', rows }
  },
})
