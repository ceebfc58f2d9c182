import { all, daily, sql, sqlAsset, through, timeOverlap, trailing, unique } from 'ottok'
import { events, zone } from './events.ts'

/** Days of states: the first events are of 27 October. */
const stateDays = daily({ start: '2020-10-27', end: '2021-02-03', timezone: zone })
/** Snapshots: not before a window of 60 days is full. */
const snapshotDays = daily({ start: '2021-01-01', end: '2021-02-01', timezone: zone })

/** Farthest that recency looks back. */
const LONGEST = 60

/** A visit ends when nothing follows within so long. */
const IDLE_MINUTES = 30

export const sessions = sqlAsset({
  key: 'features/sessions',
  description: `Visits: events of a visitor without a pause of ${IDLE_MINUTES} minutes, in their true order.`,
  deps: { events: through(events.rows, all()) },
  orderBy: ['user_id', 'session_no'],
  checks: [unique(['user_id', 'session_no'])],
  sql: ({ events }) => sql`
    SELECT user_id, session_no, min(event_time) AS began, max(event_time) AS ended, toInt64(count()) AS events,
      toInt64(countIf(type = 'page')) AS pages, argMin(type, (event_time, event_id)) AS first_type,
      argMax(type, (event_time, event_id)) AS last_type
    FROM (
      SELECT *, toUInt32(sum(begins) OVER (
        PARTITION BY user_id ORDER BY event_time, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      )) AS session_no
      FROM (
        SELECT *, row_number() OVER own = 1 OR
          dateDiff('millisecond', lagInFrame(event_time) OVER own, event_time) > ${String(IDLE_MINUTES * 60_000)} AS begins
        FROM ${events}
        WINDOW own AS (
          PARTITION BY user_id ORDER BY event_time, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
      )
    )
    GROUP BY user_id, session_no`,
})

export const activityDaily = sqlAsset({
  key: 'features/activity_daily',
  description: 'States of a day: sums and distinct values, in whole numbers. All of a day is known by its end (lag 0).',
  partitions: stateDays,
  deps: { events: through(events.rows, timeOverlap()) },
  orderBy: ['user_id'],
  range: 100,
  checks: [unique(['user_id', 'day'])],
  sql: ({ events, partition }) => sql`
    SELECT toDate(event_time, '${zone}') AS day, user_id, toUInt16(0) AS lag, toInt64(1) AS seen_days,
      toInt64(count()) AS acts, toInt64(countIf(type = 'page')) AS pages, toInt64(countIf(type = 'track')) AS tracks
    FROM ${events}
    WHERE has(${partition.list}, day)
    GROUP BY day, user_id`,
})

export const activity = sqlAsset({
  key: 'features/activity',
  description: `What is known at the end of a day of everybody seen in its ${LONGEST} days: windows and recency.`,
  partitions: snapshotDays,
  deps: { states: through(activityDaily, trailing({ days: LONGEST })) },
  orderBy: ['user_id'],
  range: 60,
  checks: [unique(['user_id', 'day'])],
  sql: ({ states, partition }) => sql`
    SELECT snapshot_day AS day, user_id, sumIf(acts, age < 7) AS acts_7d, sumIf(acts, age < 30) AS acts_30d,
      sumIf(seen_days, age < 30) AS seen_days_30d, sumIf(pages, age < 30) AS pages_30d,
      sumIf(tracks, age < 30) AS tracks_30d, toInt32(min(age)) AS recency_days,
      if(acts_30d = 0, NULL, tracks_30d / acts_30d) AS track_share_30d,
      if(sumIf(acts, age < 14) = 0, NULL, (2 * acts_7d - sumIf(acts, age < 14)) / sumIf(acts, age < 14)) AS acts_trend_7d
    FROM (
      SELECT *, snapshot_day, dateDiff('day', day, snapshot_day) AS age
      FROM ${states} ARRAY JOIN ${partition.list} AS snapshot_day
      WHERE age >= 0 AND age < ${String(LONGEST)}
    )
    GROUP BY snapshot_day, user_id`,
})
