import { graphError } from './errors.ts'

/** How much a failed check matters to people: a `warn` never stops anything. */
export type CheckSeverity = 'error' | 'warn'

interface CheckCommon {
  readonly name: string
  readonly severity: CheckSeverity
  /** A failure keeps the partition from being put in place: the last good version stays. */
  readonly blocking: boolean
}

/** An assertion on each staged warehouse partition. */
export interface SqlCheck extends CheckCommon {
  readonly kind: 'sql'
  /** Aggregate SQL expression over the partition's rows; 0 for an empty partition. */
  readonly measure: string
  readonly passes: (measured: number) => boolean
  /** What was found, in words. */
  readonly detail: (measured: number) => string
}

/** Compares the columns of what is about to be made with those of the asset's last good version. */
export interface SchemaCheck extends CheckCommon {
  readonly kind: 'schema'
}

/** What a check of a value or of an object found. */
export type CheckVerdict =
  | boolean
  | {
      readonly passed: boolean
      /** What was found, in words. */
      readonly detail?: string
      readonly metadata?: Readonly<Record<string, unknown>>
    }

/** An assertion on the value, or the bytes, of a partition before it is recorded. */
export interface ValueCheck extends CheckCommon {
  readonly kind: 'value'
  readonly check: (value: never, metadata: Readonly<Record<string, unknown>>) => CheckVerdict | Promise<CheckVerdict>
}

/** A number in the metadata that a function returned, within bounds. */
export interface MetadataCheck extends CheckCommon {
  readonly kind: 'metadata'
  /** Path of the field, its parts joined by dots. */
  readonly field: string
  readonly min: number
  readonly max: number
}

/** Checks of tables that a SELECT makes. */
export type TableCheck = SqlCheck | SchemaCheck
export type Check = TableCheck | ValueCheck | MetadataCheck

export interface CheckOptions {
  /** False: a failure is recorded and shown, but the data go in. Default true, and false for a warning. */
  readonly blocking?: boolean
  /** Default `error`. */
  readonly severity?: CheckSeverity
}

export function noNulls(column: string, options: CheckOptions = {}): SqlCheck {
  return sqlCheckOf(options, {
    name: `no_nulls(${column})`,
    measure: `countIf(isNull(${column}))`,
    passes: (found) => found === 0,
    detail: (found) => `${found} rows with NULL in ${column}`,
  })
}

export function unique(columns: readonly string[], options: CheckOptions = {}): SqlCheck {
  const list = columns.join(', ')
  return sqlCheckOf(options, {
    name: `unique(${list})`,
    // A tuple of one NULL counts as NULL, which is not counted; a constant beside it keeps it a tuple.
    measure: `count() - uniqExact(tuple(${list}, 0))`,
    passes: (found) => found === 0,
    detail: (found) => `${found} rows repeat (${list})`,
  })
}

export function rowCount(range: { min?: number; max?: number }, options: CheckOptions = {}): SqlCheck {
  const { min = 0, max = Number.POSITIVE_INFINITY } = range
  return sqlCheckOf(options, {
    name: `row_count(${min}..${Number.isFinite(max) ? max : ''})`,
    measure: 'count()',
    passes: (found) => found >= min && found <= max,
    detail: (found) => `${found} rows`,
  })
}

export function acceptedRange(
  column: string,
  range: { min: number; max: number },
  options: CheckOptions = {},
): SqlCheck {
  const { min, max } = range
  return sqlCheckOf(options, {
    name: `accepted_range(${column}, ${min}..${max})`,
    measure: `countIf(${column} < ${min} OR ${column} > ${max})`,
    passes: (found) => found === 0,
    detail: (found) => `${found} rows of ${column} outside ${min}..${max}`,
  })
}

/**
 * A check of your own: `measure` is an aggregate expression over the rows of the partition, such as `avg(amount)`, and
 * `detail` says in words what was found.
 */
export function sqlCheck(
  name: string,
  measure: string,
  passes: (measured: number) => boolean,
  options: CheckOptions & { readonly detail?: (measured: number) => string } = {},
): SqlCheck {
  const { detail = (found) => `${measure} is ${found}` } = options
  return sqlCheckOf(options, { name, measure, passes, detail })
}

/** Columns added, removed or of another type than the last good version's; a warning unless it is said otherwise. */
export function schemaChange(options: CheckOptions = {}): SchemaCheck {
  const severity = options.severity ?? (options.blocking ? 'error' : 'warn')
  return Object.freeze({ kind: 'schema', name: 'schema_change', ...common('schema_change', { ...options, severity }) })
}

/** Bounds of a number in the metadata of what a function made, such as `quality.rocAuc`; without the number it fails. */
export function metadataRange(
  field: string,
  range: { min?: number; max?: number },
  options: CheckOptions = {},
): MetadataCheck {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range
  const name = `metadata_range(${field}, ${Number.isFinite(min) ? min : ''}..${Number.isFinite(max) ? max : ''})`
  return Object.freeze({ kind: 'metadata', name, field, min, max, ...common(name, options) })
}

/** A check of the value of a `value` asset, or of the bytes of an `objects` asset, with the metadata it was made with. */
export function checkValue<TValue = unknown>(
  name: string,
  check: (value: TValue, metadata: Readonly<Record<string, unknown>>) => CheckVerdict | Promise<CheckVerdict>,
  options: CheckOptions = {},
): ValueCheck {
  return Object.freeze({ kind: 'value', name, check, ...common(name, options) })
}

function sqlCheckOf(options: CheckOptions, parts: Pick<SqlCheck, 'name' | 'measure' | 'passes' | 'detail'>): SqlCheck {
  return Object.freeze({ kind: 'sql', ...parts, ...common(parts.name, options) })
}

function common(name: string, { severity = 'error', blocking = severity === 'error' }: CheckOptions) {
  if (severity === 'warn' && blocking) {
    throw graphError(
      'bad-check',
      `The check '${name}' is a warning that blocks`,
      "Leave out `blocking`, or give `severity: 'error'`.",
    )
  }
  return { severity, blocking }
}
