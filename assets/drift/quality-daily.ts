import type { DayQuality } from '../../lib/drift/quality/index.ts'
import { asset, published, warehouse } from '../../lib/graph/index.ts'
import { type BacktestQuality, backtestQuality } from './backtest-quality.ts'
import { liveQuality } from './live-quality.ts'

type Measure = Exclude<keyof DayQuality, 'bins'>

/** Columns in order: name, what of a day it holds, ClickHouse and PostgreSQL type, meaning. */
const columns: readonly (readonly [string, Measure, string, string, string])[] = [
  ['snapshot_day', 'day', 'Date', 'date', 'Day D that the scores are of'],
  ['segment', 'segment', 'LowCardinality(String)', 'text', 'trial or paid'],
  [
    'account_group',
    'group',
    'LowCardinality(String)',
    'text',
    'all; due: the promised end lies within 30 days; undecided: auto-renew on and nothing cancelled',
  ],
  [
    'series',
    'series',
    'LowCardinality(String)',
    'text',
    'live: scores that were given out; backtest: the model in force on days that it never saw',
  ],
  ['model_version', 'modelVersion', 'LowCardinality(String)', 'text', 'Model that made the scores'],
  ['rows', 'rows', 'UInt64', 'bigint', 'Accounts with a score and a known outcome'],
  ['positives', 'positives', 'UInt64', 'bigint', 'Of these, how many left'],
  ['base_rate', 'baseRate', 'Nullable(Float64)', 'double precision', 'positives / rows'],
  [
    'mean_score',
    'meanScore',
    'Nullable(Float64)',
    'double precision',
    'Mean probability; near base_rate when scores are right on the whole',
  ],
  [
    'roc_auc',
    'rocAuc',
    'Nullable(Float64)',
    'double precision',
    'Chance that a leaver was ranked above a stayer; 0.5 is guessing. Null below 10 of either',
  ],
  ['roc_auc_low', 'rocAucLow', 'Nullable(Float64)', 'double precision', 'Lower end of its 95% interval'],
  ['roc_auc_high', 'rocAucHigh', 'Nullable(Float64)', 'double precision', 'Upper end of its 95% interval'],
  ['pr_auc', 'prAuc', 'Nullable(Float64)', 'double precision', 'Average precision; guessing gets base_rate'],
  ['log_loss', 'logLoss', 'Nullable(Float64)', 'double precision', 'Mean negative log-likelihood, nats'],
  ['brier', 'brier', 'Nullable(Float64)', 'double precision', 'Mean squared difference of probability and outcome'],
  ['ece', 'ece', 'Nullable(Float64)', 'double precision', 'Expected calibration error over ten bins of equal mass'],
  [
    'calibration_slope',
    'calibrationSlope',
    'Nullable(Float64)',
    'double precision',
    '1 is right; below 1 the probabilities are too extreme',
  ],
  [
    'calibration_intercept',
    'calibrationIntercept',
    'Nullable(Float64)',
    'double precision',
    '0 is right; above 0 the probabilities are too low',
  ],
  [
    'lift_at_10',
    'liftAt10',
    'Nullable(Float64)',
    'double precision',
    'Leavers among the riskiest tenth, over the base rate',
  ],
  [
    'estimated_auc',
    'estimatedAuc',
    'Nullable(Float64)',
    'double precision',
    'ROC-AUC that the probabilities promised without outcomes',
  ],
]

/** All measured days, live and backtest, in one table. */
export const qualityDaily = asset({
  key: 'drift/quality_daily',
  description: 'Quality of scores by day, segment, group and series: the days whose outcomes are known.',
  deps: { live: liveQuality, backtest: backtestQuality },
  store: warehouse,
  columns: Object.fromEntries(columns.map(([name, , type]) => [name, type])),
  orderBy: ['series', 'segment', 'account_group', 'snapshot_day'],
  materialize: async ({ inputs }) => ({
    kind: 'rows',
    rows: qualityRows(inputs.live.partitions, inputs.backtest.partitions),
  }),
})

/** The same for readers of the mart. */
export const qualityMart = asset({
  key: 'drift/quality_mart',
  description: 'The mart table `mart.model_quality_daily`.',
  kinds: ['postgres'],
  deps: { live: liveQuality, backtest: backtestQuality },
  store: published({
    schema: 'mart',
    table: 'model_quality_daily',
    comment: 'How good the scores were, by day, segment, group and series.',
    columns: columns.map(([name, , , type, comment]) => ({ name, type, comment })),
    key: ['series', 'segment', 'account_group', 'snapshot_day'],
  }),
  materialize: async ({ inputs }) => ({
    kind: 'rows',
    rows: qualityRows(inputs.live.partitions, inputs.backtest.partitions),
  }),
})

interface Stored {
  readonly value: () => unknown
}

function qualityRows(live: readonly Stored[], backtest: readonly Stored[]): unknown[][] {
  const days = [
    ...live.flatMap((partition) => partition.value() as readonly DayQuality[]),
    ...backtest.flatMap((partition) => (partition.value() as BacktestQuality).days),
  ]
  return days.map((day) => columns.map(([, of]) => day[of]))
}
