import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { jsonText, quarantineSql, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { eventDays, everyMorning } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, otherDay, timeOf, word } from './row-sql.ts'

const tags = { source: 'tv_events' }

export const tvEventsMapping = rowMapping({
  source: 'tv_events',
  format: {
    kind: 'jsonLines',
    fields: {
      event_id: jsonText,
      account_id: jsonText,
      device_id: jsonText,
      device_class: jsonText,
      event: jsonText,
      load_ms: jsonText,
      title_id: jsonText,
      event_time: jsonText,
      received_at: jsonText,
    },
  },
  columns: {
    event_id: { type: 'String', required: true },
    user_id: { type: 'String', sql: 'account_id', required: true, reason: 'no user' },
    device_id: { type: 'String' },
    device_class: { type: word },
    event: { type: word, required: true },
    load_ms: { type: 'Int64', sql: 'toInt64OrNull(load_ms)', reason: 'load_ms is no number' },
    title_id: { type: 'String', sql: "ifNull(title_id, '')" },
    event_time: { type: moment, sql: timeOf('event_time'), reason: 'event_time is no time' },
    received_at: { type: moment, sql: timeOf('received_at') },
  },
  faults: [
    otherDay,
    { reason: 'negative time', when: 'value.load_ms < 0' },
    { reason: 'longer than a day', when: 'value.load_ms > 86400000' },
  ],
  key: ['event_id'],
  order: ['received_at'],
  known: 'received_at',
})

export const tvEventsSource = externalAsset({
  key: 'source/tv_events',
  description: 'Events of Trex on smart TVs of a day; late lines possible.',
  group: 'sources',
  tags,
  partitions: eventDays,
  settles: days(8),
  observe: (context) => observeDays('tv_events', context),
})

export const tvEventsLanding = asset({
  key: 'landing/tv_events',
  description: 'Smart TV events of a day, untouched.',
  group: 'landing',
  tags,
  partitions: eventDays,
  deps: { source: tvEventsSource },
  store: landingStore(tvEventsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('tv_events', context),
})

export const tvEvents = sqlAsset({
  key: 'raw/tv_events',
  description: 'Smart TV events: typed, each once, as first received.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: tvEventsLanding },
  orderBy: ['user_id', 'event_time', 'event_id'],
  range: 30,
  checks: [unique(['event_id'])],
  sql: ({ landing }) => sql`${typedSql(tvEventsMapping, landing)}`,
})

export const tvEventsQuarantine = sqlAsset({
  key: 'raw/tv_events_quarantine',
  description: 'Lines of smart TVs that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: tvEventsLanding },
  orderBy: ['reason', 'line'],
  range: 30,
  sql: ({ landing }) => sql`${quarantineSql(tvEventsMapping, landing)}`,
})
