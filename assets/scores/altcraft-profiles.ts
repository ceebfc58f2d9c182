import { servingCutoffSql } from '../../lib/features/labels/moments.ts'
import { asOf, asset, objects, through } from '../../lib/graph/index.ts'
import { encodeProfiles, type Profile } from '../../lib/sources/altcraft/profile.ts'
import { rule, scoreDays } from '../service.ts'
import { riskBandSql } from './account-facts.ts'
import { churnScores } from './churn-scores.ts'
import { offers, storedOffers } from './offers.ts'
import { recommendations } from './recommendations.ts'

/** What the marketing platform is to be told, before it is compared with what it was told already. */
export const altcraftProfiles = asset({
  key: 'scores/altcraft_profiles',
  description: 'One profile of every account with an action: the decision in force, why, and until when.',
  partitions: scoreDays,
  deps: { decisions: recommendations, scores: churnScores, offers: through(offers, asOf()) },
  store: objects({ extension: 'jsonl' }),
  materialize: async ({ inputs, warehouse, signal }) => {
    const validity = new Map(
      storedOffers(inputs.offers.only()).offers.map(({ code, validity_days }) => [code, validity_days]),
    )
    const rows = await warehouse.rows<Row>(profilesSql(inputs.decisions.table, inputs.scores.table), { signal })
    const profiles = rows.map(({ cutoff_s, ...row }): Profile => {
      const days = row.offer === null ? 1 : (validity.get(row.offer) ?? 1)
      return { ...row, valid_until: new Date((cutoff_s + days * 86_400) * 1000).toISOString() }
    })
    return { kind: 'bytes', bytes: encodeProfiles(profiles), metadata: { profiles: profiles.length } }
  },
})

type Row = Omit<Profile, 'valid_until'> & { readonly cutoff_s: number }

function profilesSql(decisions: string, scores: string): string {
  return `
SELECT decision.user_id AS user_id, toString(decision.decision_id) AS decision_id, decision.action_code AS action,
  decision.offer_code AS offer, decision.channel AS channel, ${riskBandSql('score.churn_probability')} AS risk_band,
  toInt32(round(score.churn_probability * 100)) AS churn_percent, score.reason_1_text_ru AS reason_ru,
  toUInt32(${servingCutoffSql('decision.snapshot_day', rule)}) AS cutoff_s
FROM ${decisions} AS decision
INNER JOIN ${scores} AS score ON score.user_id = decision.user_id
WHERE decision.action_code != 'none'
ORDER BY decision.user_id`
}
