import { servingCutoffSql } from '../../lib/features/index.ts'
import { asset, freshWithin, published, through, trailing } from '../../lib/graph/index.ts'
import { snapshot } from '../features/snapshot.ts'
import { accounting } from '../raw/accounting.ts'
import { rule, scoreDays } from '../service.ts'
import { HIGH_RISK, value90dSql } from './account-facts.ts'
import { churnScores } from './churn-scores.ts'
import { martColumns, RECENT_DAYS } from './mart-columns.ts'
import { martViews } from './mart-views.ts'
import { recommendations } from './recommendations.ts'

/** Days whose median is what a source usually sends. */
const USUAL_DAYS = 7

/** What marketers and analysts read: one row per account with an entitlement or in grace, both segments. */
export const churnMart = asset({
  key: 'scores/mart',
  description: 'The mart `mart.churn_scores`: probabilities, reasons and decisions of the day.',
  kinds: ['postgres'],
  partitions: scoreDays,
  // A day is published some hours after its end, and is the newest until the next one is.
  freshness: freshWithin({ hours: 36, warnHours: 32 }),
  deps: {
    users: snapshot,
    scores: churnScores,
    recent: through(churnScores, trailing({ days: RECENT_DAYS })),
    decisions: recommendations,
    accounting: through(accounting, trailing({ days: USUAL_DAYS + 1 })),
  },
  store: published({
    schema: 'mart',
    table: 'churn_scores',
    comment: 'Churn scores of the current day: who is about to leave, why, and what to do.',
    columns: martColumns.map(({ name, type, comment }) => ({ name, type, comment })),
    key: ['user_id'],
    views: martViews,
  }),
  dataVersion: 'inputs',
  materialize: async ({ partition, inputs, warehouse, now, runId, signal }) => {
    const sql = martSql(inputs)
    const params = {
      day: partition.date,
      now,
      feature_version: inputs.users.only().dataVersion,
      run_id: runId,
    }
    const rows = await warehouse.rows<Record<string, unknown>>(sql, {
      params,
      signal,
      // Accounts without a score have NULL there, not zero.
      settings: { join_use_nulls: 1 },
    })
    const statuses: Record<string, number> = {}
    for (const row of rows) {
      const status = String(row.score_status)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    return { kind: 'rows', rows: rows.map((row) => martColumns.map(({ name }) => row[name])), metadata: { statuses } }
  },
})

type Tables = Readonly<Record<'users' | 'scores' | 'recent' | 'decisions' | 'accounting', { readonly table: string }>>

function martSql({ users, scores, recent, decisions, accounting }: Tables): string {
  const expressions = martColumns.map(({ name, type, sql = 'NULL' }) => {
    if (type === 'boolean') return `if(isNull(${sql}), NULL, toBool(${sql})) AS ${name}`
    if (type === 'timestamptz' && sql !== 'NULL') return `formatDateTime(${sql}, '%FT%TZ', 'UTC') AS ${name}`
    return `${sql} AS ${name}`
  })
  return `
WITH
  ${servingCutoffSql('state.snapshot_day', rule)} AS cutoff,
  isNotNull(score.raw_margin) AS is_scored,
  decision.score_status AS status_now,
  ${value90dSql('state')} AS value_90d,
  (SELECT count() > 0 FROM (
    SELECT source, sumIf(landed, day = {day:Date}) AS today, medianIf(landed, day < {day:Date}) AS usual
    FROM ${accounting.table} GROUP BY source HAVING today * 2 < usual
  )) AS data_was_short
SELECT ${expressions.join(',\n  ')}
FROM ${users.table} AS state
INNER JOIN ${decisions.table} AS decision ON decision.user_id = state.user_id
LEFT JOIN (
  SELECT *,
    -- Equal margins are told apart by a stable hash: deciles are of one size.
    (row_number() OVER (PARTITION BY segment ORDER BY raw_margin, cityHash64(user_id)))
      / (count() OVER (PARTITION BY segment)) AS percentile
  FROM ${scores.table}
  WHERE user_id IN (SELECT user_id FROM ${decisions.table} WHERE score_status = 'scored')
) AS score ON score.user_id = state.user_id
LEFT JOIN (
  SELECT user_id, churn_probability, model_version FROM ${recent.table} WHERE snapshot_day = addDays({day:Date}, -1)
) AS yesterday ON yesterday.user_id = state.user_id
LEFT JOIN (
  -- The last day below the high band; before the first score when there is none.
  SELECT user_id, greatest(
    maxIf(snapshot_day, churn_probability < ${HIGH_RISK}), subtractDays(min(snapshot_day), 1)) AS below_high
  FROM ${recent.table} GROUP BY user_id
) AS history ON history.user_id = state.user_id
ORDER BY state.user_id`
}
