/** Worlds by name: the ordinary one, those that prove a property of a model, and those in which something drifts. */
import { OttokError } from '../../config/errors.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import type { Fault, Turn } from './turns.ts'

/** What watching may say. */
export type Alarm =
  | 'freshness'
  | 'row_count'
  | 'feature_range'
  | 'feature_drift'
  | 'new_category'
  | 'score_drift'
  | 'calibration'
  | 'matured_quality'
  | 'early_lapses'
  | 'payment_failures'
  | 'identity_links'
  | 'late_rows'
  | 'contact_mix'
  | 'trial_conversion'

/** A world in which something goes another way, and what has to be noticed of it. */
export interface Drift {
  /** It begins this many days before the world's end. */
  readonly lastDays: number
  /** The alarm that it must raise, at the latest so many days after it began. */
  readonly alarm: Alarm
  readonly withinDays: number
  /** Alarms that must not be raised over it. */
  readonly silent: readonly Alarm[]
}

const LATEST = 30
/** Labels need 34 days: what only they show must have begun long before the end. */
const LABELLED = 80

const drifting = {
  'source-stops': {
    faults: [{ kind: 'stops', source: 'tv_events', lastDays: LATEST }],
    drift: { lastDays: LATEST, alarm: 'freshness', withinDays: 1, silent: ['matured_quality', 'payment_failures'] },
  },
  milliseconds: {
    faults: [{ kind: 'milliseconds', lastDays: LATEST }],
    drift: { lastDays: LATEST, alarm: 'feature_range', withinDays: 1, silent: ['freshness', 'row_count', 'late_rows'] },
  },
  'new-device-class': {
    faults: [{ kind: 'device_class', name: 'harmony', share: 0.3, lastDays: LATEST }],
    drift: {
      lastDays: LATEST,
      alarm: 'new_category',
      withinDays: 1,
      silent: ['freshness', 'score_drift', 'calibration'],
    },
  },
  season: {
    turns: [{ kind: 'summer_like', viewing: -0.6, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'feature_drift',
      withinDays: 14,
      silent: ['freshness', 'feature_range', 'payment_failures'],
    },
  },
  'price-rise': {
    turns: [{ kind: 'price_rise', factor: 1.25, leaving: 0.8, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'calibration',
      withinDays: 50,
      silent: ['freshness', 'row_count', 'late_rows'],
    },
  },
  'biased-campaign': {
    turns: [{ kind: 'biased_campaign', factor: 4, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'contact_mix',
      withinDays: 7,
      silent: ['freshness', 'feature_range', 'payment_failures'],
    },
  },
  'payment-outage': {
    turns: [{ kind: 'payment_outage', days: 3, lastDays: LATEST }],
    drift: {
      lastDays: LATEST,
      alarm: 'payment_failures',
      withinDays: 1,
      silent: ['freshness', 'feature_range', 'identity_links'],
    },
  },
  'short-trials': {
    turns: [{ kind: 'trial_length', trialDays: 7, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'trial_conversion',
      withinDays: 10,
      silent: ['freshness', 'payment_failures', 'row_count'],
    },
  },
  competitor: {
    turns: [{ kind: 'competitor', leaving: 0.9, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'early_lapses',
      withinDays: 21,
      silent: ['freshness', 'feature_range', 'new_category'],
    },
  },
  'hit-ends': {
    turns: [{ kind: 'series_end', fit: -1.2, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'feature_drift',
      withinDays: 21,
      silent: ['freshness', 'feature_range', 'payment_failures'],
    },
  },
  'tracking-bug': {
    faults: [{ kind: 'tracking_bug', platform: 'android', lastDays: LATEST }],
    drift: {
      lastDays: LATEST,
      alarm: 'feature_drift',
      withinDays: 7,
      silent: ['freshness', 'payment_failures', 'identity_links'],
    },
  },
  'identity-regression': {
    faults: [{ kind: 'identity', share: 0.3, lastDays: LATEST }],
    drift: {
      lastDays: LATEST,
      alarm: 'identity_links',
      withinDays: 3,
      silent: ['freshness', 'row_count', 'payment_failures'],
    },
  },
  'late-tv': {
    faults: [{ kind: 'late', source: 'tv_events', days: 3, lastDays: LATEST }],
    drift: {
      lastDays: LATEST,
      alarm: 'late_rows',
      withinDays: 4,
      silent: ['feature_range', 'payment_failures', 'matured_quality'],
    },
  },
  'trial-farm': {
    turns: [{ kind: 'trial_farm', perJoining: 0.8, lastDays: LABELLED }],
    drift: {
      lastDays: LABELLED,
      alarm: 'trial_conversion',
      withinDays: 17,
      silent: ['freshness', 'feature_range', 'late_rows'],
    },
  },
} as const satisfies Record<string, { turns?: readonly Turn[]; faults?: readonly Fault[]; drift: Drift }>

export type DriftName = keyof typeof drifting
export type WorldName = 'default' | 'null' | 'billing-only' | 'behaviour-only' | DriftName

/** Only what the two proving worlds without behaviour have in common: no mood decides anything, and nothing tells of it. */
const unmoved: Parameters = {
  ...defaultParameters,
  population: { ...defaultParameters.population, establishedShift: 0, oldShift: 0 },
  farmedPerJoining: 0,
  intent: { ...defaultParameters.intent, engagement: 0, trialEngagement: 0, undoEngagement: 0 },
  renewal: { ...defaultParameters.renewal, manualEngagement: 0, failureEngagement: 0 },
  incidents: { ...defaultParameters.incidents, refundRate: 0, deletionRate: 0 },
  comeback: { ...defaultParameters.comeback, engagement: 0 },
  campaigns: { ...defaultParameters.campaigns, looks: 0 },
  behaviour: {
    ...defaultParameters.behaviour,
    cancelledOnWeb: 0,
    cancelledInApp: 0,
    concern: { ...defaultParameters.behaviour.concern, willing: 0, will: 0, periodEnd: 1, retrying: 0, lapsed: 0 },
  },
}

/** Everybody has one plan that renews by itself, and no way to leave but a charge that fails. */
function byChargeAlone(parameters: Parameters): Parameters {
  const [monthly] = parameters.plans
  return {
    ...parameters,
    beginnings: { trial: 0.8, intro: 0.1, paid: 0.1, gift: 0, partner: 0 },
    farmedPerJoining: 0,
    plans: monthly === undefined ? [] : [{ ...monthly, share: 1, manual: 0, joining: { share: 1, manual: 0 } }],
    mixedShare: 0,
    intent: { ...parameters.intent, paidRate: 0, trialRate: 0 },
    renewal: {
      ...parameters.renewal,
      returnsByHand: 0,
      failure: -1.6,
      failureStress: 0,
      failureBeforePayday: 0,
      failureByChannel: { card: 0, app_store: 0, google_play: 0, operator: 0 },
      expiredCardFailure: 0,
      retryStress: 0,
    },
    incidents: { refundRate: 0, chargebackShare: 0, deletionRate: 0, upgradeRate: 0 },
    campaigns: { ...parameters.campaigns, looks: 0 },
    seasons: { ...parameters.seasons, outageChance: 0 },
  }
}

const behaviourOnly = byChargeAlone(defaultParameters)

function drifted({ turns = [], faults = [] }: { turns?: readonly Turn[]; faults?: readonly Fault[] }): Parameters {
  return { ...defaultParameters, turns, faults }
}

function mapped<K extends string, A, B>(record: Readonly<Record<K, A>>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value as A)])) as Record<K, B>
}

/**
 * - `null`: who leaves is chance alone; the attainable AUC of undecided accounts is 0.50
 * - `billing-only`: no mood decides anything: behaviour says nothing about who leaves
 * - `behaviour-only`: mood alone decides: billing says nothing that the mood does not
 * - the others: `drifts` says what has to be noticed of them
 */
export const worlds: Readonly<Record<WorldName, Parameters>> = {
  default: defaultParameters,
  null: byChargeAlone(unmoved),
  'billing-only': unmoved,
  'behaviour-only': { ...behaviourOnly, renewal: { ...behaviourOnly.renewal, failureEngagement: 1.2 } },
  ...mapped(drifting, drifted),
}

export const drifts: Readonly<Record<DriftName, Drift>> = mapped(drifting, ({ drift }): Drift => drift)

/** Parameters of the world with this name. Throws an OttokError (exit code 2) that lists the names. */
export function worldNamed(name: string): Parameters {
  if (Object.hasOwn(worlds, name)) return worlds[name as WorldName]
  throw new OttokError({
    what: `No world is named ${JSON.stringify(name)}`,
    cause: 'A world is one of those that the simulator defines.',
    mend: `Choose one of ${Object.keys(worlds).join(', ')}.`,
    exitCode: 2,
  })
}
