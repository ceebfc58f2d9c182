import { asset, days, externalAsset, noNulls, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { quarantineSql, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { eventDays, everyMorning } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, otherDay, timeOf } from './row-sql.ts'

const tags = { source: 'player_events' }

export const playerEventsMapping = rowMapping({
  source: 'player_events',
  format: {
    kind: 'columns',
    fields: {
      event_id: 'String',
      user_id: 'String',
      device_id: 'String',
      platform: 'String',
      session_id: 'String',
      title_id: 'String',
      event: 'String',
      position_s: 'Int32',
      watched_s: 'Int32',
      duration_s: 'Int32',
      stall_ms: 'Int32',
      event_time: 'String',
      received_at: "DateTime64(3, 'UTC')",
    },
  },
  columns: {
    event_id: { type: 'String', required: true },
    user_id: { type: 'String', required: true, reason: 'no user' },
    device_id: { type: 'String' },
    platform: { type: 'String' },
    session_id: { type: 'String' },
    title_id: { type: 'String' },
    event: { type: 'String' },
    position_s: { type: 'Int64' },
    watched_s: { type: 'Int64' },
    duration_s: { type: 'Int64' },
    stall_ms: { type: 'Int64' },
    event_time: { type: moment, sql: timeOf('event_time'), reason: 'event_time is no time' },
    received_at: { type: moment },
  },
  faults: [
    otherDay,
    { reason: 'negative time', when: 'watched_s < 0 OR position_s < 0 OR duration_s <= 0 OR stall_ms < 0' },
    {
      reason: 'longer than a day',
      when: 'watched_s > 86400 OR position_s > 86400 OR duration_s > 86400 OR stall_ms > 86400000',
    },
  ],
  key: ['event_id'],
  order: ['received_at'],
  known: 'received_at',
})

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
  store: landingStore(playerEventsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('player_events', context),
})

export const playerEvents = sqlAsset({
  key: 'raw/player_events',
  description: 'Playback events: typed, each once, as first received.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: playerEventsLanding },
  orderBy: ['user_id', 'event_id'],
  range: 30,
  checks: [noNulls('event_time'), unique(['event_id'])],
  sql: ({ landing }) => sql`${typedSql(playerEventsMapping, landing)}`,
})

export const playerEventsQuarantine = sqlAsset({
  key: 'raw/player_events_quarantine',
  description: 'Playback events that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: playerEventsLanding },
  orderBy: ['reason', 'event_id'],
  range: 30,
  sql: ({ landing }) => sql`${quarantineSql(playerEventsMapping, landing)}`,
})
