import { changeKinds, changeLogColumns } from '../../lib/features/labels/change-log.ts'
import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { quarantineSql, rowMapping, type TargetColumn, typedSql } from '../../lib/sources/landing/index.ts'
import { everyMorning, historyDays } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'

const tags = { source: 'subscriptions' }

/** As billing sends a column: texts, whole numbers and moments to the millisecond. */
function sentType(type: string): string {
  if (type.startsWith('Nullable(DateTime')) return "Nullable(DateTime64(3, 'UTC'))"
  if (type.startsWith('DateTime')) return "DateTime64(3, 'UTC')"
  return type.includes('String') ? 'String' : 'Int32'
}

/** Columns without which a row is of no use, and what a row without them is called. */
const needed: Readonly<Record<string, Partial<TargetColumn>>> = {
  change_id: { required: true },
  user_id: { required: true, reason: 'no user' },
}

export const subscriptionsMapping = rowMapping({
  source: 'subscriptions',
  format: {
    kind: 'columns',
    fields: Object.fromEntries(changeLogColumns.map(({ name, type }) => [name, sentType(type)])),
  },
  columns: Object.fromEntries(changeLogColumns.map(({ name, type }) => [name, { type, ...needed[name] }])),
  faults: [
    { reason: 'unknown kind', when: `kind NOT IN (${changeKinds.map((kind) => `'${kind}'`).join(', ')})` },
    {
      reason: 'no period',
      when: "kind = 'entitlement' AND (isNull(start) OR isNull(end_promised) OR isNull(activated_at))",
    },
    { reason: 'ends before it starts', when: "kind = 'entitlement' AND end_promised < start" },
  ],
  key: ['change_id'],
  order: ['known_at'],
  known: 'known_at',
})

export const subscriptionsSource = externalAsset({
  key: 'source/subscriptions',
  description: 'Changes of subscriptions and payments that became known in a serving day.',
  group: 'sources',
  tags,
  partitions: historyDays,
  settles: days(1),
  observe: (context) => observeDays('subscriptions', context),
})

export const subscriptionsLanding = asset({
  key: 'landing/subscriptions',
  description: 'Changes of subscriptions and payments, untouched.',
  group: 'landing',
  tags,
  partitions: historyDays,
  deps: { source: subscriptionsSource },
  store: landingStore(subscriptionsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('subscriptions', context),
})

export const subscriptions = sqlAsset({
  key: 'raw/subscriptions',
  description: 'The change log of subscriptions and payments: append-only, with valid-from and known-at.',
  group: 'raw',
  tags,
  partitions: historyDays,
  deps: { landing: subscriptionsLanding },
  orderBy: ['user_id', 'change_id'],
  range: 60,
  checks: [unique(['change_id'])],
  sql: ({ landing }) => sql`${typedSql(subscriptionsMapping, landing)}`,
})

export const subscriptionsQuarantine = sqlAsset({
  key: 'raw/subscriptions_quarantine',
  description: 'Changes that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: historyDays,
  deps: { landing: subscriptionsLanding },
  orderBy: ['reason', 'change_id'],
  range: 60,
  sql: ({ landing }) => sql`${quarantineSql(subscriptionsMapping, landing)}`,
})
