/** Ways in which an account can be reached, in the order in which they are tried where nothing else is said. */
export const channels = ['email', 'push', 'sms'] as const
export type Channel = (typeof channels)[number]

export const riskBands = ['low', 'medium', 'high'] as const
export type RiskBand = (typeof riskBands)[number]

export const segmentNames = ['trial', 'paid'] as const
export const lifecycles = ['new', 'regular', 'reactivated'] as const
export type Lifecycle = (typeof lifecycles)[number]

/** Who decides: nobody (never contacted), chance, or the policy. Fixed for an account as long as the experiment runs. */
export type Arm = 'control' | 'exploration' | 'policy'

/** What is known by c(D) of the ways to reach an account, and of how often that was done. */
export interface ContactState {
  /** Marketing consents as the account has them. */
  readonly consents: readonly Channel[]
  /** Channels whose address is verified; push needs no address. */
  readonly verified: readonly Channel[]
  /** Channels that the account unsubscribed from in a message. */
  readonly unsubscribed: readonly Channel[]
  readonly contacts7d: number
  readonly contacts30d: number
  /** Contacts of the last 7 days by channel; a channel without any may be absent. */
  readonly contacts7dByChannel: Readonly<Partial<Record<Channel, number>>>
  /** Days from the last contact to c(D), a fraction too; null: there was none. */
  readonly daysSinceContact: number | null
  /** Offers that were sent and how many days before c(D), the latest of each. */
  readonly offersSent: readonly { readonly code: string; readonly daysAgo: number }[]
}

/** What a score says of an account, as far as decisions need it. */
export interface ScoredAccount {
  readonly segment: (typeof segmentNames)[number]
  readonly lifecycle: Lifecycle
  readonly riskBand: RiskBand
  /** Calibrated probability of leaving if not contacted, in [0, 1]. */
  readonly churnProbability: number
  /** Expected value of the next 90 days, kopecks. */
  readonly value90dKopecks: number
  /** Families of reasons that raise the risk: first the strongest that a campaign can change, then the others shown. */
  readonly families: readonly string[]
  readonly autoRenew: boolean
  /** Whole days since the last viewing; null: none within what the features remember. */
  readonly daysSinceView: number | null
}

/** One account of a day, about which something is to be decided. */
export interface Candidate {
  readonly userId: string
  /** Day D, `YYYY-MM-DD`. */
  readonly day: string
  readonly arm: Arm
  /** Null where there is no score: then nothing is done. */
  readonly scored: ScoredAccount | null
  readonly contact: ContactState
}
