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
 * which it was known. A distinct value counts at the lag at which it was first known. The kind of a title is taken as
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
  const grouped = `
    SELECT user_id, day, lag,
      ${measures.map(groupedColumn).join(',\n      ')}
    FROM ${known}
    GROUP BY user_id, day, lag`
  return `
SELECT user_id, day, lag,
  ${measures.map(incrementColumn).join(',\n  ')}
FROM (${grouped})
WINDOW earlier AS (PARTITION BY user_id, day ORDER BY lag ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`
}

function groupedColumn({ name, merge, expression, filter }: Measure): string {
  return merge === 'sum'
    ? `sumIf(toInt64(${expression}), ${filter}) AS ${name}`
    : `groupUniqArrayIf(cityHash64(${expression}), ${filter}) AS ${name}_values`
}

function incrementColumn({ name, merge }: Measure): string {
  if (merge === 'sum') return name
  const values = `${name}_values`
  const before = `groupUniqArrayArray(${values}) OVER earlier`
  return `toInt64(length(${values}) - length(arrayIntersect(${values}, ${before}))) AS ${name}`
}
