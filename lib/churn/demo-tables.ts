import type { ModuleContext } from '../config/module-command.ts'

/** Decisions of the day, by what they rest on and what is to be done. */
export interface ActionCount {
  readonly basis: string
  readonly action: string
  readonly accounts: number
}

/** What became of deliveries. */
export interface DeliveryCount {
  readonly mode: string
  readonly state: string
  readonly profiles: number
}

/** Mean of the daily ROC-AUC of a segment and group. */
export interface QualityLine {
  readonly series: string
  readonly segment: string
  readonly group: string
  readonly days: number
  readonly rocAuc: number
}

/** What the published tables say at the end of a demo. `schema` is where they really lie. */
export async function readDemoTables(context: ModuleContext, schema: string) {
  const actions = await context.query<{ basis: string; action: string; accounts: string }>(
    `SELECT decision_basis AS basis, action_code AS action, count(*) AS accounts FROM ${schema}.churn_scores
     WHERE score_status = 'scored' GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`,
  )
  const deliveries = await context.query<{ mode: string; state: string; profiles: string }>(
    `SELECT mode, state, count(*) AS profiles FROM ${schema}.deliveries GROUP BY 1, 2 ORDER BY 1, 2`,
  )
  const quality = await context.query<{ series: string; segment: string; group: string; days: string; auc: number }>(
    `SELECT series, segment, account_group AS "group", count(*) AS days, avg(roc_auc) AS auc
     FROM ${schema}.model_quality_daily WHERE roc_auc IS NOT NULL
     GROUP BY 1, 2, 3 ORDER BY 1, 2 DESC, 3`,
  )
  return {
    actions: actions.map((row): ActionCount => ({ ...row, accounts: Number(row.accounts) })),
    deliveries: deliveries.map((row): DeliveryCount => ({ ...row, profiles: Number(row.profiles) })),
    quality: quality.map(
      ({ series, segment, group, days, auc }): QualityLine => ({
        series,
        segment,
        group,
        days: Number(days),
        rocAuc: auc,
      }),
    ),
  }
}
