import { OttokError } from '../config/errors.ts'
import { checkName, type EventFamily, type Measure } from './measure.ts'

/** A measure over the `days` days that end with the snapshot day, that day included. */
export interface Window {
  readonly measure: Measure
  readonly days: number
}

/** A window that counts `times` times in a sum; once unless said. */
export interface Term extends Window {
  readonly times?: number
}

/**
 * How a feature is made:
 * - `window`: the measure over the window, a whole number; 0 without events.
 * - `ratio`: one window over the sum of others; null where that is 0.
 * - `trend`: (x - y) / (x + y) of the measure in the last `days` days and the `days` days before; null where both are 0.
 * - `recency`: whole days since the last day on which any of the measures was not 0 (0 = the snapshot day itself); null
 *   where there is none in the last `days` days.
 * - `top`: the code whose window is the greatest, the earlier code in a tie; empty where all are 0.
 * - `state`: an expression over the columns of `billing` (snapshotStateColumns, and `cutoff`: t(D)), `account`
 *   (accountFactsSql) and `calendar` (calendarFactsSql).
 */
export type Shape =
  | { readonly kind: 'window'; readonly measure: Measure; readonly days: number }
  | { readonly kind: 'ratio'; readonly over: Window; readonly under: readonly Term[] }
  | { readonly kind: 'trend'; readonly measure: Measure; readonly days: number }
  | { readonly kind: 'recency'; readonly measures: readonly Measure[]; readonly days: number }
  | {
      readonly kind: 'top'
      readonly codes: readonly { readonly code: string; readonly measure: Measure }[]
      readonly days: number
    }
  | { readonly kind: 'state'; readonly expression: string }

/** Declaration of a feature: the one form that every compiler reads. */
export interface Feature {
  /** Name of its column. */
  readonly name: string
  readonly title: { readonly ru: string; readonly en: string }
  /** One sentence for people: what it means and over which time. */
  readonly description: { readonly ru: string; readonly en: string }
  readonly source: 'player' | 'billing' | 'catalogue' | 'behaviour' | 'accounts' | 'calendar'
  /** Features of one family are one reason when a score is explained. */
  readonly family: string
  readonly shape: Shape
}

/** Declares a feature. Throws an OttokError when the name is no column name or a window is not a number of days. */
export function feature(declared: Feature): Feature {
  checkName('feature', declared.name)
  for (const { days } of windowsOf(declared)) {
    if (Number.isInteger(days) && days > 0) continue
    throw new OttokError({
      what: `the feature '${declared.name}' cannot be declared`,
      cause: `Its window is ${days} days long.`,
      mend: 'Give a whole number of days of at least 1.',
      exitCode: 2,
    })
  }
  return Object.freeze(declared)
}

/** Windows that a feature is made from. */
export function windowsOf({ shape }: Feature): readonly Window[] {
  switch (shape.kind) {
    case 'window':
      return [shape]
    case 'ratio':
      return [shape.over, ...shape.under]
    case 'trend':
      return [shape, { measure: shape.measure, days: shape.days * 2 }]
    case 'recency':
      return shape.measures.map((measure) => ({ measure, days: shape.days }))
    case 'top':
      return shape.codes.map(({ measure }) => ({ measure, days: shape.days }))
    case 'state':
      return []
  }
}

/** Measures over an event family that the features need, each once, in order of first use. Two of one name are an error. */
export function measuresOf(features: readonly Feature[], family: EventFamily): readonly Measure[] {
  const found = new Map<string, Measure>()
  for (const { measure } of features.flatMap(windowsOf)) {
    if (measure.events !== family) continue
    const held = found.get(measure.name)
    if (held !== undefined && JSON.stringify(held) !== JSON.stringify(measure)) {
      throw new OttokError({
        what: `the measure '${measure.name}' is declared twice`,
        cause: `Once as ${held.merge}(${held.expression}) and once as ${measure.merge}(${measure.expression}).`,
        mend: 'Give one of them another name.',
        exitCode: 2,
      })
    }
    found.set(measure.name, measure)
  }
  return [...found.values()]
}

/** Longest window of the features in days: how far back the daily states of a snapshot reach; 0 without windows. */
export function longestWindow(features: readonly Feature[]): number {
  return Math.max(0, ...features.flatMap(windowsOf).map(({ days }) => days))
}
