import { freezeDays, labelSql } from '../../lib/features/index.ts'
import { sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { subscriptions } from '../raw/subscriptions.ts'
import { labelDays, rule } from '../service.ts'

/** Who left: the frozen label of every account and snapshot day. It exists once it can no longer move. */
export const labels = sqlAsset({
  key: 'features/labels',
  description: 'Churn labels, frozen 33 days after the cut-off (30 + 2 days and one of billing lag).',
  partitions: labelDays,
  deps: { changes: through(subscriptions, trailing({ days: 'all', endOffset: freezeDays(rule) })) },
  orderBy: ['user_id'],
  // What is read of the change log is the same for one day and for many: few, long steps.
  range: 60,
  checks: [unique(['user_id', 'snapshot_day'])],
  sql: ({ changes, partition }) => sql`${labelSql({ changes, days: partition.list, rule })}`,
})
