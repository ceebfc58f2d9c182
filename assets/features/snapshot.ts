import { churnFeatures, longestWindow, snapshotSql, viewingFeatures } from '../../lib/features/index.ts'
import { sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { rule, snapshotDays } from '../service.ts'
import { accountState } from './account-state.ts'
import { viewingDaily } from './viewing-daily.ts'

/** What is known of every account at c(D): the features of training and of serving alike. */
export const snapshot = sqlAsset({
  key: 'features/snapshot',
  description: 'Daily user snapshot: billing state and windowed features, point in time.',
  partitions: snapshotDays,
  deps: {
    states: through(viewingDaily, trailing({ days: longestWindow(viewingFeatures) })),
    billing: accountState,
  },
  orderBy: ['user_id'],
  // Each step reads a window's worth of states beside its own days; longer ones would not fit in memory.
  range: 51,
  checks: [unique(['user_id', 'snapshot_day'])],
  sql: ({ states, billing, partition }) =>
    sql`${snapshotSql({ states: { viewing: states }, billing, days: partition.list, features: churnFeatures, rule })}`,
})
