import { OttokError } from '../config/errors.ts'
import type { LineageGraph, ModuleCommand, ModuleContext, ModuleOutput } from '../config/module-command.ts'

/** Where the command finds what it shows. */
export interface ExplainPlan {
  readonly mart: string
  readonly martTable: readonly [schema: string, table: string]
}

interface MartRow extends Record<string, unknown> {
  readonly user_id: string
  readonly snapshot_day: string
  readonly score_status: string
  readonly status_reason: string | null
  readonly segment: string | null
  readonly churn_probability: number | null
  readonly risk_band: string | null
  readonly risk_decile: number | null
  readonly model_version: string | null
  readonly action_code: string
  readonly decision_basis: string
}

/** One subscriber: the score, its reasons in words, the decision, and the way back to the raw partitions. */
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
  const language = options.lang === 'ru' ? 'ru' : 'en'
  const row = await findRow(plan, context, userId, options.date as string | undefined)
  const reasons = [1, 2, 3]
    .filter((i) => row[`reason_${i}_code`] !== null)
    .map((i) => ({
      code: row[`reason_${i}_code`] as string,
      family: row[`reason_${i}_family`] as string,
      text: row[`reason_${i}_text_${language}`] as string,
      direction: row[`reason_${i}_direction`] as string,
      value: row[`reason_${i}_value`] as string,
      points: row[`reason_${i}_points`] as number,
    }))
  const lineage = await context.lineage({ key: plan.mart, partition: row.snapshot_day })
  const { action_code, offer_code, channel, decision_basis, decision_id, experiment_arm, propensity } = row
  const recommendation = { action_code, offer_code, channel, decision_basis, decision_id, experiment_arm, propensity }
  const score = {
    user_id: row.user_id,
    snapshot_day: row.snapshot_day,
    status: row.score_status,
    status_reason: row.status_reason,
    segment: row.segment,
    churn_probability: row.churn_probability,
    risk_band: row.risk_band,
    risk_decile: row.risk_decile,
    model_version: row.model_version,
  }
  return { json: { score, reasons, recommendation, lineage }, text: text(score, reasons, recommendation, lineage) }
}

async function findRow(
  plan: ExplainPlan,
  context: ModuleContext,
  userId: string,
  date: string | undefined,
): Promise<MartRow> {
  const [schema, table] = plan.martTable
  const name = `${context.publishedSchema(schema)}.${table}`
  const columns = 'h.*, h.snapshot_day::text AS snapshot_day'
  const rows =
    date === undefined
      ? await context.query<MartRow>(`SELECT ${columns} FROM ${name} h WHERE user_id = $1`, [userId])
      : await context.query<MartRow>(
          `SELECT ${columns} FROM ${name}_history h WHERE user_id = $1 AND snapshot_day = $2::date ORDER BY load_id DESC LIMIT 1`,
          [userId, date],
        )
  const [row] = rows
  if (row) return row
  const known = await context.query<{ user_id: string }>(`SELECT user_id FROM ${name} ORDER BY user_id LIMIT 3`)
  throw new OttokError({
    what: `there is no account '${userId}' in ${name}${date === undefined ? '' : ` on ${date}`}`,
    cause: 'The mart has a row for every account with an entitlement at the cut-off or in grace.',
    mend: `Accounts look like ${known.map((k) => k.user_id).join(', ')}.`,
    exitCode: 2,
  })
}

function text(
  score: Record<string, unknown>,
  reasons: readonly { text: string; direction: string; points: number }[],
  recommendation: Record<string, unknown>,
  lineage: LineageGraph,
): string {
  const percent =
    score.churn_probability === null ? undefined : `${((score.churn_probability as number) * 100).toFixed(1)}%`
  const head = percent
    ? `${score.user_id}, ${score.segment}, ${score.snapshot_day}: leaves within 30 days with ${percent} (${score.risk_band}, decile ${score.risk_decile})`
    : `${score.user_id}, ${score.snapshot_day}: no score (${score.status}): ${score.status_reason}`
  const why = reasons.map(
    (reason) => `  ${reason.direction === 'raises' ? '+' : '-'} ${reason.text}  (${reason.points.toFixed(2)})`,
  )
  const made = lineage.nodes.filter((node) => node.id !== lineage.root)
  const keys = new Map<string, { partitions: string[]; run: string | null }>()
  for (const node of made) {
    const entry = keys.get(node.key) ?? { partitions: [], run: node.runId }
    entry.partitions.push(node.partition)
    keys.set(node.key, entry)
  }
  return [
    head,
    ...(why.length > 0 ? ['Why:', ...why] : []),
    `Decision: ${recommendation.action_code} (${recommendation.decision_basis}), model ${score.model_version ?? 'none'}`,
    'Made from:',
    ...[...keys].map(([key, { partitions }]) => `  ${key.padEnd(30)} ${extent(partitions)}`),
  ].join('\n')
}

function extent(partitions: readonly string[]): string {
  const sorted = [...partitions].sort()
  const [first] = sorted
  const last = sorted.at(-1)
  return first === last ? (first ?? '') : `${first} .. ${last} (${sorted.length})`
}
