/** What the marketing system does to an account and what comes of it. Futures are lived without a log. */
import type { Account } from './account.ts'

export const contactChannels = ['email', 'push', 'sms'] as const
export type ContactChannel = (typeof contactChannels)[number]

/**
 * Who chose: yesterday's score (`policy`), a recency rule (`rule`), a cause that nobody logs (`manual`), chance with a
 * logged propensity (`randomised`); `control` = the randomised hold-out, chosen and not contacted.
 */
export type ContactArm = 'policy' | 'rule' | 'manual' | 'randomised' | 'control'

export type ContactReaction = 'deliv' | 'open' | 'click' | 'unsub' | 'redeem'

export interface Contact {
  readonly channel: ContactChannel
  readonly campaign: string
  /** Code of the offer; '' = a reminder without one. */
  readonly offer: string
  readonly arm: ContactArm
  /** Probability with which chance chose this arm; null where the choice was not random. */
  readonly propensity: number | null
  /** The score that the marketing system had of the account, in [0, 1], larger = more at risk. */
  readonly score: number
}

/** Moments are local seconds; calls for one account come in the order of time. */
export interface ContactLog {
  /** A message is sent; of arm `control` nothing is, and no reaction follows. */
  contact(account: Account, at: number, contact: Contact): void
  /** What became of the account's latest contact, in the order deliv, open, click, then redeem or unsub. */
  reaction(account: Account, at: number, action: ContactReaction): void
}
