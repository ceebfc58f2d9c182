import { type CutoffRule, literal, servingCutoffSql } from './labels/moments.ts'
import { holidayDates, publicHolidays } from './public-holidays.ts'

/** How far the calendar looks ahead: the horizon of a label and its days to return. */
const AHEAD = 32

/**
 * SQL of the calendar's facts of each of `days` (expression of type Array(Date)): snapshot_day, premieres_next_32d (null
 * where the catalogue of the day is not there) and holidays_next_32d (null beyond the table of holidays). The next 32
 * days of D are D+1 .. D+32.
 *
 * `catalogue` is a table expression of dated catalogues: day, title_id, release_date, known_at; a snapshot reads its own
 * day's, and of it what was known at c(D).
 */
export function calendarFactsSql(catalogue: string, days: string, rule: CutoffRule): string {
  const dates = holidayDates().map((date) => `toDate(${literal(date)})`)
  const covered = `snapshot_day >= '${publicHolidays.firstYear - 1}-12-31' AND addDays(snapshot_day, ${AHEAD}) <= '${publicHolidays.lastYear}-12-31'`
  const ahead = (date: string, day: string): string => `${date} > ${day} AND ${date} <= addDays(${day}, ${AHEAD})`
  return `
    SELECT listed.snapshot_day AS snapshot_day, premieres.titles AS premieres_next_32d,
      if(${covered}, toNullable(toUInt16(arrayCount(h -> ${ahead('h', 'snapshot_day')}, [${dates.join(', ')}]))), NULL) AS holidays_next_32d
    FROM (SELECT arrayJoin(${days}) AS snapshot_day) AS listed
    LEFT JOIN (
      SELECT day, toNullable(toUInt32(uniqExactIf(title_id, ${ahead('release_date', 'day')}
        AND known_at <= ${servingCutoffSql('day', rule)}))) AS titles
      FROM ${catalogue} GROUP BY day
    ) AS premieres ON premieres.day = listed.snapshot_day`
}
