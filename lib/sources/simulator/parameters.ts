/** Every number of a simulated world. Rates are per day unless said; strengths are on the log or logit scale. */

import { type BehaviourParameters, defaultBehaviour } from './behaviour/parameters.ts'

export const channels = ['card', 'app_store', 'google_play', 'operator'] as const
export type Channel = (typeof channels)[number]

export interface Plan {
  readonly code: string
  /** Calendar days of a period. */
  readonly days: number
  readonly listKopecks: number
  /** Share of accounts that take it. */
  readonly share: number
}

export interface Parameters {
  /** Days lived before the first player event, so that the base has forgotten how it began. */
  readonly burnInDays: number
  /** Hours from t(D) to c(D). */
  readonly publishLagHours: number
  /** New accounts a day, as a share of the initial base. */
  readonly acquisitionRate: number
  /** How accounts begin. */
  readonly beginnings: {
    readonly trial: number
    readonly intro: number
    readonly paid: number
    readonly gift: number
    readonly partner: number
  }
  readonly trialDays: number
  readonly introChargeKopecks: number
  readonly giftDays: number
  readonly plans: readonly Plan[]
  readonly channelShares: Readonly<Record<Channel, number>>
  /** Share of accounts that never switch automatic renewal on. */
  readonly manualShare: number
  readonly addonShare: number
  readonly latent: {
    /** Between-account deviation of the level that satisfaction returns to; of accounts in the initial base, its shift. */
    readonly satisfactionBetween: number
    readonly initialShift: number
    readonly satisfactionReturn: number
    /** Daily noise; the deviation around the level settles near daily / sqrt(2 x return). */
    readonly satisfactionDaily: number
    /** Rare disappointments: chance a day and size. */
    readonly shockChance: number
    readonly shockSize: number
    readonly fitReturn: number
    readonly fitDaily: number
    /** A series is exhausted: chance a day and size. */
    readonly exhaustionChance: number
    readonly exhaustionSize: number
    readonly stressReturn: number
    readonly stressDaily: number
    /** Share of the gap to today's engagement that habit closes in a day. */
    readonly habitRate: number
    readonly satisfactionWeight: number
    readonly fitWeight: number
  }
  readonly intent: {
    /** Chance a day of switching renewal off at engagement 0. */
    readonly paidRate: number
    readonly trialRate: number
    readonly engagement: number
    readonly trialEngagement: number
    readonly stress: number
    /** Factors in the first two and the last three days of a period. */
    readonly early: number
    readonly late: number
    /** Chance a day of switching it on again. */
    readonly undoRate: number
    readonly trialUndoRate: number
    readonly undoEngagement: number
    /** Of those who ask to cancel: share that takes a pause, and share that takes free days instead. */
    readonly pauseShare: number
    readonly promoShare: number
    readonly pauseDays: number
    readonly promoDays: number
  }
  readonly renewal: {
    /** Logit of a payment by hand (after a trial), and of a failed charge. */
    readonly manual: number
    readonly manualTrial: number
    readonly manualEngagement: number
    readonly manualStress: number
    readonly failure: number
    readonly failureStress: number
    /** Added to a failure's logit in the five days before the account's payday. */
    readonly failureBeforePayday: number
    readonly trialFailure: number
    readonly failureByChannel: Readonly<Record<Channel, number>>
    readonly expiredCardFailure: number
    /** Logit that a repeated charge succeeds. */
    readonly retry: number
    readonly retryStress: number
    /** Seconds after the end of the period at which a failed charge is tried again. */
    readonly retriesAfter: readonly number[]
    readonly dunningDays: number
    readonly storeGraceDays: number
    readonly partnerKeep: number
    readonly giftKeep: number
  }
  readonly incidents: {
    readonly refundRate: number
    readonly chargebackShare: number
    readonly deletionRate: number
    readonly upgradeRate: number
  }
  readonly comeback: {
    readonly rate: number
    readonly trialRate: number
    readonly engagement: number
    /** Days in which half of the wish to return fades. */
    readonly halfLifeDays: number
  }
  readonly viewing: {
    readonly activity: number
    readonly activityBetween: number
    readonly engagement: number
    readonly weekend: number
    /** July and August, on the logit of an active day. */
    readonly summer: number
    readonly secondsLogMean: number
    readonly secondsLogSd: number
    readonly secondsEngagement: number
    readonly secondSession: number
    readonly stallChance: number
  }
  readonly behaviour: BehaviourParameters
  readonly titles: { readonly count: number; readonly releasedPerMonth: number }
  readonly dirt: {
    readonly duplicateShare: number
    readonly malformedShare: number
    /** Shares of devices whose clock is off by about that much. */
    readonly clocks: { readonly daysOff: number; readonly hoursOff: number; readonly minutesOff: number }
    /** Shares of the periods that billing sends first with an end before the start, and without the plan's length. */
    readonly endBeforeStartShare: number
    readonly noPlanDaysShare: number
  }
  readonly truth: {
    /** Days before the world's last day at which latent state is frozen; labels mature 34 days later. */
    readonly cutoffsBeforeEnd: readonly number[]
    /** Futures per account; even. */
    readonly futures: number
  }
}

