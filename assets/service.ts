import { defaultRule, freezeDays, longestWindow, viewingFeatures } from '../lib/features/index.ts'
import { daily, eager, monthly, onCron } from '../lib/graph/index.ts'

/** The service whose subscribers are scored: its zone, its label rule, and from when on there are data. */
export const rule = defaultRule

/** First day of subscription changes: earlier than the events, so that tenure is known from the start. */
export const HISTORY_START = '2025-09-06'
/** First day with player events and a dated catalogue. */
export const EVENTS_START = '2026-01-04'
/** First day whose 90-day windows are full. */
export const SNAPSHOTS_START = addDays(EVENTS_START, longestWindow(viewingFeatures) - 1)
/** First month whose end leaves enough history before it for four slices of training rows. */
export const MODELS_START = '2026-08'
/** First scored day. */
export const SCORES_START = '2026-08-30'

/** Days that sources may still change: the longest settles after 8, and the newest day itself. */
const lookbackDays = 9

/** What the sources have is taken once a day, when the day's serving cut-off c(D) has passed. */
export const everyMorning = onCron(`0 ${rule.publishLagHours} * * *`, rule.zone, { lookbackDays })
/** Models are trained once a month, when its last day is served. */
export const everyMonth = onCron(`0 ${rule.publishLagHours} 1 * *`, rule.zone)
/** Everything else follows what it is made from. */
export const following = eager({ lookbackDays })

/** A day's partition exists once its serving cut-off c(D) has passed. */
const served = { hours: rule.publishLagHours }
const timezone = rule.zone

export const historyDays = daily({ start: HISTORY_START, timezone, delay: served })
export const eventDays = daily({ start: EVENTS_START, timezone, delay: served })
/** Days by what became known in their serving day, whenever it took place. */
export const knownDays = daily({ start: EVENTS_START, timezone, delay: served, column: 'known_day' })
export const snapshotDays = daily({ start: SNAPSHOTS_START, timezone, delay: served, column: 'snapshot_day' })
/** Labels of day D are frozen 33 days after t(D), and read changes served until then. */
export const labelDays = daily({
  start: SNAPSHOTS_START,
  timezone,
  delay: { days: freezeDays(rule), hours: rule.publishLagHours },
  column: 'snapshot_day',
})
export const scoreDays = daily({ start: SCORES_START, timezone, delay: served, column: 'snapshot_day' })
export const modelMonths = monthly({ start: MODELS_START, timezone, delay: served })

export const segments = ['trial', 'paid'] as const
export type Segment = (typeof segments)[number]

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
