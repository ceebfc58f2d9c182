import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import { sql, sqlAsset } from '../../lib/graph/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { churnScores, sufficient } from '../scores/churn-scores.ts'
import { scoreDays } from '../service.ts'

const features = modelColumns(churnFeatures)

/** What scoring read of each account, as the 32-bit floats that the model was given; NaN is unknown. */
export const servedFeatures = sqlAsset({
  key: 'scores/served_features',
  description: 'Features of every scored account as the model was given them; what training reads is held against it.',
  partitions: scoreDays,
  deps: { users: snapshot, scores: churnScores },
  orderBy: ['user_id'],
  range: 20,
  sql: ({ users, scores }) => sql`
    SELECT user_id, snapshot_day, assumeNotNull(account_segment) AS segment,
      ${features.map(({ name }) => `served_${name} AS ${name}`).join(', ')}
    FROM (
      SELECT user_id, snapshot_day, segment AS account_segment,
        ${features.map(({ name, sql: expression }) => `toFloat32(ifNull(${expression}, nan)) AS served_${name}`).join(', ')}
      FROM ${users} WHERE eligible AND ${sufficient}
    )
    WHERE (user_id, snapshot_day) IN (SELECT user_id, snapshot_day FROM ${scores})`,
})
