/** Parameters of the label rule. Days are calendar days in `zone`, the publish lag is elapsed hours. */
export interface LabelRule {
  /** IANA name of the service's zone, such as Europe/Moscow. */
  readonly zone: string
  /** A lapse counts when the spell ends within this many days of the cut-off. */
  readonly horizonDays: number
  /** A return before this many days after the end continues the spell. */
  readonly returnDays: number
  /** Return days of channels that differ from `returnDays`; stores give days of grace. */
  readonly returnDaysByChannel: Readonly<Record<string, number>>
  /** Hours from the cut-off t(D) to the serving cut-off c(D). */
  readonly publishLagHours: number
}

/** The rule of the service: 30 days, 2 days to return, 6 hours to publish. */
export const defaultRule: LabelRule = {
  zone: 'Europe/Moscow',
  horizonDays: 30,
  returnDays: 2,
  returnDaysByChannel: {},
  publishLagHours: 6,
}

/** Days from the cut-off t(D) until a label is frozen: horizon, the largest return days, one day of billing lag. */
export function freezeDays(rule: LabelRule): number {
  return rule.horizonDays + Math.max(rule.returnDays, ...Object.values(rule.returnDaysByChannel)) + 1
}

/** Why a spell ended. */
export type Cause = 'deleted' | 'refund' | 'trial_not_converted' | 'choice' | 'payment'

/** What an account is at a cut-off; null where it has neither cover nor access, so that no row is due. */
export type Status = 'scored' | 'paused' | 'sponsored' | 'in_grace'
