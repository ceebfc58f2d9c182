import { changeKinds, changeLogColumns } from '../../lib/features/index.ts'
import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { historyDays } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'

const group = 'raw'
const tags = { source: 'subscriptions' }

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
  store: landingStore('subscriptions'),
  dataVersion: 'inputs',
  materialize: (context) => landDay('subscriptions', context),
})

/** Why a change cannot be used; empty for a good one. */
const fault = `multiIf(
  user_id = '', 'no user',
  kind NOT IN (${changeKinds.map((kind) => `'${kind}'`).join(', ')}), 'unknown kind',
  kind = 'entitlement' AND (isNull(start) OR isNull(end_promised) OR isNull(activated_at)), 'no period',
  kind = 'entitlement' AND end_promised < start, 'ends before it starts',
  '')`

function judged(landing: string): string {
  return `(SELECT *, ${fault} AS reason FROM ${landing})`
}

const typed = changeLogColumns.map(({ name, type }) => `CAST(${name}, '${type.replaceAll("'", "\\'")}') AS ${name}`)

export const subscriptions = sqlAsset({
  key: 'raw/subscriptions',
  description: 'The change log of subscriptions and payments: append-only, with valid-from and known-at.',
  group,
  tags,
  partitions: historyDays,
  deps: { landing: subscriptionsLanding },
  orderBy: ['user_id', 'change_id'],
  range: 60,
  checks: [unique(['change_id'])],
  sql: ({ landing }) => sql`
    SELECT day, ${typed.join(', ')}
    FROM (SELECT * FROM ${judged(landing)} WHERE reason = '' ORDER BY day, change_id, known_at LIMIT 1 BY day, change_id)`,
})

export const subscriptionsQuarantine = sqlAsset({
  key: 'raw/subscriptions_quarantine',
  description: 'Changes that cannot be used, each with the reason.',
  group,
  tags,
  partitions: historyDays,
  deps: { landing: subscriptionsLanding },
  orderBy: ['reason', 'change_id'],
  range: 60,
  sql: ({ landing }) => sql`
    SELECT day, reason, ${changeLogColumns.map(({ name }) => name).join(', ')}
    FROM ${judged(landing)}
    WHERE reason != ''`,
})
