import { parseCron } from '../cron.ts'
import { graphError } from '../errors.ts'
import { parseSelection } from '../selection/parse.ts'

/**
 * When partitions of an asset are to be requested: frozen data, evaluated for sets of partitions at each tick. Every kind
 * has a factory of its name.
 */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not' | 'newly'; readonly of: Condition }
  | { readonly kind: 'since'; readonly trigger: Condition; readonly reset: Condition }
  | ({ readonly kind: 'anyDepsMatch' | 'allDepsMatch'; readonly of: Condition } & DepsFilter)
  | ({ readonly kind: 'anyDepsMissing' | 'stale' } & DepsFilter)
  | { readonly kind: 'inLatestTimeWindow'; readonly lookbackDays: number }
  | { readonly kind: 'cronTickPassed'; readonly cron: string; readonly timezone: string }
  | { readonly kind: 'newlyUpdated'; readonly byOthers: boolean }
  | ({ readonly kind: 'tried'; readonly until: Condition | undefined } & Retries)
  | { readonly kind: PlainKind }

/** Conditions without parameters. */
export type PlainKind =
  | 'missing'
  | 'failed'
  | 'inProgress'
  | 'codeVersionChanged'
  | 'newlyRequested'
  | 'willBeRequested'
  | 'handled'

/** Which inputs count, as selections; all when neither is given. */
export interface DepsFilter {
  readonly only?: string | undefined
  readonly ignore?: string | undefined
}

/** How often automation tries again what failed. */
export interface Retries {
  /** Further attempts after the first. */
  readonly retries: number
  /** Wait before the first of them; doubles each time. */
  readonly afterMinutes: number
}

const plain = <TKind extends PlainKind>(kind: TKind): Condition => Object.freeze({ kind })

/** Nothing was ever made of the partition. */
export const missing = (): Condition => plain('missing')
/** The last attempt at the partition failed. */
export const failed = (): Condition => plain('failed')
/** A living run works on the asset. */
export const inProgress = (): Condition => plain('inProgress')
/** The partition was made from another code version than today's: holds until it is remade or accepted. */
export const codeVersionChanged = (): Condition => plain('codeVersionChanged')
/** The partition was requested by the tick before. */
export const newlyRequested = (): Condition => plain('newlyRequested')
/** The partition is requested by this tick. Of an input: it comes with the same run. */
export const willBeRequested = (): Condition => plain('willBeRequested')
/** The partition was made since the tick before, or that tick found nothing to do for it. */
export const handled = (): Condition => plain('handled')

/** What `materialize` would make: never made, failed, or made from other code, inputs or input versions than today's. */
export function stale(filter: DepsFilter = {}): Condition {
  return Object.freeze({ kind: 'stale', ...checkedFilter(filter) })
}

/**
 * Made, or observed to have changed, since the tick before. `byOthers`: but not by that tick's own run, when it was to make
 * the asset whose condition this is too.
 */
export function newlyUpdated(options: { readonly byOthers?: boolean } = {}): Condition {
  return Object.freeze({ kind: 'newlyUpdated', byOthers: options.byOthers ?? false })
}

/**
 * The newest partition in time, and those whose window ends less than `lookbackDays` before its window's end (0: it alone;
 * `Infinity`: all). Every partition of an asset without time.
 */
export function inLatestTimeWindow(options: { readonly lookbackDays?: number } = {}): Condition {
  const { lookbackDays = 0 } = options
  if (!(lookbackDays >= 0)) {
    throw badCondition(`lookbackDays is ${lookbackDays}`, 'Give 0 or more days; Infinity takes every partition.')
  }
  return Object.freeze({ kind: 'inLatestTimeWindow', lookbackDays })
}

/** A tick of the schedule has passed since the tick before; also at the first evaluation. */
export function cronTickPassed(cron: string, timezone: string): Condition {
  parseCron(cron)
  checkZone(timezone)
  return Object.freeze({ kind: 'cronTickPassed', cron: cron.trim().split(/\s+/).join(' '), timezone })
}

/** At least one partition that is read of at least one input fulfils the condition. */
export function anyDepsMatch(of: Condition, filter: DepsFilter = {}): Condition {
  return Object.freeze({ kind: 'anyDepsMatch', of, ...checkedFilter(filter) })
}

/** At least one partition that is read of each input fulfils the condition. */
export function allDepsMatch(of: Condition, filter: DepsFilter = {}): Condition {
  return Object.freeze({ kind: 'allDepsMatch', of, ...checkedFilter(filter) })
}

/** Something that the partition reads is not there, and is not requested by this tick. */
export function anyDepsMissing(filter: DepsFilter = {}): Condition {
  return Object.freeze({ kind: 'anyDepsMissing', ...checkedFilter(filter) })
}

/** An input was made or observed to have changed since the tick before, or is requested by this tick. */
export function anyDepsUpdated(filter: DepsFilter = {}): Condition {
  return anyDepsMatch(or(newlyUpdated({ byOthers: true }), willBeRequested()), filter)
}

/** A living run works on an input. */
export function anyDepsInProgress(filter: DepsFilter = {}): Condition {
  return anyDepsMatch(inProgress(), filter)
}

/** Every input was updated since the newest tick of the schedule, or is requested by this tick. */
export function allDepsUpdatedSinceCron(cron: string, timezone: string, filter: DepsFilter = {}): Condition {
  return allDepsMatch(or(since(newlyUpdated(), cronTickPassed(cron, timezone)), willBeRequested()), filter)
}

/**
 * Automation has asked for the partition, it was not made, and nothing it is made from has changed since: neither an
 * input nor its code, and `until` did not hold. Not while a retry is due.
 */
export function tried(options: Partial<Retries> & { readonly until?: Condition } = {}): Condition {
  const { retries = 3, afterMinutes = 10, until } = options
  if (!Number.isInteger(retries) || retries < 0 || !(afterMinutes >= 0)) {
    throw badCondition(
      `retries is ${retries}, afterMinutes is ${afterMinutes}`,
      'Give a whole number of retries and minutes, both from 0 on.',
    )
  }
  return Object.freeze({ kind: 'tried', retries, afterMinutes, until })
}

/** All of them hold. */
export function and(...of: readonly Condition[]): Condition {
  return joined('and', of)
}

/** At least one of them holds. */
export function or(...of: readonly Condition[]): Condition {
  return joined('or', of)
}

/** It does not hold. */
export const not = (of: Condition): Condition => Object.freeze({ kind: 'not', of })

/** It holds, and did not at the tick before. */
export const newly = (of: Condition): Condition => Object.freeze({ kind: 'newly', of })

/** `trigger` held at this tick or an earlier one, and `reset` at none since. Both at one tick: it holds. */
export const since = (trigger: Condition, reset: Condition): Condition =>
  Object.freeze({ kind: 'since', trigger, reset })

function joined(kind: 'and' | 'or', of: readonly Condition[]): Condition {
  if (of.length === 0) throw badCondition(`${kind}() joins nothing`, 'Give it at least one condition.')
  return Object.freeze({ kind, of: Object.freeze([...of]) })
}

function checkedFilter({ only, ignore }: DepsFilter): DepsFilter {
  for (const selection of [only, ignore]) if (selection !== undefined) parseSelection(selection)
  return { only, ignore }
}

function checkZone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw badCondition(`'${timezone}' is not a time zone`, "Use an IANA name such as 'Europe/Moscow'.")
  }
}

function badCondition(problem: string, mend: string) {
  return graphError('bad-condition', `This automation condition is not possible: ${problem}`, mend)
}
