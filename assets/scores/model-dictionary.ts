import { asset, type InputPartition, published } from '../../lib/graph/index.ts'
import type { ChurnModel, TemporalSlices } from '../../lib/learning/index.ts'
import { champion } from '../models/champion.ts'
import { churnModel } from '../models/churn-model.ts'

/** What models/churn writes down of a model. */
interface ModelFacts extends Pick<ChurnModel, 'quality' | 'trees' | 'signature'> {
  readonly slices: TemporalSlices
  readonly rows: ChurnModel['sliceRows']
}

/** A row of the dictionary to be. */
interface Told extends ModelFacts {
  readonly month: string
  readonly segment: string
  readonly isChampion: boolean
}

const columns: readonly (readonly [string, string, string, (model: Told) => unknown])[] = [
  ['model_version', 'text', 'Version, as the column of that name holds it', ({ signature }) => signature.modelVersion],
  ['segment', 'text', 'Segment that it scores: trial or paid', ({ segment }) => segment],
  ['month', 'date', 'First day of the month that it was made in', ({ month }) => `${month}-01`],
  ['is_champion', 'boolean', 'Whether new scores of the segment are made by it', ({ isChampion }) => isChampion],
  ['trained_until', 'date', 'Last snapshot day that it was trained on', ({ slices }) => slices.train.to],
  ['train_rows', 'bigint', 'Rows that it was trained on', ({ rows }) => rows.train],
  [
    'test_from',
    'date',
    'First of the snapshot days, later than all others, that it was measured on',
    ({ slices }) => slices.test.from,
  ],
  ['test_until', 'date', 'Last of these', ({ slices }) => slices.test.to],
  ['test_rows', 'bigint', 'Rows that it was measured on', ({ quality }) => quality.rows],
  ['trees', 'integer', 'Trees', ({ trees }) => trees],
  ['base_rate', 'double precision', 'Share of the test rows that left', ({ quality }) => quality.baseRate],
  [
    'roc_auc',
    'double precision',
    'Chance that a leaver is ranked above a stayer of the same day; 0.5 is guessing',
    ({ quality }) => quality.rocAuc.value,
  ],
  ['roc_auc_low', 'double precision', 'Lower end of its 95% interval', ({ quality }) => quality.rocAuc.low],
  ['roc_auc_high', 'double precision', 'Upper end of its 95% interval', ({ quality }) => quality.rocAuc.high],
  ['pr_auc', 'double precision', 'Average precision; guessing gets base_rate', ({ quality }) => quality.prAuc],
  [
    'lift_at_10',
    'double precision',
    'Leavers among the riskiest tenth, over the base rate',
    ({ quality }) => quality.liftAt10,
  ],
  [
    'calibration_slope',
    'double precision',
    '1 is right; below 1 the probabilities are too extreme',
    ({ quality }) => quality.calibrationSlope,
  ],
  ['xgboost_version', 'text', 'Version of the library that trained it', ({ signature }) => signature.xgboostVersion],
]

/** How good each model was, and which one is in force. */
export const modelsMart = asset({
  key: 'models/dictionary_model',
  description: 'The mart table `mart.dictionary_model`.',
  kinds: ['postgres'],
  deps: { models: churnModel, champions: champion },
  store: published({
    schema: 'mart',
    table: 'dictionary_model',
    comment: 'Every churn model: what it was trained on, how good it was on later days, and whether it scores now.',
    columns: columns.map(([name, type, comment]) => ({ name, type, comment })),
    key: ['model_version'],
  }),
  materialize: async ({ inputs }) => ({
    kind: 'rows',
    rows: modelRows(inputs.models.partitions, inputs.champions.partitions),
  }),
})

type Stored = Pick<InputPartition, 'partition' | 'metadata'>

/**
 * Of a champion, what is known of the very model in force is told: its month may have been trained anew since, to a model
 * that did not take over.
 *
 * @param models by month and segment
 * @param champions by segment
 */
export function modelRows(models: readonly Stored[], champions: readonly Stored[]): unknown[][] {
  return models.map(({ partition, metadata }) => {
    const [month = '', segment = ''] = partition.split('|')
    const inForce = champions.find((one) => one.metadata.model === partition)
    const facts = (inForce?.metadata ?? metadata) as unknown as ModelFacts
    const told: Told = { ...facts, month, segment, isChampion: inForce !== undefined }
    return columns.map(([, , , of]) => of(told))
  })
}
