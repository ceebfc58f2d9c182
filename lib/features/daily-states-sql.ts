import type { Measure } from './measure.ts'

export interface DailyStatesRequest {
  /**
   * Table expression of an event family, as `viewingEventsSql` and `behaviourEventsSql` give it: user_id, day (Date), lag
   * (UInt16) and the family's columns (`eventColumns`). It holds whole event days.
   */
  readonly events: string
  /** Measures over those columns. */
  readonly measures: readonly Measure[]
}

/**
 * SQL of those daily states that became known on one of `days` (expression of type Array(Date)): `dailyStatesSql` with
 * known_day (day + lag) before. A day's states depend on no other known day, so they are made once and for all.
 */
export function statesKnownOnSql(days: string, request: DailyStatesRequest): string {
  return `SELECT * FROM (SELECT addDays(day, lag) AS known_day, * FROM (${dailyStatesSql(request)}))
WHERE has(${days}, known_day)`
}

/**
 * SQL of the daily known-at states: user_id, day (Date), lag (UInt16) and one Int64 column for each measure, grouped, one
 * row per (user_id, day, lag).
 *
 * A row holds the increment that became known at that lag: serving days between the event day and the first cut-off c at
 * which it was known. A distinct value counts at the lag at which it was first known; only days with late rows need to
 * know which values came earlier.
 */
export function dailyStatesSql({ events, measures }: DailyStatesRequest): string {
  const late = `(user_id, day) IN (SELECT user_id, day FROM ${events} WHERE lag > 0)`
  // One SELECT around the union, so that what a caller appends belongs to all of it.
  return `
SELECT * FROM (
SELECT user_id, day, lag,
  ${measures.map(wholeColumn).join(',\n  ')}
FROM ${events}
WHERE lag = 0
GROUP BY user_id, day, lag
UNION ALL
SELECT user_id, day, lag,
  ${measures.map(incrementColumn).join(',\n  ')}
FROM (
  SELECT user_id, day, lag,
    ${measures.map(collectedColumn).join(',\n    ')}
  FROM ${events}
  WHERE ${late}
  GROUP BY user_id, day, lag
  WINDOW earlier AS (PARTITION BY user_id, day ORDER BY lag ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
WHERE lag > 0
)`
}

/** A measure at lag 0, where nothing was known before. */
function wholeColumn(measure: Measure): string {
  const { name, merge, expression, filter } = measure
  return merge === 'sum'
    ? `${sumColumn(measure)} AS ${name}`
    : `toInt64(uniqExactIf(cityHash64(${expression}), ${filter})) AS ${name}`
}

/** A measure of a day with late rows: the sum, or the distinct values at this lag and those at earlier ones. */
function collectedColumn(measure: Measure): string {
  const { name, merge, expression, filter } = measure
  if (merge === 'sum') return `${sumColumn(measure)} AS ${name}`
  const values = `groupUniqArrayIf(cityHash64(${expression}), ${filter})`
  return `${values} AS ${name}_values, groupUniqArrayArray(${values}) OVER earlier AS ${name}_before`
}

function incrementColumn({ name, merge }: Measure): string {
  if (merge === 'sum') return name
  return `toInt64(length(${name}_values) - length(arrayIntersect(${name}_values, ${name}_before))) AS ${name}`
}

function sumColumn({ expression, filter }: Measure): string {
  return `sumIf(toInt64(${expression}), ${filter})`
}
