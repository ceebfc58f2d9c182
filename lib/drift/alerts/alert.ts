/** Something that a person should know of. `act`: do something today; `watch`: look again tomorrow. */
export interface Alert {
  readonly severity: 'act' | 'watch'
  readonly kind: 'drift' | 'estimate' | 'quality' | 'calibration' | 'coverage' | 'parity' | 'source'
  /** Empty where it concerns all accounts. */
  readonly segment: string
  /** Feature, measure, status or source that it is about. */
  readonly name: string
  readonly value: number
  /** What the value is held against. */
  readonly limit: number
  /** One sentence for people. */
  readonly text: string
}

/** A rule pages when it fires on this many of the last `RULE_DAYS` days: one odd day is a holiday, not a fault. */
export const FIRING_DAYS = 2
export const RULE_DAYS = 3

/** The most urgent first; within a severity in the order given. */
export function byUrgency(alerts: readonly Alert[]): Alert[] {
  return [
    ...alerts.filter(({ severity }) => severity === 'act'),
    ...alerts.filter(({ severity }) => severity === 'watch'),
  ]
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)}%`
}
