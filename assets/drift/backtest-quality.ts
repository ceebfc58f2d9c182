import {
  type DayQuality,
  type Headline,
  headlinesOfRows,
  measureDay,
  readScoredOutcomes,
} from '../../lib/drift/quality/index.ts'
import { asset, fixed, value } from '../../lib/graph/index.ts'
import type { ModelSignature } from '../../lib/learning/index.ts'
import { champion } from '../models/champion.ts'
import { segments } from '../service.ts'
import { backtest } from './backtest.ts'

/** How good the model in force was on days that it never saw. */
export interface BacktestQuality {
  readonly modelVersion: string
  readonly headlines: readonly Headline[]
  readonly days: readonly DayQuality[]
}

/** Quality of the champion before it has scored anything whose outcome is known: what live quality is held against. */
export const backtestQuality = asset({
  key: 'drift/backtest_quality',
  description: 'Quality of the champion of a segment, day by day, over all accounts of its test slice.',
  partitions: fixed(...segments),
  deps: { champion, scored: backtest },
  store: value,
  materialize: async ({ partition, inputs, warehouse, signal }) => {
    const { model, signature } = inputs.champion.only().metadata as { model: string; signature: ModelSignature }
    const segment = partition.key
    const rows = await readScoredOutcomes(
      warehouse,
      `SELECT user_id, snapshot_day, y, margin, probability, due, undecided FROM ${inputs.scored.table}
       WHERE month = {month:Date} AND segment = {segment:String} ORDER BY snapshot_day, user_id`,
      { month: `${model.slice(0, 7)}-01`, segment },
      signal,
    )
    const { modelVersion } = signature
    const as = { segment, series: 'backtest', modelVersion } as const
    const days = [...new Set(rows.days)].sort().flatMap((day) => measureDay(rows, day, as))
    const quality: BacktestQuality = { modelVersion, headlines: headlinesOfRows(rows), days }
    return { kind: 'value', value: quality, metadata: { modelVersion, headlines: quality.headlines } }
  },
})
