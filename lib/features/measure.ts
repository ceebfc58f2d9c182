import { OttokError } from '../config/errors.ts'

/** Rows that measures are taken over: playback, or what accounts do on the site and in the apps (see the columns below). */
export type EventFamily = 'viewing' | 'behaviour'

/**
 * What is counted on a day, as a column of the daily states. All measures are whole numbers that add up: over the lags of
 * a day, over days, over windows. So sums are exact, free of order and comparable across engines.
 */
export interface Measure {
  readonly name: string
  readonly events: EventFamily
  /** `sum` adds the expression; `distinct` counts its distinct values within a day (so windows hold value-days). */
  readonly merge: 'sum' | 'distinct'
  /** SQL over the columns of an event (see `eventColumns`); of type integer for `sum`. */
  readonly expression: string
  /** SQL condition over the same columns; events that fail it do not count. */
  readonly filter: string
}

/** Columns that expressions and filters of measures may use, by family. */
export const eventColumns = {
  viewing: [
    ['user_id', 'String', 'the paying account'],
    ['session_id', 'String', 'one sitting of one device'],
    ['title_id', 'String', 'what was watched'],
    ['platform', 'String', 'android, ios, web, tv and the like'],
    ['event', 'String', 'start, heartbeat or stop'],
    ['position_s', 'Int64', 'place in the title, seconds'],
    ['watched_s', 'Int64', 'seconds watched since the event before'],
    ['duration_s', 'Int64', 'length of the title, seconds'],
    ['stall_ms', 'Int64', 'milliseconds of stalling since the event before'],
    ['kind', 'String', 'kind of the title as the catalogue had it at c(event day); empty when it did not know it yet'],
  ],
  behaviour: [
    ['user_id', 'String', 'the paying account'],
    ['source', 'String', 'web, app or tv'],
    ['session_id', 'String', 'visit or session of the source; empty on tv'],
    ['event', 'String', 'what was done, in the words of behaviourEventsSql; other for what nobody counts'],
  ],
} as const

const identifier = /^[a-z][a-z0-9_]*$/

/** Makers of measures over the events of a family. */
export function over(events: EventFamily) {
  return {
    /** A measure that adds an integer expression over events; `'1'` counts events. */
    sum: (name: string, expression: string, filter = '1') =>
      measure({ name, events, merge: 'sum', expression, filter }),
    /** A measure that counts the distinct values that an expression has in a day; `'1'` counts active days. */
    distinct: (name: string, expression: string, filter = '1') =>
      measure({ name, events, merge: 'distinct', expression, filter }),
  }
}

function measure(given: Measure): Measure {
  checkName('measure', given.name)
  return Object.freeze(given)
}

/** Throws an OttokError when `name` cannot be a column. */
export function checkName(what: string, name: string): void {
  if (identifier.test(name)) return
  throw new OttokError({
    what: `the ${what} '${name}' cannot be declared`,
    cause: 'Its name is not a column name.',
    mend: 'Use lower-case letters, digits and underscores, a letter first.',
    exitCode: 2,
  })
}
