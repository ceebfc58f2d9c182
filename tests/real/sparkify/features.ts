import { sql, sqlAsset, through, timeOverlap, trailing, unique } from 'ottok'
import { days, events, sessionDays } from './events.ts'

const SONGS = "countIf(page = 'NextSong')"

export const sessions = sqlAsset({
  key: 'features/sessions',
  description: 'Sessions by the day on which they began, whole: one that passes midnight belongs to the day before.',
  partitions: sessionDays,
  // The day before, to see what began there; the day after, to see the end.
  deps: { events: through(events, timeOverlap({ startOffset: -1, endOffset: 1 })) },
  orderBy: ['user_id', 'session_id'],
  range: 60,
  checks: [unique(['user_id', 'session_id'])],
  sql: ({ events, partition }) => sql`
    SELECT * FROM (
      SELECT toDate(min(event_time), 'UTC') AS day, user_id, session_id, min(event_time) AS began,
        max(event_time) AS ended, toInt64(count()) AS events, toInt64(${SONGS}) AS songs,
        sum(ifNull(length_ms, 0)) AS listened_ms, argMin(is_paid, (event_time, item)) AS paid_before,
        argMax(is_paid, (event_time, item)) AS paid_after
      FROM ${events}
      GROUP BY user_id, session_id
    )
    WHERE has(${partition.list}, day)`,
})

export const userDays = sqlAsset({
  key: 'features/user_days',
  description: 'What is known at the end of a day of everybody who did anything in its week.',
  partitions: days,
  deps: { events: through(events, trailing({ days: 7 })) },
  orderBy: ['user_id'],
  range: 60,
  checks: [unique(['user_id', 'day'])],
  sql: ({ events, partition }) => sql`
    SELECT snapshot_day AS day, user_id, toInt64(countIf(page = 'NextSong' AND age = 0)) AS songs_1d,
      toInt64(${SONGS}) AS songs_7d, toInt64(uniqExactIf(artist, page = 'NextSong')) AS artists_7d,
      toInt64(uniqExact(session_id)) AS sessions_7d, toInt64(uniqExact(age)) AS active_days_7d,
      sum(ifNull(length_ms, 0)) AS listened_ms_7d, min(age) AS recency_days,
      argMax(is_paid, (event_time, item)) AS is_paid
    FROM (
      SELECT *, snapshot_day, dateDiff('day', day, snapshot_day) AS age
      FROM ${events} ARRAY JOIN ${partition.list} AS snapshot_day
      WHERE age BETWEEN 0 AND 6
    )
    GROUP BY snapshot_day, user_id`,
})
