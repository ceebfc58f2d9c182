import {
  asset,
  type ChurnRows,
  type FloatMatrix,
  floatMatrix,
  objects,
  rowCount,
  sql,
  sqlAsset,
  takeRows,
  through,
  trailing,
  trainChurnModel,
} from 'ottok'
import { HORIZON_MONTHS, modelMonths } from './calendar.ts'
import { customers, features, lost } from './features.ts'

/** Snapshots whose labels are known at the end of a model's month. */
const labelled = trailing({ months: 'all', endOffset: -HORIZON_MONTHS })

/**
 * Slices in time: the newest labelled snapshot tests, and what the model is fitted on was known by then, which is a
 * horizon earlier. A horizon between train, tune and calibrate too would take more months than the log has, so these
 * share their months and take each customer once: nobody's later months tell when to stop.
 */
export const trainingSet = sqlAsset({
  key: 'models/training_set',
  description: 'Labelled snapshots for a month’s model, each in its slice.',
  partitions: modelMonths,
  deps: { customers: through(customers, labelled), outcomes: through(lost, labelled) },
  orderBy: ['slice', 'snapshot_month', 'customer_id'],
  checks: [rowCount({ min: 1 })],
  sql: ({ customers, outcomes, partition }) => sql`
    SELECT ${partition.first} AS month, snapshot_month, customer_id, lost,
      cityHash64('slice', customer_id) % 8 AS part,
      multiIf(snapshot_month = addMonths(month, -${HORIZON_MONTHS}), 'test',
        part = 0, 'tune', part = 1, 'calibrate', 'train') AS slice,
      ${features.map(({ name }) => name).join(', ')}
    FROM ${customers} AS customer
    INNER JOIN ${outcomes} AS outcome USING (snapshot_month, customer_id)
    WHERE slice = 'test' OR snapshot_month <= addMonths(month, -${2 * HORIZON_MONTHS})`,
})

export const lostModel = asset({
  key: 'models/lost',
  description: 'Probability that a customer buys nothing for 6 months: XGBoost, stored as ONNX.',
  kinds: ['xgboost', 'onnx'],
  partitions: modelMonths,
  deps: { rows: trainingSet },
  store: objects({ extension: 'onnx' }),
  dataVersion: 'inputs',
  materialize: async ({ partition, inputs, warehouse, resources, signal }) => {
    const names = features.map(({ name }) => name)
    const read = await floatMatrix(warehouse, {
      sql: `SELECT * FROM ${inputs.rows.table} ORDER BY snapshot_month, customer_id`,
      columns: [...names, 'lost'],
      key: ['customer_id', 'snapshot_month', 'slice'],
      signal,
    })
    const model = await trainChurnModel({
      slices: {
        train: rowsOf(read, 'train'),
        tune: rowsOf(read, 'tune'),
        calibrate: rowsOf(read, 'calibrate'),
        test: rowsOf(read, 'test'),
      },
      features: names,
      modelVersion: `lost-${partition.key}`,
      seed: 1,
      params: { maxDepth: 4 },
      library: resources.xgboostLib as string | undefined,
      signal,
    })
    const { onnx, calibration, quality, parity, trees, sliceRows, importance } = model
    return { kind: 'bytes', bytes: onnx, metadata: { calibration, quality, parity, trees, sliceRows, importance } }
  },
})

/** Rows of one slice; the label is the last column read. */
export function rowsOf(read: FloatMatrix, slice: string): ChurnRows {
  const chosen = [...read.keys.slice!.keys()].filter((row) => read.keys.slice![row] === slice)
  const all = takeRows({ rows: read.rows, columns: read.columns.length, data: read.data }, chosen)
  const width = all.columns - 1
  const data = new Float32Array(all.rows * width)
  const labels = new Float32Array(all.rows)
  for (let row = 0; row < all.rows; row++) {
    data.set(all.data.subarray(row * all.columns, row * all.columns + width), row * width)
    labels[row] = all.data[row * all.columns + width]!
  }
  return {
    matrix: { rows: all.rows, columns: width, data },
    labels,
    userIds: chosen.map((row) => read.keys.customer_id![row]!),
    days: chosen.map((row) => read.keys.snapshot_month![row]!),
    // Nobody has a contract here that could be due or cancelled.
    due: new Uint8Array(all.rows),
    undecided: new Uint8Array(all.rows),
  }
}
