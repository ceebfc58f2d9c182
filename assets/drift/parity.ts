import { parityByFeatureSql } from '../../lib/drift/parity-sql.ts'
import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import { asOf, asset, through, warehouse } from '../../lib/graph/index.ts'
import { floatMatrix, loadScorer } from '../../lib/learning/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { decodeModel } from '../models/bundle.ts'
import { champion } from '../models/champion.ts'
import { churnScores } from '../scores/churn-scores.ts'
import { scoreDays, segments } from '../service.ts'
import { servedFeatures } from './served-features.ts'

/** Row of the comparison that is no feature: margins that the served features give again, against those given out. */
export const MARGIN = 'raw_margin'

/** Whether scoring and training read the same: every served feature against the snapshot as it is now. */
export const parity = asset({
  key: 'drift/parity',
  description:
    'Rows, by feature, where what scoring read differs from what training reads; 0 everywhere when all is well.',
  partitions: scoreDays,
  deps: { served: servedFeatures, users: snapshot, scores: churnScores, models: through(champion, asOf()) },
  store: warehouse,
  columns: { snapshot_day: 'Date', feature: 'LowCardinality(String)', compared: 'UInt64', differing: 'UInt64' },
  orderBy: ['feature'],
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const features = modelColumns(churnFeatures)
    const sql = parityByFeatureSql(inputs.served.table, inputs.users.table, features)
    const found = await engine.rows<{ feature: string; compared: string; differing: string }>(sql, { signal })
    const rows: unknown[][] = found.map((row) => [partition.date, row.feature, row.compared, row.differing])
    let compared = 0
    let differing = 0
    for (const segment of segments) {
      const stored = inputs.models.partitions.find((model) => model.partition === segment)!
      const names = features.map(({ name }) => name)
      const read = await floatMatrix(engine, {
        sql: `SELECT ${[...names, 'raw_margin'].join(', ')} FROM ${inputs.served.table} AS served
              INNER JOIN (SELECT user_id, raw_margin FROM ${inputs.scores.table}) AS score USING (user_id)
              WHERE segment = {segment:String}`,
        columns: [...names, 'raw_margin'],
        params: { segment },
        signal,
      })
      const width = names.length + 1
      const data = new Float32Array(read.rows * names.length)
      for (let row = 0; row < read.rows; row++) {
        data.set(read.data.subarray(row * width, (row + 1) * width - 1), row * names.length)
      }
      const scorer = await loadScorer(decodeModel(await stored.bytes()).onnx)
      const { margins } = await scorer.score({ rows: read.rows, columns: names.length, data }, names, signal)
      await scorer.close()
      compared += read.rows
      for (let row = 0; row < read.rows; row++) if (margins[row] !== read.data[(row + 1) * width - 1]) differing++
    }
    rows.push([partition.date, MARGIN, compared, differing])
    const differ = rows.filter((row) => Number(row[3]) > 0).map((row) => row[1])
    return { kind: 'rows', rows, metadata: { differ } }
  },
})
