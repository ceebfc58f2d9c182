import { type DayQuality, measureDay, readScoredOutcomes } from '../../lib/drift/quality/index.ts'
import { asset, value } from '../../lib/graph/index.ts'
import { labels } from '../features/labels.ts'
import { churnScores } from '../scores/churn-scores.ts'
import { segments } from '../service.ts'
import { outcomeDays } from './outcome-days.ts'

/** How good the scores that were given out turned out to be. */
export const liveQuality = asset({
  key: 'drift/live_quality',
  description: 'Quality of a day’s scores once its outcomes are known, by segment and group.',
  partitions: outcomeDays,
  deps: { scores: churnScores, outcomes: labels },
  store: value,
  materialize: async ({ partition, inputs, warehouse, signal }) => {
    const days: DayQuality[] = []
    for (const segment of segments) {
      const scored = `FROM ${inputs.scores.table} WHERE segment = {segment:String}`
      const rows = await readScoredOutcomes(
        warehouse,
        `SELECT user_id, snapshot_day, y, margin, probability, due, undecided
         FROM (SELECT user_id, snapshot_day, raw_margin AS margin, churn_probability AS probability ${scored}) AS score
         INNER JOIN (SELECT user_id, snapshot_day, y, due, undecided FROM ${inputs.outcomes.table}
                     WHERE eligible AND y IS NOT NULL) AS outcome USING (user_id, snapshot_day)
         ORDER BY user_id`,
        { segment },
        signal,
      )
      const [model] = await warehouse.rows<{ model_version: string }>(`SELECT DISTINCT model_version ${scored}`, {
        params: { segment },
        signal,
      })
      const as = { segment, series: 'live', modelVersion: model?.model_version ?? '' } as const
      days.push(...measureDay(rows, partition.date!, as))
    }
    return { kind: 'value', value: days }
  },
})
