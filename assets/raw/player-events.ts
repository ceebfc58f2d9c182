import { asset, days, externalAsset, noNulls, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { eventDays, rule } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'

const group = 'raw'
const tags = { source: 'player_events' }

export const playerEventsSource = externalAsset({
  key: 'source/player_events',
  description: 'Playback events of a day, as they go on arriving.',
  group: 'sources',
  tags,
  partitions: eventDays,
  // Phones come back from a journey after days; the tail of arrivals is shorter than this.
  settles: days(8),
  observe: (context) => observeDays('player_events', context),
})

export const playerEventsLanding = asset({
  key: 'landing/player_events',
  description: 'Playback events of a day, untouched.',
  group: 'landing',
  tags,
  partitions: eventDays,
  deps: { source: playerEventsSource },
  store: landingStore('player_events'),
  dataVersion: 'inputs',
  materialize: (context) => landDay('player_events', context),
})

/** Why an event cannot be used; empty for a good one. */
const fault = `multiIf(
  user_id = '', 'no user',
  isNull(moment), 'event_time is no time',
  toDate(moment, '${rule.zone}') != day, 'event_time is of another day',
  watched_s < 0 OR position_s < 0 OR duration_s <= 0 OR stall_ms < 0, 'negative time',
  watched_s > 86400 OR position_s > 86400 OR duration_s > 86400 OR stall_ms > 86400000, 'longer than a day',
  '')`

function judged(landing: string): string {
  return `(SELECT *, parseDateTimeBestEffortOrNull(event_time, 'UTC') AS moment, ${fault} AS reason FROM ${landing})`
}

export const playerEvents = sqlAsset({
  key: 'raw/player_events',
  description: 'Playback events: typed, each once, as first received.',
  group,
  tags,
  partitions: eventDays,
  deps: { landing: playerEventsLanding },
  orderBy: ['user_id', 'event_id'],
  range: 30,
  checks: [noNulls('event_time'), unique(['event_id'])],
  sql: ({ landing }) => sql`
    SELECT day, event_id, user_id, device_id, platform, session_id, title_id, event,
      toInt64(position_s) AS position_s, toInt64(watched_s) AS watched_s, toInt64(duration_s) AS duration_s,
      toInt64(stall_ms) AS stall_ms, assumeNotNull(moment) AS event_time, toDateTime(received_at, 'UTC') AS received_at
    FROM ${judged(landing)}
    WHERE reason = ''
    ORDER BY day, event_id, received_at
    LIMIT 1 BY day, event_id`,
})

export const playerEventsQuarantine = sqlAsset({
  key: 'raw/player_events_quarantine',
  description: 'Playback events that cannot be used, each with the reason.',
  group,
  tags,
  partitions: eventDays,
  deps: { landing: playerEventsLanding },
  orderBy: ['reason', 'event_id'],
  range: 30,
  sql: ({ landing }) => sql`
    SELECT day, reason, event_id, user_id, device_id, platform, session_id, title_id, event, position_s, watched_s,
      duration_s, stall_ms, event_time, received_at
    FROM ${judged(landing)}
    WHERE reason != ''`,
})
