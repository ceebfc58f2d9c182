import {
  and,
  anyDepsInProgress,
  anyDepsMatch,
  anyDepsMissing,
  type Condition,
  cronTickPassed,
  type DepsFilter,
  handled,
  inLatestTimeWindow,
  inProgress,
  missing,
  not,
  or,
  type Retries,
  since,
  stale,
  tried,
  willBeRequested,
} from './conditions.ts'

/** What the usual conditions leave open. */
export interface AutomationOptions extends DepsFilter, Partial<Retries> {
  /** How far back partitions are kept fresh, in days before the end of the newest; 0 (default): the newest alone. */
  readonly lookbackDays?: number
}

/**
 * Keeps the newest partition fresh: requested as soon as it is stale or an input is requested, its inputs are there, and
 * nobody works on it or on them. A failure is tried again by `tried()`, then not until its inputs or code change.
 */
export function eager(options: AutomationOptions = {}): Condition {
  return and(
    inLatestTimeWindow(options),
    or(stale(options), anyDepsMatch(willBeRequested(), options)),
    ...ready(options),
  )
}

/**
 * Makes the newest partition fresh once a tick of the schedule has passed, as soon as its inputs are there. What changes
 * later waits for the next tick of the schedule.
 */
export function onCron(cron: string, timezone: string, options: AutomationOptions = {}): Condition {
  const passed = cronTickPassed(cron, timezone)
  return and(inLatestTimeWindow(options), since(passed, handled()), ...ready(options, passed))
}

/** Makes the newest partition when it was never made, and leaves it alone afterwards. */
export function onMissing(options: AutomationOptions = {}): Condition {
  return and(inLatestTimeWindow(options), missing(), ...ready(options))
}

function ready(options: AutomationOptions, until?: Condition): readonly Condition[] {
  return [
    not(tried({ ...options, ...(until && { until }) })),
    not(anyDepsMissing(options)),
    not(anyDepsInProgress(options)),
    not(inProgress()),
  ]
}
