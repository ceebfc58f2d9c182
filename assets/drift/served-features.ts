import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import { asset, warehouse } from '../../lib/graph/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { churnScores, sufficient } from '../scores/churn-scores.ts'
import { scoreDays } from '../service.ts'

const features = modelColumns(churnFeatures)

/** What scoring read of each account, as the 32-bit floats that the model was given. */
export const servedFeatures = asset({
  key: 'scores/served_features',
  description: 'Features of every scored account as the model was given them; what training reads is held against it.',
  partitions: scoreDays,
  deps: { users: snapshot, scores: churnScores },
  store: warehouse,
  columns: {
    user_id: 'String',
    snapshot_day: 'Date',
    segment: 'LowCardinality(String)',
    ...Object.fromEntries(features.map(({ name }) => [name, 'Float32'])),
  },
  orderBy: ['user_id'],
  materialize: async ({ inputs }) => ({
    kind: 'select',
    sql: `SELECT user_id, snapshot_day, assumeNotNull(segment) AS segment, ${features.map(({ name }) => `served_${name} AS ${name}`).join(', ')}
          FROM (
            SELECT user_id, snapshot_day, segment, ${features.map(({ name, sql }) => `toFloat32(ifNull(${sql}, nan)) AS served_${name}`).join(', ')}
            FROM ${inputs.users.table} WHERE eligible AND ${sufficient}
          )
          WHERE user_id IN (SELECT user_id FROM ${inputs.scores.table})`,
  }),
})
