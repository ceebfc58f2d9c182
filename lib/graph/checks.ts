/** An assertion on a staged warehouse partition; a blocking one stops it before the swap. */
export interface Check {
  readonly name: string
  readonly blocking: boolean
  /** SQL that returns one row `(passed UInt8, detail String)`, given the staged table. */
  readonly sql: (table: string) => string
}

export interface CheckOptions {
  /** False: a failure is recorded and shown, but the data go in. Default true. */
  readonly blocking?: boolean
}

export function noNulls(column: string, options: CheckOptions = {}): Check {
  return check(`no_nulls(${column})`, options, (table) =>
    verdict(table, `countIf(isNull(${column}))`, `found = 0`, `' rows with NULL in ${column}'`),
  )
}

export function unique(columns: readonly string[], options: CheckOptions = {}): Check {
  const tuple = `tuple(${columns.join(', ')})`
  return check(`unique(${columns.join(', ')})`, options, (table) =>
    verdict(table, `count() - uniqExact(${tuple})`, 'found = 0', `' rows repeat (${columns.join(', ')})'`),
  )
}

export function rowCount(range: { min?: number; max?: number }, options: CheckOptions = {}): Check {
  const { min = 0, max } = range
  const passed = max === undefined ? `found >= ${min}` : `found >= ${min} AND found <= ${max}`
  return check(`row_count(${min}..${max ?? ''})`, options, (table) => verdict(table, 'count()', passed, `' rows'`))
}

export function acceptedRange(column: string, range: { min: number; max: number }, options: CheckOptions = {}): Check {
  return check(`accepted_range(${column}, ${range.min}..${range.max})`, options, (table) =>
    verdict(
      table,
      `countIf(${column} < ${range.min} OR ${column} > ${range.max})`,
      'found = 0',
      `' rows of ${column} outside ${range.min}..${range.max}'`,
    ),
  )
}

function check(name: string, options: CheckOptions, sql: Check['sql']): Check {
  return Object.freeze({ name, blocking: options.blocking ?? true, sql })
}

function verdict(table: string, measure: string, passed: string, unit: string): string {
  return `SELECT ${passed} AS passed, concat(toString(found), ${unit}) AS detail FROM (SELECT ${measure} AS found FROM ${table})`
}
