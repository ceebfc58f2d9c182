import { churnFeatures, freezeDays, modelColumns } from '../../lib/features/index.ts'
import { asset, cross, fixed, through, trailing, warehouse } from '../../lib/graph/index.ts'
import { calibrateAll, floatMatrix, loadScorer, type TemporalSlices } from '../../lib/learning/index.ts'
import { labels } from '../features/labels.ts'
import { snapshot } from '../features/snapshot.ts'
import { decodeModel } from '../models/bundle.ts'
import { churnModel } from '../models/churn-model.ts'
import { sufficient } from '../scores/churn-scores.ts'
import { modelMonths, rule, segments } from '../service.ts'

/** The last four weeks whose labels are frozen by the month's end; test slices are no longer. */
const testDays = trailing({ days: 28, endOffset: -freezeDays(rule) })

const columns = {
  month: 'Date',
  segment: 'LowCardinality(String)',
  snapshot_day: 'Date',
  user_id: 'String',
  y: 'UInt8',
  margin: 'Float32',
  probability: 'Float32',
  due: 'UInt8',
  undecided: 'UInt8',
}

/**
 * What each model would have said of every account on the days of its test slice, beside what became of them. The slice is
 * later than all that the model was fitted on; training saw a seventh of it at most, for its own figures only.
 */
export const backtest = asset({
  key: 'drift/backtest',
  description: 'Scores of each model over all accounts on days that it never saw, with their outcomes.',
  kinds: ['onnx'],
  partitions: cross({ month: modelMonths, segment: fixed(...segments) }),
  deps: { models: churnModel, snapshots: through(snapshot, testDays), outcomes: through(labels, testDays) },
  store: warehouse,
  columns,
  orderBy: ['snapshot_day', 'user_id'],
  dataVersion: 'inputs',
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const stored = inputs.models.only()
    const model = decodeModel(await stored.bytes())
    const { test } = stored.metadata.slices as TemporalSlices
    const segment = partition.values.segment!
    const features = modelColumns(churnFeatures)
    const names = features.map(({ name }) => name)
    const known = ['y', 'due', 'undecided']
    const read = await floatMatrix(engine, {
      sql: `SELECT user_id, snapshot_day, ${features.map(({ name, sql }) => `${sql} AS ${name}_model`).join(', ')},
              outcome_y, outcome_due, outcome_undecided
            FROM (SELECT * FROM ${inputs.snapshots.table}
                  WHERE snapshot_day BETWEEN {from:Date} AND {to:Date} AND eligible AND segment = {segment:String} AND ${sufficient}) AS state
            INNER JOIN (SELECT user_id, snapshot_day, ${known.map((name) => `${name} AS outcome_${name}`).join(', ')}
                  FROM ${inputs.outcomes.table} WHERE eligible AND y IS NOT NULL) AS outcome USING (user_id, snapshot_day)
            ORDER BY snapshot_day, user_id`,
      columns: [...names.map((name) => `${name}_model`), ...known.map((name) => `outcome_${name}`)],
      key: ['user_id', 'snapshot_day'],
      params: { from: test.from, to: test.to, segment },
      signal,
    })
    const width = names.length + known.length
    const data = new Float32Array(read.rows * names.length)
    for (let row = 0; row < read.rows; row++) {
      data.set(read.data.subarray(row * width, row * width + names.length), row * names.length)
    }
    const scorer = await loadScorer(model.onnx)
    const { margins } = await scorer.score({ rows: read.rows, columns: names.length, data }, names, signal)
    await scorer.close()
    const probabilities = calibrateAll(model.calibration, margins)
    const outcome = (row: number, index: number): number => read.data[row * width + names.length + index]!
    function* rows(): Generator<readonly unknown[]> {
      for (let row = 0; row < read.rows; row++) {
        yield [
          `${partition.values.month!.slice(0, 7)}-01`,
          segment,
          read.keys.snapshot_day![row],
          read.keys.user_id![row],
          outcome(row, 0),
          margins[row],
          probabilities[row],
          outcome(row, 1),
          outcome(row, 2),
        ]
      }
    }
    return { kind: 'rows', rows: rows(), metadata: { rows: read.rows, from: test.from, to: test.to } }
  },
})
