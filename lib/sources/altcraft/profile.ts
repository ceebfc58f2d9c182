import { createHash } from 'node:crypto'
import * as z from 'zod'

/** What Altcraft is told of one account: the decision in force, and why. */
export const profileSchema = z.object({
  user_id: z.string(),
  decision_id: z.string(),
  action: z.string(),
  offer: z.string().nullable(),
  channel: z.string().nullable(),
  risk_band: z.string().nullable(),
  /** In whole percent: what a campaign may show or filter by, and what does not change with every breath. */
  churn_percent: z.number().int().nullable(),
  reason_ru: z.string().nullable(),
  /** ISO 8601: the decision is not to be used after it. */
  valid_until: z.string(),
})

export type Profile = z.infer<typeof profileSchema>

/**
 * What a profile says, apart from which decision says so and until when: a decision that is taken again every day with
 * the same outcome is no change.
 */
export function contentHash({ action, offer, channel, risk_band, churn_percent, reason_ru }: Profile): string {
  const content = JSON.stringify([action, offer, channel, risk_band, churn_percent, reason_ru])
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

/** The profile as an element of `profiles/import_batch`: custom fields only, matched by the account's id. */
export function elementOf(profile: Profile, userField: string): Readonly<Record<string, unknown>> {
  return {
    [userField]: profile.user_id,
    ottok_decision_id: profile.decision_id,
    ottok_action: profile.action,
    ottok_offer: profile.offer,
    ottok_channel: profile.channel,
    ottok_risk_band: profile.risk_band,
    ottok_churn_percent: profile.churn_percent,
    ottok_reason: profile.reason_ru,
    ottok_valid_until: profile.valid_until,
  }
}

/** Takes an earlier action back: nothing is to be done about the account any more. */
export function withdrawal(userId: string, decisionId: string, validUntil: string): Profile {
  return {
    user_id: userId,
    decision_id: decisionId,
    action: 'none',
    offer: null,
    channel: null,
    risk_band: null,
    churn_percent: null,
    reason_ru: null,
    valid_until: validUntil,
  }
}

/** One profile a line. */
export function encodeProfiles(profiles: readonly Profile[]): Uint8Array {
  return Buffer.from(profiles.map((profile) => `${JSON.stringify(profile)}\n`).join(''))
}

/** Reads what `encodeProfiles` wrote; throws a ZodError for another line. */
export function decodeProfiles(bytes: Uint8Array): Profile[] {
  const lines = Buffer.from(bytes).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => profileSchema.parse(JSON.parse(line)))
}
