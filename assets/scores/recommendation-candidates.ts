import type { Candidate, Channel, ContactState, ScoredAccount } from '../../lib/decisions/candidate.ts'
import { channels } from '../../lib/decisions/candidate.ts'
import { churnFeatures } from '../../lib/features/churn-features.ts'
import { servingCutoffSql } from '../../lib/features/labels/moments.ts'
import { rule } from '../service.ts'
import { lifecycleSql, riskBandSql, scoreStatusSql, value90dSql } from './account-facts.ts'
import { armSql, decisionIdSql } from './experiment.ts'
import { REASONS } from './reasons.ts'

/** A candidate beside what is only handed on. */
export interface CandidateRow {
  readonly candidate: Candidate
  readonly scoreStatus: string
  readonly decisionId: string
  readonly lastContactAt: string | null
}

/** A row of `candidatesSql`. */
interface Row {
  readonly user_id: string
  readonly snapshot_day: string
  readonly score_status: string
  readonly decision_id: string
  readonly arm: Candidate['arm']
  readonly segment: ScoredAccount['segment']
  readonly lifecycle: ScoredAccount['lifecycle']
  readonly risk_band: ScoredAccount['riskBand']
  readonly churn_probability: number
  readonly value_90d: string
  readonly actionable_reason_code: string | null
  readonly raising_families: readonly string[]
  readonly auto_renew: number
  readonly days_since_view: number | null
  readonly consents: readonly Channel[]
  readonly verified: readonly Channel[]
  readonly unsubscribed: readonly Channel[]
  readonly contacts_7d: number
  readonly contacts_30d: number
  readonly contacts_by_channel: readonly number[]
  readonly last_contact_at: string | null
  readonly seconds_since_contact: number | null
  readonly offers_sent: readonly (readonly [string, number])[]
}

const DAY_SECONDS = 86_400

/** SQL of everything that decisions of a day read, one row for each account of the snapshot, by user id. */
export function candidatesSql(tables: {
  readonly users: string
  readonly scores: string
  readonly contact: string
}): string {
  const named = (flags: Readonly<Record<string, string>>): string =>
    `arrayFilter(c -> c != '', [${Object.entries(flags).map(([name, flag]) => `if(${flag} = 1, '${name}', '')`)}])`
  const seconds = (moment: string): string => `toInt32(dateDiff('second', ${moment}, cutoff))`
  const reasons = Array.from({ length: REASONS }, (_, i) => `score.reason_${i + 1}`)
  const raising = reasons.map((name) => `if(${name}_direction = 'raises', ifNull(${name}_family, ''), '')`)
  return `
WITH ${servingCutoffSql('state.snapshot_day', rule)} AS cutoff
SELECT
  state.user_id AS user_id, state.snapshot_day AS snapshot_day,
  ${scoreStatusSql('state', 'contact.opted_out', "score.user_id != ''")} AS score_status,
  ${decisionIdSql('state.user_id', 'state.snapshot_day')} AS decision_id,
  ${armSql('state.user_id')} AS arm,
  state.segment AS segment, ${lifecycleSql('state')} AS lifecycle,
  ${riskBandSql('score.churn_probability')} AS risk_band, score.churn_probability AS churn_probability,
  ${value90dSql('state')} AS value_90d,
  score.actionable_reason_code AS actionable_reason_code,
  arrayFilter(f -> f != '', [${raising.join(', ')}]) AS raising_families,
  state.auto_renew AS auto_renew, state.days_since_view AS days_since_view,
  ${named(Object.fromEntries(channels.map((channel) => [channel, `contact.consent_${channel}`])))} AS consents,
  ${named({ email: 'contact.email_verified', sms: 'contact.phone_verified' })} AS verified,
  contact.unsubscribed AS unsubscribed,
  contact.contacts_7d AS contacts_7d, contact.contacts_30d AS contacts_30d,
  [${channels.map((channel) => `contact.contacts_7d_${channel}`).join(', ')}] AS contacts_by_channel,
  contact.last_contact_at AS last_contact_at,
  ${seconds('contact.last_contact_at')} AS seconds_since_contact,
  arrayMap(sent -> (sent.1, ${seconds('sent.2')}), contact.offers_sent) AS offers_sent
FROM ${tables.users} AS state
LEFT JOIN ${tables.scores} AS score ON score.user_id = state.user_id
LEFT JOIN ${tables.contact} AS contact ON contact.user_id = state.user_id
ORDER BY state.user_id`
}

/** What is decided about, made of a row of `candidatesSql`. Whoever has no score is no subject of decisions. */
export function candidateOf(row: unknown): CandidateRow {
  const read = row as Row
  const scoreStatus = read.score_status
  return {
    candidate: {
      userId: read.user_id,
      day: read.snapshot_day,
      arm: read.arm,
      scored: scoreStatus === 'scored' ? scoredOf(read) : null,
      contact: contactOf(read),
    },
    scoreStatus,
    decisionId: read.decision_id,
    lastContactAt: read.last_contact_at,
  }
}

const familyOf = new Map(churnFeatures.map(({ name, family }) => [name, family]))

function scoredOf(read: Row): ScoredAccount {
  const code = read.actionable_reason_code
  const actionable = code === null ? undefined : familyOf.get(code)
  return {
    segment: read.segment,
    lifecycle: read.lifecycle,
    riskBand: read.risk_band,
    churnProbability: read.churn_probability,
    value90dKopecks: Number(read.value_90d),
    families: [...new Set([...(actionable === undefined ? [] : [actionable]), ...read.raising_families])],
    autoRenew: read.auto_renew === 1,
    daysSinceView: read.days_since_view,
  }
}

function contactOf(read: Row): ContactState {
  const seconds = read.seconds_since_contact
  return {
    consents: read.consents,
    verified: read.verified,
    unsubscribed: read.unsubscribed,
    contacts7d: read.contacts_7d,
    contacts30d: read.contacts_30d,
    contacts7dByChannel: Object.fromEntries(channels.map((channel, i) => [channel, read.contacts_by_channel[i]!])),
    daysSinceContact: seconds === null ? null : seconds / DAY_SECONDS,
    offersSent: read.offers_sent.map(([code, ago]) => ({ code, daysAgo: ago / DAY_SECONDS })),
  }
}
