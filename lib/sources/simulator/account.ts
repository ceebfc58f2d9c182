/** One subscriber: what it is (traits, fixed) and what it is like now (latent and billing state). */
import type { ContactChannel } from './contact-log.ts'
import type { Channel } from './parameters.ts'

/** Phases of an entitlement, as billing names them. */
export type Phase = 'trial' | 'intro' | 'paid' | 'promo' | 'gift' | 'partner' | 'pause'

export interface Traits {
  /** Position in the world; seeds all of the account's random numbers. */
  readonly number: number
  readonly userId: string
  readonly channel: Channel
  readonly addon: boolean
  /** Level that satisfaction returns to. */
  readonly satisfaction: number
  readonly stress: number
  /** Logit of an active day at engagement 0. */
  readonly activity: number
  /** Index into `platforms` of the main device, and the ids of all devices, the main one first. */
  readonly platform: number
  readonly devices: readonly string[]
  /** Day of the month on which money comes in. */
  readonly payday: number
  /** Shares of viewing by kind of title, and the kind with the largest. */
  readonly taste: readonly number[]
  readonly favourite: number
  /** Day on which it registered, as far back as years before day 0. */
  readonly registeredDay: number
  /** People who watch with it, each with a profile of their own. */
  readonly profiles: number
  /** Opened, with many others, for the free days alone. */
  readonly farmed: boolean
  /** By lot, for life: how the marketing system treats it. */
  readonly cohort: 'usual' | 'randomised' | 'held_out'
  readonly reachable: Readonly<Record<ContactChannel, boolean>>
  /** 0 .. 1: how much a message can move it. */
  readonly persuadable: number
}

/** Mutable; a copy of it (`{ ...account }`) is a possible future of the account. Moments are local seconds. */
export interface Account {
  readonly traits: Traits
  satisfaction: number
  fit: number
  stress: number
  habit: number
  /** What a household's lasting change has done to the level of satisfaction. */
  household: number
  spree: 'none' | 'binge' | 'away'
  /** Latest day of viewing; of the latest contact; contacts of the last weeks, fading. */
  viewedOn: number
  contactedOn: number
  fatigue: number
  /** What a message has led the account to decide; done on the next day. */
  answer: 'none' | 'cancel' | 'redeem'
  state: 'covered' | 'retrying' | 'lapsed' | 'deleted'
  /** Phase of the latest entitlement, and of the one before it: a prepaid one may not have begun yet. */
  phase: Phase
  previousPhase: Phase
  startAt: number
  /** End of the chain of entitlements; once it is broken, the moment it broke. */
  endAt: number
  /** Index into the parameters' plans. */
  plan: number
  /** How many entitlements there were; numbers the latest. */
  entitlements: number
  /** Spells that broke and were begun again. */
  spells: number
  /** End of the last spell that was followed by another. */
  brokenAt: number
  /** Pays by hand, for now. */
  manual: boolean
  autoRenew: boolean
  cancelled: boolean
  fullPricePaid: boolean
  tries: number
  nextTryAt: number
  /** When a manual payer means to pay; NaN = not decided, Infinity = not at all. */
  payAt: number
  cardExpiresAt: number
}

/** May the account watch at `moment`: covered and not paused, or left on while a payment is retried. */
export function hasAccess(account: Account, moment: number): boolean {
  if (account.state === 'retrying') return true
  return account.state === 'covered' && coveringPhase(account, moment) !== 'pause'
}

/** Phase of the entitlement that covers `moment` of a covered account. */
export function coveringPhase(account: Account, moment: number): Phase {
  return account.startAt <= moment ? account.phase : account.previousPhase
}
