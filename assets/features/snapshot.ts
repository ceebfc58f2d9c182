import { churnFeatures, longestWindow, snapshotSql } from '../../lib/features/index.ts'
import { sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { accounts } from '../raw/accounts.ts'
import { catalogue } from '../raw/catalogue.ts'
import { rule, snapshotDays } from '../service.ts'
import { accountState } from './account-state.ts'
import { behaviourDaily } from './behaviour-daily.ts'
import { viewingDaily } from './viewing-daily.ts'

const window = trailing({ days: longestWindow(churnFeatures) })

/** What is known of every account at c(D): the features of training and of serving alike. */
export const snapshot = sqlAsset({
  key: 'features/snapshot',
  description: 'Daily user snapshot: billing and account state, windowed features, calendar; point in time.',
  partitions: snapshotDays,
  deps: {
    viewing: through(viewingDaily, window),
    // What became known on a day lies in its event days or before: the same window holds all that still counts.
    behaviour: through(behaviourDaily, window),
    billing: accountState,
    accounts: through(accounts, trailing({ days: 'all' })),
    titles: catalogue,
  },
  orderBy: ['user_id'],
  // Each step reads a window's worth of states beside its own days; longer ones would not fit in memory.
  range: 51,
  checks: [unique(['user_id', 'snapshot_day'])],
  sql: ({ viewing, behaviour, billing, accounts, titles, partition }) =>
    sql`${snapshotSql({
      states: { viewing, behaviour },
      billing,
      accounts,
      catalogue: titles,
      days: partition.list,
      features: churnFeatures,
      rule,
    })}`,
})
