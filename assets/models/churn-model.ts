import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import { asset, cross, fixed, objects } from '../../lib/graph/index.ts'
import { type ChurnRows, sliceRows, temporalSlices, trainChurnModel } from '../../lib/learning/index.ts'
import { floatMatrix } from '../../lib/warehouse/index.ts'
import { modelMonths, rule, segments } from '../service.ts'
import { encodeModel } from './bundle.ts'
import { trainingSet } from './training-set.ts'

/** How far a label looks ahead, and so the gap between slices: the horizon and the days to return. */
const labelDays = rule.horizonDays + rule.returnDays

/** Predicts, for one segment, leaving within 30 + 2 days if not contacted. Trained anew each month. */
export const churnModel = asset({
  key: 'models/churn',
  description: 'Gradient-boosted churn model of a segment: four time slices, calibrated, ONNX checked for parity.',
  kinds: ['xgboost', 'onnx'],
  partitions: cross({ month: modelMonths, segment: fixed(...segments) }),
  deps: { rows: trainingSet },
  store: objects({ extension: 'json' }),
  dataVersion: 'inputs',
  materialize: async ({ partition, inputs, warehouse, resources, signal, log }) => {
    const segment = partition.values.segment!
    const features = modelColumns(churnFeatures).map(({ name }) => name)
    const flags = ['y', 'due', 'undecided']
    const read = await floatMatrix(warehouse, {
      sql: `SELECT * FROM ${inputs.rows.table} WHERE segment = {segment:String} ORDER BY snapshot_day, user_id`,
      columns: [...features, ...flags],
      key: ['user_id', 'snapshot_day'],
      params: { segment },
      signal,
    })
    const rows = labelledRows(read, features.length)
    const slices = temporalSlices(rows.days, labelDays)
    log.info(`training ${partition.key}`, { rows: rows.labels.length, slices })
    const model = await trainChurnModel({
      slices: sliceRows(rows, slices),
      features,
      modelVersion: `churn-${segment}-${partition.values.month!.slice(0, 7)}`,
      seed: 1,
      library: resources.xgboostLib as string | undefined,
      signal,
    })
    const { quality, parity, trees, sliceRows: counts, signature, importance } = model
    const metadata = { quality, parity, trees, slices, rows: counts, signature, importance: importance.slice(0, 10) }
    return { kind: 'bytes', bytes: encodeModel(model), metadata }
  },
})

/** Splits a read matrix into features and the three flags that stand behind them. */
function labelledRows(
  read: { rows: number; data: Float32Array; keys: Readonly<Record<string, readonly string[]>> },
  width: number,
): ChurnRows {
  const data = new Float32Array(read.rows * width)
  const labels = new Float32Array(read.rows)
  const due = new Uint8Array(read.rows)
  const undecided = new Uint8Array(read.rows)
  for (let row = 0; row < read.rows; row++) {
    const from = row * (width + 3)
    data.set(read.data.subarray(from, from + width), row * width)
    labels[row] = read.data[from + width]!
    due[row] = read.data[from + width + 1]!
    undecided[row] = read.data[from + width + 2]!
  }
  const matrix = { rows: read.rows, columns: width, data }
  return { matrix, labels, due, undecided, userIds: read.keys.user_id!, days: read.keys.snapshot_day! }
}
