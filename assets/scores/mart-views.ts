import type { PublishedView } from '../../lib/graph/index.ts'
import { rule } from '../service.ts'

/** Views beside the mart, for people who look before they query. */
export const martViews: readonly PublishedView[] = [
  {
    name: 'mart_status',
    comment: 'Whether the mart is of today: the day it shows, since when it is behind, and what keeps it so.',
    sql: ({ pointer, status, assetKey }) => `
      SELECT p.partition::date AS snapshot_day, s.state, s.stale_since, s.blocked_by,
        s.partition::date AS expected_day, p.loaded_at, p.rows
      FROM ${status} s LEFT JOIN ${pointer} p ON true WHERE s.asset_key = ${assetKey}`,
  },
  {
    name: 'expected_lapses',
    comment:
      'Subscriptions that end on each coming day, how many of them are expected to be lost, and the revenue at risk.',
    sql: ({ current }) => `
      SELECT snapshot_day, (current_end AT TIME ZONE '${rule.zone}')::date AS ends_on, segment,
        count(*) AS accounts, sum(churn_probability) AS expected_lapses,
        sum(revenue_at_risk_kopecks) AS revenue_at_risk_kopecks
      FROM ${current} WHERE score_status = 'scored' AND due_in_horizon
      GROUP BY 1, 2, 3`,
  },
]
