import { graphError } from './errors.ts'

/** How old an asset's data may get. */
export type Freshness = FreshWithin

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

/** `warn` where there is a warning before the failure; `unknown` where nothing was made yet. */
export type FreshnessState = 'pass' | 'warn' | 'fail' | 'unknown'
