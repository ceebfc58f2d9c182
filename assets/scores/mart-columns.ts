import type { PublishedColumn } from '../../lib/graph/index.ts'
import { rule } from '../service.ts'
import { HIGH_RISK, lifecycleSql, MEDIUM_RISK, riskBandSql } from './account-facts.ts'
import { REASONS } from './reasons.ts'

/** A column of the mart: its PostgreSQL type, what it means, and the ClickHouse expression it comes from. */
export interface MartColumn extends PublishedColumn {
  /** Over `state` (billing state and features), `score`, `yesterday` and the mart's own names; absent: null, not learned yet. */
  readonly sql?: string
}

const column = (name: string, type: string, comment: string, sql?: string): MartColumn => ({
  name,
  type,
  comment,
  ...(sql !== undefined && { sql }),
})

const reasons = Array.from({ length: REASONS }, (_, i) => {
  const name = (part: string) => `reason_${i + 1}_${part}`
  const from = (part: string) => `score.${name(part)}`
  return [
    column(name('code'), 'text', `Reason ${i + 1}: the feature that counted most in its family`, from('code')),
    column(name('family'), 'text', `Reason ${i + 1}: family of features`, from('family')),
    column(name('text_ru'), 'text', `Reason ${i + 1} in Russian`, from('text_ru')),
    column(name('text_en'), 'text', `Reason ${i + 1} in English`, from('text_en')),
    column(name('direction'), 'text', `Reason ${i + 1}: raises or lowers the risk`, from('direction')),
    column(name('value'), 'text', `Reason ${i + 1}: the account's value`, from('value')),
    column(name('points'), 'real', `Reason ${i + 1}: log-odds that the family added`, from('points')),
  ]
}).flat()

/** How far back a mart row looks at the account's earlier scores. */
export const RECENT_DAYS = 30

const statusReason = `multiIf(
    status_now = 'scored', NULL,
    status_now = 'insufficient_data', 'paid for less than 3 days and never seen',
    status_now = 'in_grace', 'access is left on while a payment is tried again',
    status_now = 'paused', 'the subscription is paused',
    status_now = 'opted_out', 'the account is deleted or takes no messages by any channel',
    'somebody else pays')`
const changeCause = `multiIf(
    NOT is_scored OR isNull(yesterday.model_version), NULL,
    score.model_version != yesterday.model_version, 'model version',
    data_was_short, 'data',
    'behaviour')`

