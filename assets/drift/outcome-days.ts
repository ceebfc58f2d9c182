import { freezeDays } from '../../lib/features/index.ts'
import { daily } from '../../lib/graph/index.ts'
import { rule, SCORES_START } from '../service.ts'

/** Days after which the outcome of a scored day is frozen. */
export const outcomeLag = freezeDays(rule)

/** Scored days whose outcome is known: a partition exists once its labels do. */
export const outcomeDays = daily({
  start: SCORES_START,
  timezone: rule.zone,
  delay: { days: outcomeLag, hours: rule.publishLagHours },
  column: 'snapshot_day',
})
