import { sql, sqlAsset } from '../../lib/graph/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { recommendations } from '../scores/recommendations.ts'
import { scoreDays } from '../service.ts'

/** Who was scored and who was not: accounts of a day by status and segment, as the mart tells it. */
export const coverage = sqlAsset({
  key: 'drift/coverage',
  description:
    'Accounts of a day by score status and segment: what share of the base has a score, and why the rest has none.',
  partitions: scoreDays,
  deps: { users: snapshot, decisions: recommendations },
  orderBy: ['score_status', 'segment'],
  range: 20,
  sql: ({ users, decisions }) => sql`
    SELECT snapshot_day, score_status, segment, count() AS accounts
    FROM (SELECT user_id, snapshot_day, score_status FROM ${decisions}) AS decision
    INNER JOIN (SELECT user_id, snapshot_day, ifNull(segment, '') AS segment FROM ${users}) AS state
      USING (user_id, snapshot_day)
    GROUP BY snapshot_day, score_status, segment`,
})