/** Columns of the mart in their order. */
export const martColumns: readonly MartColumn[] = [
  column('user_id', 'text', 'Account id, as the marketing platform knows it', 'state.user_id'),
  column('snapshot_day', 'date', 'Day D that the score is of', 'state.snapshot_day'),
  column('data_cutoff_at', 'timestamptz', 'c(D): what was known by then was used', 'cutoff'),
  column('scored_at', 'timestamptz', 'When the row was made', '{now:DateTime}'),
  column('valid_until', 'timestamptz', 'Do not use after', 'addDays(cutoff, 2)'),
  column('score_status', 'text', 'scored, insufficient_data, in_grace, paused, sponsored or opted_out', 'status_now'),
  column('status_reason', 'text', 'Why there is no score, in words', statusReason),
  column('segment', 'text', 'trial or paid', 'state.segment'),
  column('lifecycle', 'text', 'new, regular or reactivated', lifecycleSql('state')),
  column(
    'churn_probability',
    'real',
    'Calibrated probability of leaving within 30 + 2 days if not contacted',
    'score.churn_probability',
  ),
  column(
    'probability_low',
    'real',
    '80% range of how well the probability is calibrated, lower end',
    'score.probability_low',
  ),
  column('probability_high', 'real', 'Upper end', 'score.probability_high'),
  column('raw_margin', 'real', 'Log-odds before calibration; rank by this', 'score.raw_margin'),
  column(
    'risk_decile',
    'smallint',
    'Within segment, 10 = highest risk',
    'if(is_scored, toInt16(greatest(1, least(10, ceil(score.percentile * 10)))), NULL)',
  ),
  column('risk_percentile', 'real', 'Within segment, 1 = highest risk', 'toFloat32(score.percentile)'),
  column(
    'risk_band',
    'text',
    `low below ${MEDIUM_RISK}, medium below ${HIGH_RISK}, else high`,
    `if(is_scored, ${riskBandSql('score.churn_probability')}, NULL)`,
  ),
  column('probability_payment_failure', 'real', 'Of leaving by a failed payment; empty: no model of its own yet'),
  column('probability_choice', 'real', 'Of leaving by choice; empty: no model of its own yet'),
  column('due_in_horizon', 'boolean', 'The spell as promised ends within 30 days', 'state.due'),
  column('undecided', 'boolean', 'Auto-renew is on and no cancellation is known', 'state.undecided'),
  column('probability_yesterday', 'real', 'churn_probability of the day before', 'yesterday.churn_probability'),
  column('change', 'real', 'Difference from yesterday', 'score.churn_probability - yesterday.churn_probability'),
  column(
    'change_cause',
    'text',
    'model version: another one scores; data: a source sent less than half of what it does on a day; else behaviour',
    changeCause,
  ),
  column(
    'days_at_high_risk',
    'smallint',
    `Days in a row in the high band, today included; at most ${RECENT_DAYS}`,
    `if(is_scored, if(score.churn_probability < ${HIGH_RISK}, 0, toInt16(dateDiff('day', history.below_high, state.snapshot_day))), NULL)`,
  ),
  column('plan_code', 'text', 'Current plan', 'state.plan_code'),
  column('plan_days', 'integer', 'Its nominal days', 'state.plan_days'),
  column('price_kopecks', 'bigint', 'What was charged for the current period', 'state.price_kopecks'),
  column('payment_channel', 'text', 'Who takes the money', 'state.payment_channel'),
  column('platform_main', 'text', 'Most watched platform of 30 days', "nullIf(state.platform_main, '')"),
  column('tenure_days', 'integer', 'Days since the spell began', 'state.tenure_days'),
  column('spell_no', 'smallint', 'Which spell this is', 'state.spell_no'),
  column('current_end', 'timestamptz', 'End of the spell as promised', 'state.current_end'),
  column('days_to_end', 'integer', 'Whole days until then', 'state.days_to_end'),
  column('auto_renew', 'boolean', 'Auto-renewal is on', 'state.auto_renew'),
  column('cancel_requested_at', 'timestamptz', 'Standing request to cancel', 'state.cancel_requested_at'),
  column(
    'last_view_at',
    'timestamptz',
    'Begin of the day of the last viewing in 90 days',
    `if(isNull(state.days_since_view), NULL, toDateTime(subtractDays(state.snapshot_day, assumeNotNull(state.days_since_view)), '${rule.zone}'))`,
  ),
  column('active_days_30', 'smallint', 'Days with viewing in 30 days', 'state.active_days_30d'),
  column(
    'value_90d_kopecks',
    'bigint',
    'Expected value of 90 days: price by period, while the plan lasts',
    'value_90d',
  ),
  column(
    'revenue_at_risk_kopecks',
    'bigint',
    'Value times probability',
    'toInt64(round(value_90d * score.churn_probability))',
  ),
  ...reasons,
  column(
    'actionable_reason_code',
    'text',
    'The strongest reason that a campaign can change',
    'score.actionable_reason_code',
  ),
  column('action_code', 'text', "What to do; 'none' is an action", 'decision.action_code'),
  column('offer_code', 'text', 'Offer of the action', 'decision.offer_code'),
  column('channel', 'text', 'Channel of the action', 'decision.channel'),
  column('uplift', 'real', 'Change in retention by the action; empty: not learned yet'),
  column('uplift_low', 'real', 'Its lower bound; empty: not learned yet'),
  column('uplift_high', 'real', 'Its upper bound; empty: not learned yet'),
  column(
    'expected_gain_kopecks',
    'bigint',
    'Expected gain of the action by the shares that the offers file assumes',
    'decision.expected_gain_kopecks',
  ),
  column('action_cost_kopecks', 'bigint', 'Its expected cost', 'decision.action_cost_kopecks'),
  column('decision_basis', 'text', 'learned, rules_not_learned, exploration or control', 'decision.decision_basis'),
  column('propensity', 'real', 'Probability with which this action was chosen', 'toFloat32(decision.propensity)'),
  column('decision_id', 'uuid', 'Identity of the decision, for deliveries and feedback', 'decision.decision_id'),
  column('experiment_arm', 'text', 'control, exploration or policy, by a stable hash', 'decision.experiment_arm'),
  column(
    'eligible_channels',
    'text[]',
    'Channels with consent, a way to reach, and room',
    'decision.eligible_channels',
  ),
  column('suppressed_reason', 'text', 'Why there is no action', 'decision.suppressed_reason'),
  column('last_contact_at', 'timestamptz', 'Last contact', 'decision.last_contact_at'),
  column('contacts_30d', 'smallint', 'Contacts in 30 days', 'decision.contacts_30d'),
  column('model_version', 'text', 'Model that made the score', 'score.model_version'),
  column('feature_version', 'text', 'Version of the features read', '{feature_version:String}'),
  column('mart_run_id', 'text', 'Run that loaded the row', '{run_id:String}'),
]
