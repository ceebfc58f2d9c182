import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import { asOf, asset, through, unique, warehouse } from '../../lib/graph/index.ts'
import { calibrate, floatMatrix, loadScorer, rangeAt } from '../../lib/learning/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { decodeModel } from '../models/bundle.ts'
import { champion } from '../models/champion.ts'
import { scoreDays, segments } from '../service.ts'
import { REASONS, reasonColumns, reasonsOf, reasonValues } from './reasons.ts'

const reasonFields = Object.fromEntries(
  Array.from({ length: REASONS }, (_, i) =>
    Object.entries(reasonColumns).map(([name, type]) => [`reason_${i + 1}_${name}`, type]),
  ).flat(),
)

/** Paid users in their first days whom no source has seen: there is nothing to tell them apart by. */
export const sufficient = `NOT (segment = 'paid' AND days_since_signup < 3 AND days_since_seen IS NULL)`

/** Every eligible account's score of a day, by the champion of that day, with its reasons. */
export const churnScores = asset({
  key: 'scores/churn',
  description: 'Margin, calibrated probability and top reasons of every eligible account, daily.',
  kinds: ['onnx'],
  partitions: scoreDays,
  deps: { users: snapshot, models: through(champion, asOf()) },
  store: warehouse,
  columns: {
    user_id: 'String',
    snapshot_day: 'Date',
    segment: 'LowCardinality(String)',
    raw_margin: 'Float32',
    churn_probability: 'Float32',
    probability_low: 'Float32',
    probability_high: 'Float32',
    model_version: 'LowCardinality(String)',
    ...reasonFields,
    actionable_reason_code: 'Nullable(String)',
  },
  orderBy: ['user_id'],
  dataVersion: 'inputs',
  checks: [unique(['user_id'])],
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const columns = modelColumns(churnFeatures)
    const rows: unknown[][] = []
    const counts: Record<string, number> = {}
    for (const segment of segments) {
      const stored = inputs.models.partitions.find((model) => model.partition === segment)!
      const model = decodeModel(await stored.bytes())
      const read = await floatMatrix(engine, {
        sql: `SELECT user_id, ${columns.map(({ name, sql }) => `${sql} AS ${name}_model`).join(', ')}
              FROM ${inputs.users.table}
              WHERE eligible AND segment = {segment:String} AND ${sufficient} ORDER BY user_id`,
        columns: columns.map(({ name }) => `${name}_model`),
        key: ['user_id'],
        params: { segment },
        signal,
      })
      const names = columns.map(({ name }) => name)
      const matrix = { rows: read.rows, columns: names.length, data: read.data }
      const scorer = await loadScorer(model.onnx)
      const { margins } = await scorer.score(matrix, names, signal)
      await scorer.close()
      const reasons = await reasonsOf(model.ensemble, matrix, partition.date!, signal)
      counts[segment] = read.rows
      for (let row = 0; row < read.rows; row++) {
        const probability = calibrate(model.calibration, margins[row]!)
        rows.push([
          read.keys.user_id![row],
          partition.date,
          segment,
          margins[row],
          probability,
          ...rangeAt(model.range, margins[row]!, probability),
          model.signature.modelVersion,
          ...Array.from({ length: REASONS }, (_, i) => reasonValues(reasons[row]!.reasons[i])).flat(),
          reasons[row]!.actionable,
        ])
      }
    }
    return { kind: 'rows', rows, metadata: { scored: counts } }
  },
})
