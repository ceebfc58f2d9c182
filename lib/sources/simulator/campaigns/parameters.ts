/** Numbers of the marketing system and of how accounts answer it. */

export interface CampaignParameters {
  /** Chance a day that the marketing system looks at an account, and days that it then leaves it in peace. */
  readonly looks: number
  readonly peaceDays: number
  /** Shares of accounts, by lot for life: contacted at random, and never contacted. */
  readonly randomised: number
  readonly heldOut: number
  /** Chance that an account of the randomised share is contacted when it is looked at. */
  readonly propensity: number
  /** Contacts by score begin at this score; contacts by rule between these days without viewing. */
  readonly scoreFrom: number
  readonly quietFrom: number
  readonly quietUntil: number
  /** The cause that nobody logs, budget stress (they called support), begins here. */
  readonly stressFrom: number
  /** Share of contacts with an offer; free days of an offer: longer than the horizon of a label. */
  readonly offered: number
  readonly offerDays: number
  /** Chance that a channel reaches an account at all. */
  readonly reached: { readonly email: number; readonly push: number; readonly sms: number }
  readonly opened: { readonly email: number; readonly push: number; readonly sms: number }
  readonly clicked: number
  /** Satisfaction that an opened message brings to the most persuadable, and how much of it each contact in the last weeks takes off. */
  readonly lift: number
  readonly fatigue: number
  readonly fatigueHalfLifeDays: number
  readonly unsubscribed: number
  /** Chance that an opened offer is redeemed by those who are leaving, and by those who would have stayed. */
  readonly redeemedLeaving: number
  readonly redeemedStaying: number
  /** Days without viewing after which a reminder tells an automatic payer to cancel, and its chance. */
  readonly sleepingDays: number
  readonly woken: number
}

export const defaultCampaigns: CampaignParameters = {
  looks: 0.042,
  peaceDays: 14,
  randomised: 0.07,
  heldOut: 0.07,
  propensity: 0.5,
  scoreFrom: 0.3,
  quietFrom: 7,
  quietUntil: 30,
  stressFrom: 1.2,
  offered: 0.45,
  offerDays: 35,
  reached: { email: 0.7, push: 0.5, sms: 0.35 },
  opened: { email: 0.28, push: 0.18, sms: 0.55 },
  clicked: 0.45,
  lift: 0.7,
  fatigue: 0.35,
  fatigueHalfLifeDays: 30,
  unsubscribed: 0.02,
  redeemedLeaving: 0.6,
  redeemedStaying: 0.4,
  sleepingDays: 14,
  woken: 0.12,
}
