import { type Decision, decide } from '../../lib/decisions/decide.ts'
import { asOf, asset, through, unique, warehouse } from '../../lib/graph/index.ts'
import { contactState } from '../features/contact-state.ts'
import { snapshot } from '../features/snapshot.ts'
import { scoreDays } from '../service.ts'
import { churnScores } from './churn-scores.ts'
import { offers, storedOffers } from './offers.ts'
import { type CandidateRow, candidateOf, candidatesSql } from './recommendation-candidates.ts'

/** What to do about every account of a day: chosen by declared rules, by chance for a few, never for those of control. */
export const recommendations = asset({
  key: 'scores/recommendations',
  description: 'Action, offer and channel of every account, with the probability of the choice; rules, not learned.',
  partitions: scoreDays,
  deps: { users: snapshot, scores: churnScores, contact: contactState, offers: through(offers, asOf()) },
  store: warehouse,
  columns: {
    user_id: 'String',
    snapshot_day: 'Date',
    score_status: 'LowCardinality(String)',
    action_code: 'LowCardinality(String)',
    offer_code: 'LowCardinality(Nullable(String))',
    channel: 'LowCardinality(Nullable(String))',
    expected_gain_kopecks: 'Nullable(Int64)',
    action_cost_kopecks: 'Nullable(Int64)',
    decision_basis: 'LowCardinality(String)',
    rule_name: 'LowCardinality(Nullable(String))',
    propensity: 'Float64',
    decision_id: 'UUID',
    experiment_arm: 'LowCardinality(String)',
    eligible_channels: 'Array(String)',
    suppressed_reason: 'LowCardinality(Nullable(String))',
    last_contact_at: "Nullable(DateTime('UTC'))",
    contacts_30d: 'UInt16',
  },
  orderBy: ['user_id'],
  checks: [unique(['user_id']), unique(['decision_id'])],
  materialize: async ({ inputs, warehouse: engine, signal }) => {
    const sql = candidatesSql({ users: inputs.users.table, scores: inputs.scores.table, contact: inputs.contact.table })
    const rows = (await engine.rows(sql, { signal })).map(candidateOf)
    const byUser = new Map(rows.map((row) => [row.candidate.userId, row]))
    const { decisions, spent } = decide(
      rows.map(({ candidate }) => candidate),
      storedOffers(inputs.offers.only()),
    )
    return {
      kind: 'rows',
      rows: decisions.map((decision) => rowOf(decision, byUser.get(decision.userId)!)),
      metadata: {
        spent,
        actions: counted(decisions.map(({ action }) => action)),
        bases: counted(decisions.map(({ basis }) => basis)),
        suppressed: counted(decisions.flatMap(({ suppressed }) => suppressed ?? [])),
      },
    }
  },
})

/** Values in the order of the columns. */
function rowOf(decision: Decision, { candidate, scoreStatus, decisionId, lastContactAt }: CandidateRow) {
  return [
    candidate.userId,
    candidate.day,
    scoreStatus,
    decision.action,
    decision.offer,
    decision.channel,
    decision.gainKopecks,
    decision.costKopecks,
    decision.basis,
    decision.rule,
    decision.propensity,
    decisionId,
    candidate.arm,
    decision.eligibleChannels,
    decision.suppressed,
    lastContactAt,
    candidate.contact.contacts30d,
  ]
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
