import { type Feature, type Window, windowsOf } from './feature.ts'
import type { EventFamily, Measure } from './measure.ts'

/** Column of a window among the running windows. */
export const windowColumn = ({ measure, days }: Window): string => `${measure.name}_${days}d`
/** Column of the last day on which a measure was not 0. */
export const lastColumn = (measure: Measure): string => `${measure.name}_last`

/** Event families that the features read. */
export function familiesOf(features: readonly Feature[]): readonly EventFamily[] {
  return [...new Set(features.flatMap(windowsOf).map(({ measure }) => measure.events))]
}

/**
 * SQL of all windows of an event family at all snapshot days: user_id, slot, a column for each window and each last day,
 * wherever one of them changes. The query around it defines `days`, the snapshot days in order, and `slots`: for each day
 * from the first to the last of them, the number of the first snapshot day that is not before it.
 *
 * A state row (day, lag) is part of window w of snapshot D iff D - w < day <= D and day + lag <= D: it enters at
 * D = day + lag, if lag < w, and leaves at D = day + w. So each row becomes one entry and one exit per window, these are
 * added up per user and snapshot day, and a running sum gives all windows at all days in one pass, whatever the number of
 * days. All of it is in whole numbers.
 */
export function runningWindowsSql(states: string, family: EventFamily, features: readonly Feature[]): string {
  const windows = summedWindows(features, family)
  const lasts = lastMeasures(features, family)
  const lengths = [...new Set(windows.map(({ days }) => days))].sort((a, b) => a - b)
  const changes = [
    ...windows.map((window) => {
      const { measure, days } = window
      const sign = `multiIf(lag >= ${days}, 0, leaves = 0, 1, leaves = ${days}, -1, 0)`
      return `sum(${measure.name} * ${sign}) AS ${windowColumn(window)}`
    }),
    ...lasts.map((measure) => `max(if(leaves = 0 AND ${measure.name} != 0, day, toDate(0))) AS ${lastColumn(measure)}`),
  ]
  const running = [
    ...windows.map((window) => `sum(${windowColumn(window)}) OVER past AS ${windowColumn(window)}`),
    ...lasts.map((measure) => `max(${lastColumn(measure)}) OVER past AS ${lastColumn(measure)}`),
  ]
  const steps = ['(toUInt16(lag), toUInt16(0))', ...lengths.map((w) => `(toUInt16(${w}), toUInt16(${w}))`)]
  return `
    SELECT user_id, slot,
      ${running.join(',\n      ')}
    FROM (
      SELECT user_id, ${slotSql('moves')} AS slot,
        ${changes.join(',\n        ')}
      FROM (
        SELECT *, step.2 AS leaves, addDays(day, step.1) AS moves
        FROM ${states} ARRAY JOIN [${steps.join(', ')}] AS step
      )
      WHERE moves <= days[-1]
      GROUP BY user_id, slot
    )
    WINDOW past AS (PARTITION BY user_id ORDER BY slot ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`
}

/** SQL of the number of the first snapshot day that is not before `day`, which is not after the last. */
export function slotSql(day: string): string {
  return `if(${day} <= days[1], 1, slots[dateDiff('day', days[1], ${day}) + 1])`
}

function summedWindows(features: readonly Feature[], family: EventFamily): Window[] {
  const wanted = features.filter(({ shape }) => shape.kind !== 'recency').flatMap(windowsOf)
  const mine = wanted.filter(({ measure }) => measure.events === family)
  return [...new Map(mine.map((window) => [windowColumn(window), window])).values()]
}

function lastMeasures(features: readonly Feature[], family: EventFamily): Measure[] {
  const wanted = features.flatMap(({ shape }) => (shape.kind === 'recency' ? shape.measures : []))
  return [...new Set(wanted.filter(({ events }) => events === family))]
}
