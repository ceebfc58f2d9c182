import { type Alert, FIRING_DAYS, percent, RULE_DAYS } from './alert.ts'

/** Drift of one feature, or of the scores, on one day. */
export interface DriftDay {
  readonly day: string
  readonly segment: string
  readonly subject: 'feature' | 'score'
  readonly name: string
  readonly psi: number
  /** PSI above 0.25, or above both 0.1 and what chance alone explains. */
  readonly alert: boolean
}

/** A feature with less of the model's weight than this cannot do much harm: it is shown, and nobody is called. */
const LEAST_SHARE = 0.02
/** One that the model hardly reads is no news at all. */
const LEAST_WATCHED = 0.005

/** Weighted mean of the features' PSI from which the model as a whole no longer stands where it was trained. */
const WEIGHTED_LIMIT = 0.1

/**
 * Alerts of drift on a day: features and scores whose rule fires on 2 of the last 3 days, and each segment's PSI weighted
 * by importance.
 *
 * @param days drift of the last days, the judged one last; older ones than the last three count for nothing
 * @param importance share of each feature in the model, by segment
 * @param titleOf name of a feature for people
 */
export function driftAlerts(
  days: readonly DriftDay[],
  importance: Readonly<Record<string, ReadonlyMap<string, number>>>,
  titleOf: (feature: string) => string,
): Alert[] {
  const recent = [...new Set(days.map(({ day }) => day))].sort().slice(-RULE_DAYS)
  const today = days.filter(({ day }) => day === recent.at(-1))
  const firing = (one: DriftDay): number =>
    days.filter(
      ({ day, segment, subject, name, alert }) =>
        alert && recent.includes(day) && segment === one.segment && subject === one.subject && name === one.name,
    ).length
  const alerts: Alert[] = []
  for (const one of today) {
    const times = firing(one)
    if (times < FIRING_DAYS) continue
    const share = importance[one.segment]?.get(one.name) ?? 0
    if (one.subject === 'feature' && share < LEAST_WATCHED) continue
    const weighs = one.subject === 'score' || share >= LEAST_SHARE
    const subject = one.subject === 'score' ? 'The scores' : `"${titleOf(one.name)}"`
    const weight = one.subject === 'score' ? '' : ` It has ${percent(share, 1)} of the model's weight.`
    alerts.push({
      severity: weighs ? 'act' : 'watch',
      kind: 'drift',
      segment: one.segment,
      name: one.name,
      value: one.psi,
      limit: one.psi > 0.25 ? 0.25 : 0.1,
      text: `${subject} of ${one.segment} accounts moved away from training: PSI ${one.psi.toFixed(2)}, over the limit on ${times} of the last ${recent.length} days.${weight}`,
    })
  }
  alerts.sort((a, b) => b.value - a.value)
  for (const segment of new Set(today.map((one) => one.segment))) {
    const value = weightedPsi(
      today.filter((one) => one.segment === segment),
      importance[segment],
    )
    if (value <= WEIGHTED_LIMIT) continue
    alerts.unshift({
      severity: 'act',
      kind: 'drift',
      segment,
      name: 'all features by weight',
      value,
      limit: WEIGHTED_LIMIT,
      text: `What the ${segment} model reads has moved as a whole: PSI weighted by importance is ${value.toFixed(2)} (limit ${WEIGHTED_LIMIT}). Train again.`,
    })
  }
  return alerts
}

/** Sum of share x PSI over features. */
export function weightedPsi(days: readonly DriftDay[], importance: ReadonlyMap<string, number> | undefined): number {
  return days.reduce(
    (sum, { subject, name, psi }) => sum + (subject === 'feature' ? (importance?.get(name) ?? 0) * psi : 0),
    0,
  )
}
