import { OttokError } from '../config/errors.ts'
import type { ModuleCommand, ModuleContext, ModuleOutput } from '../config/module-command.ts'
import { findMartRow, offerTitle, reasonsIn } from './explain-row.ts'
import { explainText } from './explain-text.ts'

/** Where the command finds what it shows. */
export interface ExplainPlan {
  readonly mart: string
  readonly martTable: readonly [schema: string, table: string]
}

/** One subscriber in plain words: who, the risk, because of what, what to do, and the way back to the raw partitions. */
export function explainCommand(plan: ExplainPlan): ModuleCommand {
  return {
    name: 'explain',
    arguments: '<user-id>',
    description: "a subscriber's score, reasons in words, decision, and the way back to raw partitions",
    options: [
      { flags: '--date <day>', description: 'snapshot day; the current one when absent' },
      { flags: '--lang <language>', description: 'ru or en', default: 'en' },
    ],
    run: async (context, [userId], options) => explainUser(plan, context, userId ?? '', options),
  }
}

async function explainUser(
  plan: ExplainPlan,
  context: ModuleContext,
  userId: string,
  options: Readonly<Record<string, unknown>>,
): Promise<ModuleOutput> {
  const language = languageOf(options.lang)
  const day = dayOf(options.date)
  const [schema, table] = plan.martTable
  const published = context.publishedSchema(schema)
  const row = await findMartRow(context, `${published}.${table}`, userId, day)
  const reasons = reasonsIn(row, language)
  const offer = await offerTitle(context, published, row.offer_code)
  const lineage = await context.lineage({ key: plan.mart, partition: row.snapshot_day })
  const score = {
    user_id: row.user_id,
    snapshot_day: row.snapshot_day,
    status: row.score_status,
    status_reason: row.status_reason,
    segment: row.segment,
    churn_probability: row.churn_probability,
    probability_low: row.probability_low,
    probability_high: row.probability_high,
    risk_band: row.risk_band,
    risk_decile: row.risk_decile,
    risk_percentile: row.risk_percentile,
    model_version: row.model_version,
    actionable_reason_code: row.actionable_reason_code,
  }
  const { action_code, offer_code, channel, decision_basis, suppressed_reason } = row
  const { decision_id, experiment_arm, propensity } = row
  const decision = { action_code, offer_code, channel, decision_basis, suppressed_reason }
  const recommendation = { ...decision, decision_id, experiment_arm, propensity }
  return {
    json: { score, reasons, recommendation, lineage },
    text: explainText(row, reasons, offer, lineage, language),
  }
}

function languageOf(value: unknown): 'ru' | 'en' {
  if (value === 'ru' || value === 'en') return value
  throw new OttokError({
    what: `--lang ${String(value)} will not do`,
    cause: 'Reasons are written in Russian and in English.',
    mend: 'Give --lang ru or --lang en.',
    exitCode: 2,
  })
}

function dayOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const text = String(value)
  const read = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  if (read !== undefined && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text)) return text
  throw new OttokError({
    what: `--date ${text} will not do`,
    cause: 'It is not a calendar day.',
    mend: 'Give a day such as 2026-03-01.',
    exitCode: 2,
  })
}
