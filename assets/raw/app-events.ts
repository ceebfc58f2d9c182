import { asset, days, externalAsset, sql, sqlAsset, through, trailing, unique } from '../../lib/graph/index.ts'
import { jsonText, quarantineSql, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { eventDays, everyMorning } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, timeOfSeconds, word } from './row-sql.ts'

const tags = { source: 'app_events' }

export const appEventsMapping = rowMapping({
  source: 'app_events',
  format: {
    kind: 'jsonDocument',
    rows: 'data',
    fields: {
      event_id: jsonText,
      profile_id: jsonText,
      session_id: jsonText,
      installation_id: jsonText,
      os_name: jsonText,
      app_version_name: jsonText,
      event_name: jsonText,
      event_timestamp: jsonText,
      event_receive_timestamp: jsonText,
    },
  },
  columns: {
    event_id: { type: 'String', required: true },
    // Before the first login a profile has no id.
    user_id: { type: 'String', sql: "ifNull(profile_id, '')" },
    session_id: { type: 'String' },
    installation_id: { type: 'String', required: true },
    os_name: { type: word },
    app_version: { type: word, sql: 'app_version_name' },
    event: { type: word, sql: 'event_name', required: true },
    event_time: { type: moment, sql: timeOfSeconds('event_timestamp'), reason: 'event_time is no time' },
    received_at: { type: moment, sql: timeOfSeconds('event_receive_timestamp') },
  },
  faults: [
    // A phone may wait for days, and its clock be off; then the moment is of no use.
    { reason: 'event_time is a day after its receipt', when: 'value.event_time > value.received_at + 86400' },
    { reason: 'event_time is a year before its receipt', when: 'value.event_time < value.received_at - 365 * 86400' },
  ],
  key: ['event_id'],
  order: ['received_at'],
  known: 'received_at',
  // Phones send again what was not acknowledged, mostly within hours, over midnight too.
  repeatsWithinDays: 7,
})

export const appEventsSource = externalAsset({
  key: 'source/app_events',
  description: 'Mobile events of AppMetrica, by the serving day in which they were received.',
  group: 'sources',
  tags,
  partitions: eventDays,
  settles: days(1),
  observe: (context) => observeDays('app_events', context),
})

export const appEventsLanding = asset({
  key: 'landing/app_events',
  description: 'Mobile events received in a day, untouched.',
  group: 'landing',
  tags,
  partitions: eventDays,
  deps: { source: appEventsSource },
  store: landingStore(appEventsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('app_events', context),
})

export const appEvents = sqlAsset({
  key: 'raw/app_events',
  description: 'Mobile events by the day of receipt: typed, each once, also when it was sent again on a later day.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: through(appEventsLanding, trailing({ days: appEventsMapping.repeatsWithinDays + 1 })) },
  orderBy: ['user_id', 'event_time', 'event_id'],
  range: 30,
  checks: [unique(['event_id'])],
  sql: ({ landing, partition }) => sql`${typedSql(appEventsMapping, landing, `has(${partition.list}, day)`)}`,
})

export const appEventsQuarantine = sqlAsset({
  key: 'raw/app_events_quarantine',
  description: 'Mobile events that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: appEventsLanding },
  orderBy: ['reason', 'line'],
  range: 30,
  sql: ({ landing }) => sql`${quarantineSql(appEventsMapping, landing)}`,
})
