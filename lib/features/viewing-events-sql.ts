import { type CutoffRule, literal, servingCutoffSql } from './labels/moments.ts'
import { lagSql } from './lag-sql.ts'

export interface ViewingEventsRequest {
  /**
   * Table expression of typed player events without duplicates: the columns of `eventColumns.viewing` but `kind`, and
   * event_time and received_at (DateTime). It holds whole event days.
   */
  readonly player: string
  /** Table expression of the catalogue: title_id, kind, known_at (DateTime); a title may have several rows in time. */
  readonly catalogue: string
  readonly rule: CutoffRule
}

/**
 * Table expression of viewing events as the daily states read them. The kind of a title is taken as known at c(event
 * day), so that a day's states never change with later catalogues.
 */
export function viewingEventsSql({ player, catalogue, rule }: ViewingEventsRequest): string {
  const placed = `
      SELECT *,
        toDate(event_time, ${literal(rule.zone)}) AS day,
        ${lagSql('day', 'received_at', rule)} AS lag,
        ${servingCutoffSql('day', rule)} AS day_cutoff
      FROM ${player}`
  const titles = `SELECT title_id, max(kind) AS kind, known_at FROM ${catalogue} GROUP BY title_id, known_at`
  return `(SELECT placed.*, titles.kind AS kind FROM (${placed}) AS placed
      ASOF LEFT JOIN (${titles}) AS titles
      ON titles.title_id = placed.title_id AND titles.known_at <= placed.day_cutoff)`
}
