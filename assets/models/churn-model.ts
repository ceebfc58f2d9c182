import { asset, cross, fixed, objects } from '../../lib/graph/index.ts'
import { sliceRows, temporalSlices, trainChurnModel } from '../../lib/learning/index.ts'
import { everyMonth, modelMonths, rule, segments } from '../service.ts'
import { encodeModel } from './bundle.ts'
import { featureNames, readTrainingRows } from './training-rows.ts'
import { trainingSet } from './training-set.ts'

/** How far a label looks ahead, and so the gap between slices: the horizon and the days to return. */
const labelDays = rule.horizonDays + rule.returnDays

/** Predicts, for one segment, leaving within 30 + 2 days if not contacted. Trained anew each month. */
export const churnModel = asset({
  key: 'models/churn',
  description: 'Gradient-boosted churn model of a segment: four time slices, calibrated, ONNX checked for parity.',
  kinds: ['xgboost', 'onnx'],
  // A training takes all processors; two at once would each take longer than both in turn.
  pool: 'xgboost',
  partitions: cross({ month: modelMonths, segment: fixed(...segments) }),
  deps: { rows: trainingSet },
  store: objects({ extension: 'json' }),
  automation: everyMonth,
  dataVersion: 'inputs',
  materialize: async ({ partition, inputs, warehouse, resources, signal, log }) => {
    const segment = partition.values.segment!
    const rows = await readTrainingRows(warehouse, inputs.rows.table, segment, signal)
    const slices = temporalSlices(rows.days, labelDays)
    log.info(`training ${partition.key}`, { rows: rows.labels.length, slices })
    const model = await trainChurnModel({
      slices: sliceRows(rows, slices),
      features: featureNames,
      modelVersion: `churn-${segment}-${partition.values.month!.slice(0, 7)}`,
      seed: 1,
      // Shallow, heavily regularised trees: a trial segment has some ten thousand rows, half of them noise.
      params: { eta: 0.03, maxDepth: 4, minChildWeight: 60, lambda: 5 },
      library: resources.xgboostLib as string | undefined,
      signal,
    })
    const { quality, parity, trees, sliceRows: counts, signature, importance } = model
    const metadata = { quality, parity, trees, slices, rows: counts, signature, importance: importance.slice(0, 10) }
    return { kind: 'bytes', bytes: encodeModel(model), metadata }
  },
})
