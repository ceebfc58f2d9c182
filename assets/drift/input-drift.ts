import { matrixDrift } from '../../lib/drift/index.ts'
import { churnFeatures, modelColumns } from '../../lib/features/index.ts'
import { asOf, asset, through, warehouse } from '../../lib/graph/index.ts'
import { floatMatrix } from '../../lib/learning/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { decodeModel } from '../models/bundle.ts'
import { champion } from '../models/champion.ts'
import { churnScores } from '../scores/churn-scores.ts'
import { scoreDays, segments } from '../service.ts'

/** How far features and scores of a day have moved from where the champion was trained: PSI. */
export const inputDrift = asset({
  key: 'drift/psi',
  description: 'Population stability of every feature and of the scores, against the training of the day’s champion.',
  partitions: scoreDays,
  deps: { users: snapshot, scores: churnScores, models: through(champion, asOf()) },
  store: warehouse,
  columns: {
    snapshot_day: 'Date',
    segment: 'LowCardinality(String)',
    subject: 'LowCardinality(String)',
    name: 'LowCardinality(String)',
    psi: 'Float64',
    noise: 'Float64',
    level: 'LowCardinality(String)',
    alert: 'UInt8',
    rows: 'UInt64',
    missing_share: 'Float64',
  },
  orderBy: ['segment', 'subject', 'name'],
  dataVersion: 'inputs',
  materialize: async ({ partition, inputs, warehouse: engine, signal }) => {
    const columns = modelColumns(churnFeatures)
    const names = columns.map(({ name }) => name)
    const rows: unknown[][] = []
    const alerts: string[] = []
    for (const segment of segments) {
      const stored = inputs.models.partitions.find((model) => model.partition === segment)!
      const { reference } = decodeModel(await stored.bytes())
      const params = { segment }
      const features = await floatMatrix(engine, {
        sql: `SELECT ${columns.map(({ name, sql }) => `${sql} AS ${name}_model`).join(', ')}
              FROM ${inputs.users.table} WHERE eligible AND segment = {segment:String}`,
        columns: names.map((name) => `${name}_model`),
        params,
        signal,
      })
      const scores = await floatMatrix(engine, {
        sql: `SELECT churn_probability FROM ${inputs.scores.table} WHERE segment = {segment:String}`,
        columns: ['churn_probability'],
        params,
        signal,
      })
      const drifts = [
        ...[...matrixDrift(reference.features, matrixOf(features), names)].map(
          ([name, d]) => ['feature', name, d] as const,
        ),
        ...[...matrixDrift({ score: reference.scores }, matrixOf(scores), ['score'])].map(
          ([name, d]) => ['score', name, d] as const,
        ),
      ]
      for (const [subject, name, d] of drifts) {
        if (d.alert) alerts.push(`${segment} ${name}`)
        rows.push([
          partition.date,
          segment,
          subject,
          name,
          d.psi,
          d.noise,
          d.level,
          d.alert ? 1 : 0,
          d.rows,
          d.missingShare,
        ])
      }
    }
    return { kind: 'rows', rows, metadata: { alerts } }
  },
})

function matrixOf(read: { rows: number; columns: readonly string[]; data: Float32Array }) {
  return { rows: read.rows, columns: read.columns.length, data: read.data }
}