const HOUR = 3600

export const defaultParameters: Parameters = {
  burnInDays: 120,
  publishLagHours: 6,
  acquisitionRate: 0.0059,
  beginnings: { trial: 0.74, intro: 0.11, paid: 0.09, gift: 0.02, partner: 0.04 },
  trialDays: 14,
  introChargeKopecks: 100,
  giftDays: 90,
  plans: [
    { code: 'monthly', days: 30, listKopecks: 39_900, share: 0.88 },
    { code: 'annual', days: 365, listKopecks: 299_000, share: 0.06 },
    { code: 'half_year', days: 180, listKopecks: 179_000, share: 0.025 },
    { code: 'quarter', days: 90, listKopecks: 99_900, share: 0.02 },
    { code: 'weekly', days: 7, listKopecks: 14_900, share: 0.015 },
  ],
  channelShares: { card: 0.62, app_store: 0.16, google_play: 0.14, operator: 0.08 },
  manualShare: 0.15,
  addonShare: 0.08,
  latent: {
    satisfactionBetween: 0.85,
    initialShift: 0.3,
    satisfactionReturn: 0.025,
    satisfactionDaily: 0.14,
    shockChance: 0.004,
    shockSize: 1,
    fitReturn: 0.04,
    fitDaily: 0.2,
    exhaustionChance: 0.008,
    exhaustionSize: 0.9,
    stressReturn: 0.03,
    stressDaily: 0.245,
    habitRate: 0.06,
    satisfactionWeight: 0.8,
    fitWeight: 0.5,
  },
  intent: {
    paidRate: 0.0023,
    trialRate: 0.024,
    engagement: 0.71,
    trialEngagement: 0.6,
    stress: 0.1,
    early: 1.5,
    late: 3,
    undoRate: 0.009,
    trialUndoRate: 0.045,
    undoEngagement: 0.8,
    pauseShare: 0.04,
    promoShare: 0.06,
    pauseDays: 30,
    promoDays: 14,
  },
  renewal: {
    manual: 1.2,
    manualTrial: -0.8,
    manualEngagement: 0.65,
    manualStress: 0.15,
    failure: -3.1,
    failureStress: 0.5,
    failureBeforePayday: 0.6,
    trialFailure: 1.7,
    failureByChannel: { card: 0, app_store: -0.9, google_play: -0.4, operator: 0.9 },
    expiredCardFailure: 2.5,
    retry: -0.6,
    retryStress: 0.5,
    retriesAfter: [6 * HOUR, 24 * HOUR, 72 * HOUR, 120 * HOUR, 166 * HOUR],
    dunningDays: 7,
    storeGraceDays: 16,
    partnerKeep: 0.96,
    giftKeep: 0.3,
  },
  incidents: { refundRate: 0.00012, chargebackShare: 0.2, deletionRate: 0.00006, upgradeRate: 0.00015 },
  comeback: { rate: 0.003, trialRate: 0.0012, engagement: 0.5, halfLifeDays: 40 },
  viewing: {
    activity: -0.4,
    activityBetween: 0.4,
    engagement: 1.8,
    weekend: 0.35,
    summer: -0.25,
    secondsLogMean: 8.1,
    secondsLogSd: 0.9,
    secondsEngagement: 0.45,
    secondSession: 0.14,
    stallChance: 0.12,
  },
  behaviour: defaultBehaviour,
  titles: { count: 900, releasedPerMonth: 25 },
  dirt: {
    duplicateShare: 0.005,
    malformedShare: 0.001,
    clocks: { daysOff: 0.0005, hoursOff: 0.003, minutesOff: 0.08 },
    endBeforeStartShare: 0.0033,
    noPlanDaysShare: 0.0017,
  },
  truth: { cutoffsBeforeEnd: [34], futures: 256 },
}
