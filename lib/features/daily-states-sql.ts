import type { Feature } from './feature.ts'
import { measuresOf } from './feature.ts'
import { type CutoffRule, literal, servingCutoffSql, servingDaySql } from './labels/moments.ts'
import type { Measure } from './measure.ts'

export interface DailyStatesRequest {
  /**
   * Table expression of typed player events without duplicates: the columns of `eventColumns` but `kind`, and event_time
   * and received_at (DateTime). It holds whole event days.
   */
  readonly events: string
  /** Table expression of the catalogue: title_id, kind, known_at (DateTime); a title may have several rows in time. */
  readonly catalogue: string
  readonly rule: CutoffRule
  readonly features: readonly Feature[]
}

/**
 * SQL of the daily known-at states: user_id, day (Date), lag (UInt16) and one Int64 column for each measure, grouped, one
 * row per (user_id, day, lag).
 *
 * A row holds the increment that became known at that lag: serving days between the event day and the first cut-off c at
 * which it was known. A distinct value counts at the lag at which it was first known; only days with late rows, which are
 * few, need to know which values came earlier. The kind of a title is taken as
 * known at c(event day), so that a day's states never change with later catalogues.
 */
export function dailyStatesSql(request: DailyStatesRequest): string {
  const { events, catalogue, rule } = request
  const measures = measuresOf(request.features)
  const needsKind = measures.some(({ expression, filter }) => /\bkind\b/.test(`${expression} ${filter}`))
  const placed = `
      SELECT *,
        toDate(event_time, ${literal(rule.zone)}) AS day,
        toUInt16(greatest(0, dateDiff('day', day, ${servingDaySql('received_at', rule)}))) AS lag,
        ${servingCutoffSql('day', rule)} AS day_cutoff
      FROM ${events}`
  const titles = `SELECT title_id, max(kind) AS kind, known_at FROM ${catalogue} GROUP BY title_id, known_at`
  const known = needsKind
    ? `(SELECT placed.*, titles.kind AS kind FROM (${placed}) AS placed
      ASOF LEFT JOIN (${titles}) AS titles
      ON titles.title_id = placed.title_id AND titles.known_at <= placed.day_cutoff)`
    : `(${placed})`
  const late = `(user_id, day) IN (SELECT user_id, day FROM (${placed}) WHERE lag > 0)`
  // One SELECT around the union, so that what a caller appends belongs to all of it.
  return `
SELECT * FROM (
SELECT user_id, day, lag,
  ${measures.map(wholeColumn).join(',\n  ')}
FROM ${known}
WHERE lag = 0
GROUP BY user_id, day, lag
UNION ALL
SELECT user_id, day, lag,
  ${measures.map(incrementColumn).join(',\n  ')}
FROM (
  SELECT user_id, day, lag,
    ${measures.map(collectedColumn).join(',\n    ')}
  FROM ${known}
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
