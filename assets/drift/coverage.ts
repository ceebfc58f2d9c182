import { sql, sqlAsset } from '../../lib/graph/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { churnScores } from '../scores/churn-scores.ts'
import { scoreDays } from '../service.ts'

/** Who was scored and who was not: accounts of a day by status and segment. */
export const coverage = sqlAsset({
  key: 'drift/coverage',
  description:
    'Accounts of a day by score status and segment: what share of the base has a score, and why the rest has none.',
  partitions: scoreDays,
  deps: { users: snapshot, scores: churnScores },
  orderBy: ['score_status', 'segment'],
  range: 20,
  sql: ({ users, scores }) => sql`
    SELECT snapshot_day, score_status, segment, count() AS accounts
    FROM (
      SELECT snapshot_day, ifNull(segment, '') AS segment,
        multiIf(status != 'scored', status, (user_id, snapshot_day) IN (SELECT user_id, snapshot_day FROM ${scores}), 'scored', 'insufficient_data') AS score_status
      FROM ${users}
    )
    GROUP BY snapshot_day, score_status, segment`,
})
