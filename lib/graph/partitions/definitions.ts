import { graphError } from '../errors.ts'

/** How long after its window has ended a partition comes to exist, e.g. the publish lag or a label's horizon. */
export interface Delay {
  /** Calendar months, counted before days and hours. */
  readonly months: number
  readonly days: number
  readonly hours: number
}

export interface TimePartitions {
  readonly kind: 'time'
  readonly grain: 'day' | 'month'
  /** First partition, `YYYY-MM-DD` (day) or `YYYY-MM` (month). */
  readonly start: string
  /** First partition that no longer exists (exclusive); open when absent. */
  readonly end: string | undefined
  readonly timezone: string
  readonly delay: Delay
  /** Column that holds the window's first calendar day (Date) in warehouse tables. */
  readonly column: string
}

export interface FixedPartitions {
  readonly kind: 'fixed'
  readonly keys: readonly string[]
  readonly column: string
}

export interface CrossPartitions {
  readonly kind: 'cross'
  /** Exactly two dimensions, in the order of the partition key `first|second`. */
  readonly dimensions: readonly [Dimension, Dimension]
}

export interface Unpartitioned {
  readonly kind: 'single'
}

export interface Dimension {
  readonly name: string
  readonly definition: TimePartitions | FixedPartitions
}

export type PartitionsDefinition = TimePartitions | FixedPartitions | CrossPartitions | Unpartitioned

export interface TimeOptions {
  readonly start: string
  readonly end?: string
  readonly timezone: string
  readonly delay?: Partial<Delay>
  readonly column?: string
}

/** One partition per calendar day in a time zone; keys look like `2026-03-01`. */
export function daily(options: TimeOptions): TimePartitions {
  return time('day', 'day', /^\d{4}-\d{2}-\d{2}$/, options)
}

/** One partition per calendar month in a time zone; keys look like `2026-03`. */
export function monthly(options: TimeOptions): TimePartitions {
  return time('month', 'month', /^\d{4}-\d{2}$/, options)
}

function time(grain: 'day' | 'month', column: string, form: RegExp, options: TimeOptions): TimePartitions {
  for (const bound of [options.start, options.end]) {
    if (bound !== undefined && !(form.test(bound) && isOnCalendar(bound))) {
      throw graphError(
        'bad-partitions',
        `'${bound}' is not a ${grain} partition`,
        `Write it as ${grain === 'day' ? 'YYYY-MM-DD' : 'YYYY-MM'}.`,
      )
    }
  }
  if (options.end !== undefined && options.end <= options.start) {
    throw graphError(
      'bad-partitions',
      `Partitions from '${options.start}' to before '${options.end}' are none`,
      'Give an end after the start; the end itself is not a partition.',
    )
  }
  checkZone(options.timezone)
  const delay = { months: options.delay?.months ?? 0, days: options.delay?.days ?? 0, hours: options.delay?.hours ?? 0 }
  const isWhole = Number.isInteger(delay.months) && Number.isInteger(delay.days) && Number.isFinite(delay.hours)
  if (!isWhole || delay.months < 0 || delay.days < 0 || delay.hours < 0) {
    throw graphError(
      'bad-partitions',
      `A delay of ${delay.months} months, ${delay.days} days and ${delay.hours} hours is not possible`,
      'Give whole months and days, and hours, from 0 on: a partition never exists before its window has ended.',
    )
  }
  return Object.freeze({
    kind: 'time',
    grain,
    start: options.start,
    end: options.end,
    timezone: options.timezone,
    delay: Object.freeze(delay),
    column: options.column ?? column,
  })
}

/** `Date` takes 30 February for 2 March: only text that comes back unchanged is a date. */
function isOnCalendar(text: string): boolean {
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function checkZone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw graphError('bad-partitions', `'${timezone}' is not a time zone`, "Use an IANA name such as 'Europe/Moscow'.")
  }
}

/** A fixed list of keys, e.g. `fixed('trial', 'paid')`. */
export function fixed(...keys: readonly string[]): FixedPartitions {
  const seen = new Set(keys)
  const bad = keys.find((key) => key === '' || /[|*,@\s]/.test(key))
  if (keys.length === 0 || seen.size !== keys.length || bad !== undefined) {
    throw graphError(
      'bad-partitions',
      `fixed(${keys.map((k) => `'${k}'`).join(', ')}) is not a list of partition keys`,
      "Give at least one key, no key twice, none with '|', '*', ',', '@' or white space.",
    )
  }
  return Object.freeze({ kind: 'fixed', keys: Object.freeze([...keys]), column: 'partition' })
}

/** Two dimensions by name; at most one of them is time. Keys look like `2026-03|trial`. */
export function cross(dimensions: Record<string, TimePartitions | FixedPartitions>): CrossPartitions {
  const entries = Object.entries(dimensions)
  const times = entries.filter(([, d]) => d.kind === 'time').length
  if (entries.length !== 2 || times > 1) {
    throw graphError(
      'bad-partitions',
      `cross() was given ${entries.length} dimensions, ${times} of them in time`,
      'Give exactly two dimensions, at most one of them daily or monthly.',
    )
  }
  const [a, b] = entries.map(([name, d]): Dimension => ({ name, definition: Object.freeze({ ...d, column: name }) }))
  return Object.freeze({ kind: 'cross', dimensions: [a!, b!] as const })
}

export const single: Unpartitioned = Object.freeze({ kind: 'single' })

/**
 * What a partition key means, as text: grain, zone and dimensions, not their extent.
 * Recorded with each materialization; a change makes it stale with cause `partitions`.
 */
export function partitionsSignature(definition: PartitionsDefinition): string {
  switch (definition.kind) {
    case 'single':
      return 'single'
    case 'fixed':
      return 'fixed'
    case 'time':
      return `${definition.grain}@${definition.timezone}`
    case 'cross':
      return definition.dimensions.map((d) => `${d.name}=${partitionsSignature(d.definition)}`).join('|')
  }
}
