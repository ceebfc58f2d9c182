/**
 * Windows of one kind of time partitions, numbered: they tile the time line, the end of one being the start of the
 * next. Ordinals do not depend on `start`, so that moving it renumbers nothing.
 */
export interface Timeline {
  /** The instant at which a window begins, ms since 1970. */
  readonly start: (ordinal: number) => number
  /** The window that holds an instant. */
  readonly at: (instant: number) => number
  readonly key: (ordinal: number) => string
  /** The ordinal of a key, or undefined for other text and for windows that there are not. */
  readonly ordinal: (key: string) => number | undefined
  /** Calendar day, in the zone, on which a window begins. */
  readonly firstDay: (ordinal: number) => number
  /** The first window that begins on a calendar day or later. */
  readonly fromDay: (day: number) => number
}
