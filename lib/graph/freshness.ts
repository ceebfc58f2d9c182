import { graphError } from './errors.ts'
import { cron, type TimePartitions } from './partitions/time-partitions.ts'

/** How old an asset's data may get. */
export type Freshness = FreshWithin | FreshBy

/** Data reach to within so many hours of now, at every moment. */
export interface FreshWithin {
  readonly kind: 'within'
  readonly failHours: number
  /** From this age on it is a warning; undefined: there is none. */
  readonly warnHours: number | undefined
}

/**
 * Fails when the data are older than `hours`. Of an asset with time partitions, the age counts from the end of the newest
 * partition that is made (over all keys of another dimension), so that a remade old partition freshens nothing; of others
 * from the "now" of the newest materialization.
 */
export function freshWithin(limits: { readonly hours: number; readonly warnHours?: number }): FreshWithin {
  const { hours, warnHours } = limits
  if (!(hours > 0)) throw graphError('bad-freshness', `Data cannot be fresh within ${hours} hours`, 'Give more than 0.')
  if (warnHours !== undefined && !(warnHours > 0 && warnHours < hours)) {
    throw graphError(
      'bad-freshness',
      `A warning after ${warnHours} hours does not come before the failure after ${hours}`,
      'Give `warnHours` less than `hours`.',
    )
  }
  return Object.freeze({ kind: 'within', failHours: hours, warnHours })
}

/** By every tick of a cron line, what was due by then is there. */
export interface FreshBy {
  readonly kind: 'by'
  readonly cron: string
  readonly timezone: string
  readonly lookbackHours: number
  /** Windows that end at the deadlines. */
  readonly deadlines: TimePartitions
}

/**
 * Fails from a deadline on until what was due by it is made. Of an asset with time partitions, that is the newest partition
 * that existed at the deadline (over all keys of another dimension); of others, a version made at most `lookbackHours`
 * before the deadline (default 24), or later.
 */
export function freshBy(deadline: {
  readonly cron: string
  readonly timezone: string
  readonly lookbackHours?: number
}): FreshBy {
  const { cron: line, timezone, lookbackHours = 24 } = deadline
  if (!(lookbackHours > 0)) {
    throw graphError('bad-freshness', `A lookback of ${lookbackHours} hours is none`, 'Give more than 0.')
  }
  const deadlines = cron(line, { start: '2000-01-01', timezone })
  return Object.freeze({ kind: 'by', cron: line, timezone, lookbackHours, deadlines })
}

/** `warn` where there is a warning before the failure; `unknown` where nothing was made yet. */
export type FreshnessState = 'pass' | 'warn' | 'fail' | 'unknown'
