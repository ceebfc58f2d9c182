/** Every number of a simulated world. Rates are per day unless said; strengths are on the log or logit scale. */

import { type BehaviourParameters, defaultBehaviour } from './behaviour/parameters.ts'
import { type CampaignParameters, defaultCampaigns } from './campaigns/parameters.ts'
import type { Fault, Turn } from './turns.ts'

export const channels = ['card', 'app_store', 'google_play', 'operator'] as const
export type Channel = (typeof channels)[number]

export interface Plan {
  readonly code: string
  /** Calendar days of a period. */
  readonly days: number
  readonly listKopecks: number
  /** Share of the established accounts that have it. */
  readonly share: number
  /** Share of those who pay for it by card or operator and by hand. Stores sell only what renews by itself. */
  readonly manual: number
  /** The same two shares of newcomers: who stays long weighs more in the base than among those who come. */
  readonly joining: { readonly share: number; readonly manual: number }
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
  readonly addonShare: number
  /** Trials opened by one hand for each honest newcomer. */
  readonly farmedPerJoining: number
  /** Share of the established accounts that have changed between paying by hand and automatically. */
  readonly mixedShare: number
  readonly population: {
    /** Ages of the established accounts, in days since registration: oldest x uniform ^ ageing. */
    readonly oldest: number
    readonly ageing: number
    /** Level of satisfaction of those who have stayed for three months, and for four years. */
    readonly establishedShift: number
    readonly oldShift: number
    readonly stressBetween: number
    /** Weights of one profile, two, three and so on. */
    readonly profiles: readonly number[]
  }
  readonly latent: {
    /** Between-account deviation of the level that satisfaction returns to. */
    readonly satisfactionBetween: number
    readonly satisfactionReturn: number
    /** Daily noise; the deviation around the level settles near daily / sqrt(2 x return). */
    readonly satisfactionDaily: number
    /** Rare disappointments: chance a day and size. */
    readonly shockChance: number
    readonly shockSize: number
    readonly fitReturn: number
    readonly fitDaily: number
    /** A series takes hold of an account for some days; chance that nothing follows it, and what that costs. */
    readonly bingeChance: number
    readonly bingeDays: number
    readonly exhaustionShare: number
    readonly exhaustionSize: number
    /** Away from every screen for some days. */
    readonly awayChance: number
    readonly awayDays: number
    /** The budget breaks: chance a day and size. */
    readonly budgetChance: number
    readonly budgetSize: number
    /** A household changes for good: chance a day, and deviation of the new level of satisfaction. */
    readonly householdChance: number
    readonly householdSize: number
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
    /** Chance that a payer by hand switches automatic renewal on with a payment; and that a returner pays by hand. */
    readonly switchesOn: number
    readonly returnsByHand: number
    readonly failure: number
    readonly failureStress: number
    /** Who is less engaged cares less that the card can be charged. */
    readonly failureEngagement: number
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
    /** Added to the logit of an active day while a series holds the account. */
    readonly binge: number
    readonly secondsLogMean: number
    readonly secondsLogSd: number
    readonly secondsEngagement: number
    readonly secondSession: number
    /** Share of sessions that are but a look, and how much shorter they are, on the logarithm. */
    readonly lookIns: number
    readonly lookInShorter: number
    readonly stallChance: number
  }
  readonly behaviour: BehaviourParameters
  /** On the logit of an active day, unless said. */
  readonly seasons: {
    readonly weekend: number
    /** July and August. */
    readonly summer: number
    /** 1 - 8 January; and what those days add to the log of every will to leave. */
    readonly newYear: number
    readonly newYearLeaving: number
    /** Weekends with matches, August to May, for those who favour sport; catalogue fit that the season is worth to them. */
    readonly match: number
    readonly sportFit: number
    /** Chance a day of a premiere, and the fit that it brings to those who favour its kind. */
    readonly premiereChance: number
    readonly premiereFit: number
    /** Chance that the payment provider has a bad day, and the share of charges that then fails. */
    readonly outageChance: number
    readonly outageShare: number
    /** Newcomers in December and the holidays, as a factor. */
    readonly winterJoining: number
  }
  readonly campaigns: CampaignParameters
  /** What changes in the service, and in what its sources send. */
  readonly turns: readonly Turn[]
  readonly faults: readonly Fault[]
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
  acquisitionRate: 0.0056,
  beginnings: { trial: 0.74, intro: 0.11, paid: 0.09, gift: 0.02, partner: 0.04 },
  trialDays: 14,
  introChargeKopecks: 100,
  giftDays: 90,
  plans: [
    {
      code: 'monthly',
      days: 30,
      listKopecks: 39_900,
      share: 0.855,
      manual: 0.13,
      joining: { share: 0.957, manual: 0.36 },
    },
    { code: 'annual', days: 410, listKopecks: 299_000, share: 0.046, manual: 1, joining: { share: 0.006, manual: 1 } },
    {
      code: 'half_year_plus',
      days: 195,
      listKopecks: 189_000,
      share: 0.019,
      manual: 1,
      joining: { share: 0.021, manual: 1 },
    },
    {
      code: 'half_year',
      days: 180,
      listKopecks: 179_000,
      share: 0.016,
      manual: 1,
      joining: { share: 0.018, manual: 1 },
    },
    { code: 'quarter', days: 90, listKopecks: 99_900, share: 0.016, manual: 1, joining: { share: 0.014, manual: 1 } },
    { code: 'weekly', days: 7, listKopecks: 14_900, share: 0.014, manual: 1, joining: { share: 0.06, manual: 1 } },
    {
      code: 'year_and_month',
      days: 395,
      listKopecks: 289_000,
      share: 0.014,
      manual: 1,
      joining: { share: 0.003, manual: 1 },
    },
    {
      code: 'four_months',
      days: 120,
      listKopecks: 129_000,
      share: 0.01,
      manual: 1,
      joining: { share: 0.012, manual: 1 },
    },
    {
      code: 'two_months',
      days: 60,
      listKopecks: 74_900,
      share: 0.009,
      manual: 1,
      joining: { share: 0.013, manual: 1 },
    },
  ],
  channelShares: { card: 0.62, app_store: 0.16, google_play: 0.14, operator: 0.08 },
  addonShare: 0.08,
  farmedPerJoining: 0.015,
  mixedShare: 0.24,
  population: {
    oldest: 3900,
    ageing: 1.9,
    establishedShift: 0.05,
    oldShift: 0.65,
    stressBetween: 0.5,
    profiles: [0.55, 0.25, 0.12, 0.05, 0.03],
  },
  latent: {
    satisfactionBetween: 0.85,
    satisfactionReturn: 0.025,
    satisfactionDaily: 0.14,
    shockChance: 0.004,
    shockSize: 1,
    fitReturn: 0.04,
    fitDaily: 0.2,
    bingeChance: 0.02,
    bingeDays: 14,
    exhaustionShare: 0.35,
    exhaustionSize: 0.9,
    awayChance: 0.009,
    awayDays: 11,
    budgetChance: 0.0015,
    budgetSize: 1.5,
    householdChance: 0.0006,
    householdSize: 0.8,
    stressReturn: 0.03,
    stressDaily: 0.245,
    habitRate: 0.06,
    satisfactionWeight: 0.8,
    fitWeight: 0.5,
  },
  intent: {
    paidRate: 0.0007,
    trialRate: 0.026,
    engagement: 1.05,
    trialEngagement: 0.7,
    stress: 0.05,
    early: 1.5,
    late: 5,
    undoRate: 0.009,
    trialUndoRate: 0.05,
    undoEngagement: 0.8,
    pauseShare: 0.04,
    promoShare: 0.06,
    pauseDays: 30,
    promoDays: 14,
  },
  renewal: {
    manual: 1.5,
    manualTrial: -0.2,
    manualEngagement: 0.7,
    manualStress: 0.15,
    switchesOn: 0.06,
    returnsByHand: 0.5,
    failure: -2.92,
    failureStress: 0.2,
    failureEngagement: 0.52,
    failureBeforePayday: 0.6,
    trialFailure: 1.6,
    failureByChannel: { card: 0, app_store: -0.6, google_play: -0.3, operator: 0.6 },
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
    activity: -0.63,
    activityBetween: 0.75,
    engagement: 1.8,
    binge: 2.4,
    secondsLogMean: 8.1,
    secondsLogSd: 1.12,
    secondsEngagement: 0.45,
    secondSession: 0.14,
    lookIns: 0.08,
    lookInShorter: 2.2,
    stallChance: 0.12,
  },
  behaviour: defaultBehaviour,
  seasons: {
    weekend: 0.35,
    summer: -0.25,
    newYear: 0.5,
    newYearLeaving: -0.3,
    match: 0.6,
    sportFit: 0.3,
    premiereChance: 0.08,
    premiereFit: 0.15,
    outageChance: 0.004,
    outageShare: 0.5,
    winterJoining: 1.25,
  },
  campaigns: defaultCampaigns,
  turns: [],
  faults: [],
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
