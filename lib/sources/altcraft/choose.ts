import type { Delivered } from './delivery-log.ts'
import { contentHash, type Profile, withdrawal } from './profile.ts'

/** Why a decision is not delivered after all. */
export type HeldBack = 'expired' | 'no consent' | 'unsubscribed' | 'account deleted' | 'subscription ended'

/** What is known of accounts at the moment of sending. */
export interface Standing {
  /** Why nothing may be sent to an account by a channel, if so. */
  readonly objection: (userId: string, channel: string | null) => HeldBack | undefined
}

export interface Choice {
  readonly send: readonly Profile[]
  readonly unchanged: number
  readonly heldBack: Readonly<Record<string, number>>
  readonly withdrawn: number
}

/** A decision that stays the same is sent again this long before it would run out. */
const RENEW_BEFORE_MS = 24 * 3_600_000

/**
 * What has to be sent now: decisions that say something new, those that would run out, and the withdrawal of earlier
 * actions that are not in force any more or may not be carried out. Pure.
 *
 * @param profiles of accounts with an action
 * @param delivered the latest good delivery of each account
 * @param withdrawalId id of the decision to withdraw, by account
 */
export function chooseDeliveries(
  profiles: readonly Profile[],
  delivered: ReadonlyMap<string, Delivered>,
  standing: Standing,
  options: { readonly now: Date; readonly withdrawalId: (userId: string) => string; readonly validUntil: string },
): Choice {
  const heldBack: Record<string, number> = {}
  const send: Profile[] = []
  const inForce = new Set<string>()
  let unchanged = 0
  for (const profile of profiles) {
    const objection =
      new Date(profile.valid_until) <= options.now ? 'expired' : standing.objection(profile.user_id, profile.channel)
    if (objection !== undefined) {
      heldBack[objection] = (heldBack[objection] ?? 0) + 1
      continue
    }
    inForce.add(profile.user_id)
    const before = delivered.get(profile.user_id)
    const lasts = before && before.valid_until.getTime() - options.now.getTime() > RENEW_BEFORE_MS
    if (before?.content_hash === contentHash(profile) && lasts) unchanged++
    else send.push(profile)
  }
  const gone = [...delivered.values()].filter(({ user_id, action }) => action !== 'none' && !inForce.has(user_id))
  for (const { user_id } of gone) {
    send.push(withdrawal(user_id, options.withdrawalId(user_id), options.validUntil))
  }
  return { send, unchanged, heldBack, withdrawn: gone.length }
}
