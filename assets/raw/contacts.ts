import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { jsonText, quarantineSql, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { everyMorning, historyDays } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, timeOf, word } from './row-sql.ts'

const tags = { source: 'contacts' }

export const contactsMapping = rowMapping({
  source: 'contacts',
  format: {
    kind: 'jsonLines',
    fields: {
      event_id: jsonText,
      user_id: jsonText,
      action: jsonText,
      channel: jsonText,
      datetime: jsonText,
      campaign_name: jsonText,
      custom_data: 'Tuple(decision_id Nullable(String), offer_code Nullable(String))',
      propensity: jsonText,
      arm: jsonText,
      known_at: jsonText,
    },
  },
  columns: {
    event_id: { type: 'String', required: true },
    user_id: { type: 'String', required: true, reason: 'no user' },
    decision_id: { type: 'String', sql: "ifNull(custom_data.decision_id, '')" },
    action: { type: word, required: true },
    channel: { type: word, sql: "ifNull(channel, '')" },
    campaign_name: { type: word, sql: "ifNull(campaign_name, '')" },
    offer_code: { type: word, sql: "ifNull(custom_data.offer_code, '')" },
    arm: { type: word, sql: "ifNull(arm, '')" },
    propensity: { type: 'Nullable(Float32)', sql: 'toFloat32OrNull(propensity)' },
    happened_at: { type: moment, sql: timeOf('datetime'), reason: 'datetime is no time' },
    known_at: { type: moment, sql: timeOf('known_at') },
  },
  faults: [
    {
      reason: 'propensity is no probability',
      when: "propensity != '' AND NOT ifNull(value.propensity > 0 AND value.propensity <= 1, 0)",
    },
  ],
  key: ['event_id'],
  order: ['known_at'],
  known: 'known_at',
})

export const contactsSource = externalAsset({
  key: 'source/contacts',
  description: 'History of Altcraft that became known in a serving day.',
  group: 'sources',
  tags,
  partitions: historyDays,
  settles: days(1),
  observe: (context) => observeDays('contacts', context),
})

export const contactsLanding = asset({
  key: 'landing/contacts',
  description: 'History of contacts, untouched.',
  group: 'landing',
  tags,
  partitions: historyDays,
  deps: { source: contactsSource },
  store: landingStore(contactsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('contacts', context),
})

export const contacts = sqlAsset({
  key: 'raw/contacts',
  description: 'What was sent to whom, who chose it and with which probability, and how they reacted.',
  group: 'raw',
  tags,
  partitions: historyDays,
  deps: { landing: contactsLanding },
  orderBy: ['user_id', 'happened_at', 'event_id'],
  range: 60,
  checks: [unique(['event_id'])],
  sql: ({ landing }) => sql`${typedSql(contactsMapping, landing)}`,
})

export const contactsQuarantine = sqlAsset({
  key: 'raw/contacts_quarantine',
  description: 'Lines of the history of contacts that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: historyDays,
  deps: { landing: contactsLanding },
  orderBy: ['reason', 'line'],
  range: 60,
  sql: ({ landing }) => sql`${quarantineSql(contactsMapping, landing)}`,
})
