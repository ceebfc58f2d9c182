import { monthly } from 'ottok'

/** The log has days without times, so any one zone will do. */
const timezone = 'UTC'

/** A customer is lost when no purchase follows within this many calendar months of a snapshot. */
export const HORIZON_MONTHS = 6

/** Months with purchases. */
export const purchaseMonths = monthly({ start: '1997-01', timezone })

/** The log is of those who first bought by March 1997: before its end, a snapshot would be of another population. */
const FIRST_SNAPSHOT = '1997-03'

/** Ends of months at which customers are looked at. */
export const snapshotMonths = monthly({ start: FIRST_SNAPSHOT, timezone, column: 'snapshot_month' })

/** A label exists once its whole horizon has passed. */
export const labelMonths = monthly({
  start: FIRST_SNAPSHOT,
  timezone,
  column: 'snapshot_month',
  delay: { months: HORIZON_MONTHS },
})

/** The first month that has two months of snapshots two horizons before it: see `training.ts`. */
export const modelMonths = monthly({ start: '1998-04', timezone })
export const scoreMonths = monthly({ start: '1998-04', timezone, column: 'snapshot_month' })
