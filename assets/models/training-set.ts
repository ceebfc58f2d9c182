import { churnFeatures, freezeDays, modelColumns } from '../../lib/features/index.ts'
import { rowCount, sql, sqlAsset, through, trailing } from '../../lib/graph/index.ts'
import { labels } from '../features/labels.ts'
import { snapshot } from '../features/snapshot.ts'
import { everyMonth, modelMonths, rule } from '../service.ts'

/** Snapshots whose labels are frozen by the month's own cut-off: 34 days before it, that is 33 before its last day. */
const matured = trailing({ days: 'all', endOffset: -freezeDays(rule) })

/** Labelled rows of a month's models: one snapshot per user in 7 days, on a weekday that the user's hash chooses. */
export const trainingSet = sqlAsset({
  key: 'models/training_set',
  description: 'Labelled training rows of both segments, sampled weekly per user.',
  partitions: modelMonths,
  deps: { snapshots: through(snapshot, matured), outcomes: through(labels, matured) },
  orderBy: ['segment', 'snapshot_day', 'user_id'],
  automation: everyMonth,
  checks: [rowCount({ min: 1 })],
  sql: ({ snapshots, outcomes, partition }) => sql`
    SELECT ${partition.first} AS month, assumeNotNull(outcome.segment) AS segment, snapshot_day, user_id,
      assumeNotNull(outcome.y) AS y, assumeNotNull(outcome.due) AS due, assumeNotNull(outcome.undecided) AS undecided,
      ${modelColumns(churnFeatures)
        .map(({ name, sql: expression }) => `${expression} AS ${name}`)
        .join(', ')}
    FROM ${snapshots} AS snapshot
    INNER JOIN (
      SELECT user_id, snapshot_day, segment, y, due, undecided FROM ${outcomes} WHERE eligible AND y IS NOT NULL
    ) AS outcome USING (user_id, snapshot_day)
    WHERE cityHash64(user_id) % 7 = toDayOfWeek(snapshot_day) - 1`,
})
