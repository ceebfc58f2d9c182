import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { quarantineSql, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { everyMorning, historyDays } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, word } from './row-sql.ts'

const tags = { source: 'accounts' }
const sentTime = "Nullable(DateTime64(3, 'UTC'))"
const flags = ['email_verified', 'phone_verified', 'consent_email', 'consent_push', 'consent_sms', 'deleted'] as const

export const accountsMapping = rowMapping({
  source: 'accounts',
  format: {
    kind: 'columns',
    fields: {
      change_id: 'String',
      user_id: 'String',
      registered_at: sentTime,
      email_verified: 'Int32',
      phone_verified: 'Int32',
      consent_email: 'Int32',
      consent_push: 'Int32',
      consent_sms: 'Int32',
      region: 'String',
      age_band: 'String',
      deleted: 'Int32',
      changed_at: sentTime,
      known_at: "DateTime64(3, 'UTC')",
    },
  },
  columns: {
    change_id: { type: 'String', required: true },
    user_id: { type: 'String', required: true, reason: 'no user' },
    registered_at: { type: moment, reason: 'registered_at is no time' },
    email_verified: { type: 'UInt8' },
    phone_verified: { type: 'UInt8' },
    consent_email: { type: 'UInt8' },
    consent_push: { type: 'UInt8' },
    consent_sms: { type: 'UInt8' },
    region: { type: word },
    age_band: { type: word },
    deleted: { type: 'UInt8' },
    changed_at: { type: moment, reason: 'changed_at is no time' },
    known_at: { type: moment },
  },
  faults: [{ reason: 'a flag is neither 0 nor 1', when: flags.map((flag) => `value.${flag} > 1`).join(' OR ') }],
  key: ['change_id'],
  order: ['known_at'],
  known: 'known_at',
})

export const accountsSource = externalAsset({
  key: 'source/accounts',
  description: 'Changes of Pass.Media accounts that became known in a serving day.',
  group: 'sources',
  tags,
  partitions: historyDays,
  settles: days(1),
  observe: (context) => observeDays('accounts', context),
})

export const accountsLanding = asset({
  key: 'landing/accounts',
  description: 'Changes of accounts, untouched.',
  group: 'landing',
  tags,
  partitions: historyDays,
  deps: { source: accountsSource },
  store: landingStore(accountsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('accounts', context),
})

export const accounts = sqlAsset({
  key: 'raw/accounts',
  description: 'The change log of accounts: the whole row at each change, with when it became known.',
  group: 'raw',
  tags,
  partitions: historyDays,
  deps: { landing: accountsLanding },
  orderBy: ['user_id', 'change_id'],
  range: 60,
  checks: [unique(['change_id'])],
  sql: ({ landing }) => sql`${typedSql(accountsMapping, landing)}`,
})

export const accountsQuarantine = sqlAsset({
  key: 'raw/accounts_quarantine',
  description: 'Changes of accounts that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: historyDays,
  deps: { landing: accountsLanding },
  orderBy: ['reason', 'change_id'],
  range: 60,
  sql: ({ landing }) => sql`${quarantineSql(accountsMapping, landing)}`,
})
