import type { PublishedView } from '../../lib/graph/index.ts'
import { rule } from '../service.ts'

/** Views beside the mart, for people who look before they query. */
export const martViews: readonly PublishedView[] = [
  {
    name: 'mart_status',
    comment: 'Whether the mart is of today: the day it shows, since when it is behind, and what keeps it so.',
    columns: {
      snapshot_day: 'Day D that the mart shows; null before the first load',
      state: 'Of the expected day: current, stale (made, and something it is made of has changed) or missing',
      stale_since: 'Since when it has been stale or missing',
      blocked_by: 'The failure that keeps it so: asset, partition and what went wrong; null: none, a run is due',
      expected_day: 'Newest day that there could be',
      loaded_at: 'When the day shown was loaded',
      rows: 'Its accounts',
    },
    sql: ({ pointer, status, assetKey }) => `
      SELECT p.partition::date AS snapshot_day, s.state, s.stale_since, s.blocked_by,
        s.partition::date AS expected_day, p.loaded_at, p.rows
      FROM ${status} s LEFT JOIN ${pointer} p ON true WHERE s.asset_key = ${assetKey}`,
  },
  {
    name: 'expected_lapses',
    comment:
      'Subscriptions that end on each coming day, how many of them are expected to be lost, and the revenue at risk.',
    columns: {
      snapshot_day: 'Day D that the scores are of',
      ends_on: 'Day, in the zone of the service, on which the spells end as promised',
      segment: 'trial or paid',
      accounts: 'Scored accounts whose spell ends then',
      expected_lapses: 'Sum of their probabilities of leaving',
      revenue_at_risk_kopecks: 'Sum of their revenue at risk',
    },
    sql: ({ current }) => `
      SELECT snapshot_day, (current_end AT TIME ZONE '${rule.zone}')::date AS ends_on, segment,
        count(*) AS accounts, sum(churn_probability) AS expected_lapses,
        sum(revenue_at_risk_kopecks) AS revenue_at_risk_kopecks
      FROM ${current} WHERE score_status = 'scored' AND due_in_horizon
      GROUP BY 1, 2, 3`,
  },
]
