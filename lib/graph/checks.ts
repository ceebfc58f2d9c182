/** An assertion on each staged warehouse partition; a blocking one stops it before the swap. */
export interface Check {
  readonly name: string
  readonly blocking: boolean
  /** Aggregate SQL expression over the partition's rows; 0 for an empty partition. */
  readonly measure: string
  readonly passes: (measured: number) => boolean
  /** What was found, in words. */
  readonly detail: (measured: number) => string
}

export interface CheckOptions {
  /** False: a failure is recorded and shown, but the data go in. Default true. */
  readonly blocking?: boolean
}

export function noNulls(column: string, options: CheckOptions = {}): Check {
  return check(options, {
    name: `no_nulls(${column})`,
    measure: `countIf(isNull(${column}))`,
    passes: (found) => found === 0,
    detail: (found) => `${found} rows with NULL in ${column}`,
  })
}

export function unique(columns: readonly string[], options: CheckOptions = {}): Check {
  const list = columns.join(', ')
  return check(options, {
    name: `unique(${list})`,
    measure: `count() - uniqExact(tuple(${list}))`,
    passes: (found) => found === 0,
    detail: (found) => `${found} rows repeat (${list})`,
  })
}

export function rowCount(range: { min?: number; max?: number }, options: CheckOptions = {}): Check {
  const { min = 0, max = Number.POSITIVE_INFINITY } = range
  return check(options, {
    name: `row_count(${min}..${Number.isFinite(max) ? max : ''})`,
    measure: 'count()',
    passes: (found) => found >= min && found <= max,
    detail: (found) => `${found} rows`,
  })
}

export function acceptedRange(column: string, range: { min: number; max: number }, options: CheckOptions = {}): Check {
  const { min, max } = range
  return check(options, {
    name: `accepted_range(${column}, ${min}..${max})`,
    measure: `countIf(${column} < ${min} OR ${column} > ${max})`,
    passes: (found) => found === 0,
    detail: (found) => `${found} rows of ${column} outside ${min}..${max}`,
  })
}

function check(options: CheckOptions, parts: Omit<Check, 'blocking'>): Check {
  return Object.freeze({ ...parts, blocking: options.blocking ?? true })
}
