import { snapshotStateSql } from '../../lib/features/index.ts'
import { sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { subscriptions } from '../raw/subscriptions.ts'
import { rule, snapshotDays } from '../service.ts'

/** Where every account stands with its subscription at t(D), by what was known at c(D). */
export const accountState = sqlAsset({
  key: 'features/account_state',
  description: 'Billing state of every account at each snapshot day: eligibility, segment, spell, plan, renewal.',
  partitions: snapshotDays,
  deps: { changes: through(subscriptions, trailing({ days: 'all' })) },
  orderBy: ['user_id'],
  // What is read of the change log is the same for one day and for many: few, long steps.
  range: 51,
  checks: [unique(['user_id', 'snapshot_day'])],
  sql: ({ changes, partition }) => sql`${snapshotStateSql({ changes, days: partition.list, rule })}`,
})
