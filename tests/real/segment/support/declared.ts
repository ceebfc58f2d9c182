/** The features of the graph as declarations: what the feature language makes of them must equal the graph's own SQL. */
import {
  dailyStatesSql,
  type Feature,
  feature,
  measuresOf,
  over,
  type Shape,
  snapshotSql,
  snapshotStateColumns,
} from '../../../../lib/features/index.ts'

const { sum, distinct } = over('behaviour')

const seenDays = distinct('seen_days', '1')
const acts = sum('acts', '1')
const pages = sum('pages', '1', "event = 'page'")
const tracks = sum('tracks', '1', "event = 'track'")

function declared(name: string, shape: Shape, en: string, ru: string): Feature {
  const title = { en, ru }
  return feature({ name, title, description: title, source: 'behaviour', family: 'activity', shape })
}

export const activityFeatures: readonly Feature[] = [
  declared('acts_7d', { kind: 'window', measure: acts, days: 7 }, 'Acts in 7 days', 'Действий за 7 дней'),
  declared('acts_30d', { kind: 'window', measure: acts, days: 30 }, 'Acts in 30 days', 'Действий за 30 дней'),
  declared(
    'seen_days_30d',
    { kind: 'window', measure: seenDays, days: 30 },
    'Days with a visit in 30 days',
    'Дней с визитом за 30 дней',
  ),
  declared('pages_30d', { kind: 'window', measure: pages, days: 30 }, 'Pages in 30 days', 'Страниц за 30 дней'),
  declared(
    'tracks_30d',
    { kind: 'window', measure: tracks, days: 30 },
    'Tracked acts in 30 days',
    'Событий за 30 дней',
  ),
  declared(
    'recency_days',
    { kind: 'recency', measures: [acts], days: 60 },
    'Days since the last visit',
    'Дней с последнего визита',
  ),
  declared(
    'track_share_30d',
    { kind: 'ratio', over: { measure: tracks, days: 30 }, under: [{ measure: acts, days: 30 }] },
    'Share of tracked acts in 30 days',
    'Доля событий за 30 дней',
  ),
  declared(
    'acts_trend_7d',
    { kind: 'trend', measure: acts, days: 7 },
    'Trend of acts over 7 days',
    'Тренд действий за 7 дней',
  ),
]

/** Daily states of `events`, a table of typed events. */
export function declaredStatesSql(events: string): string {
  const family = `(
    SELECT user_id, toDate(event_time, 'UTC') AS day, toUInt16(0) AS lag, 'web' AS source, '' AS session_id,
      toString(type) AS event
    FROM ${events})`
  return dailyStatesSql({ events: family, measures: measuresOf(activityFeatures, 'behaviour') })
}

/** Snapshots from `states`, at the days and of the people of `population` (day, user_id). Nobody subscribes to anything. */
export function declaredActivitySql(states: string, population: string): string {
  const unsubscribed = snapshotStateColumns
    .filter(([name]) => name !== 'user_id' && name !== 'snapshot_day')
    .map(([name, type]) => `defaultValueOfTypeName('${type.replaceAll("'", "\\'")}') AS ${name}`)
  const snapshot = snapshotSql({
    states: { behaviour: `(SELECT * FROM ${states})` },
    billing: `(SELECT user_id, day AS snapshot_day, ${unsubscribed.join(', ')} FROM ${population})`,
    days: `(SELECT groupUniqArray(day) FROM ${population})`,
    features: activityFeatures,
    rule: { zone: 'UTC', publishLagHours: 0 },
  })
  return `SELECT snapshot_day AS day, * FROM (${snapshot})`
}
