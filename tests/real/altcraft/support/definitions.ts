import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  asset,
  daily,
  defineGraph,
  effectAsset,
  externalAsset,
  objects,
  type ResourceSettings,
  type Resources,
  through,
  trailing,
  warehouse,
} from 'ottok'
import { deliverDecisions } from '../../../../assets/scores/deliver-decisions.ts'
import { encodeProfiles, type Profile } from '../../../../lib/sources/altcraft/profile.ts'

/** What a day's feed holds: profiles that were decided, and what is known of accounts, contacts and subscriptions. */
export interface FeedDay {
  readonly profiles: readonly Profile[]
  /** `[user_id, deleted, consent_email, consent_push, consent_sms]`. */
  readonly accounts?: readonly (readonly [string, number, number, number, number])[]
  /** `[user_id, action, channel]`. */
  readonly contacts?: readonly (readonly [string, string, string])[]
  /** `[user_id, kind, end_promised]`, of the base product. */
  readonly changes?: readonly (readonly [string, string, string])[]
}

const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })

async function feedOf(resources: Resources): Promise<Readonly<Record<string, FeedDay>>> {
  return JSON.parse(await readFile(resources.feed as string, 'utf8'))
}

const feed = externalAsset({
  key: 'source/feed',
  partitions: days,
  observe: async ({ partitions, resources }) => {
    const content = await feedOf(resources)
    const known = partitions.filter((day) => content[day])
    const hash = (day: string) => createHash('sha256').update(JSON.stringify(content[day])).digest('hex')
    return new Map(known.map((day) => [day, { version: hash(day) }]))
  },
})

const profiles = asset({
  key: 'scores/profiles',
  partitions: days,
  deps: { feed },
  store: objects({ extension: 'jsonl' }),
  materialize: async ({ partition, resources }) => ({
    kind: 'bytes',
    bytes: encodeProfiles((await feedOf(resources))[partition.key]!.profiles),
  }),
})

const known = (day: string): string => `${day} 20:00:00`

const accounts = asset({
  key: 'raw/accounts',
  partitions: days,
  deps: { feed },
  store: warehouse,
  columns: {
    day: 'Date',
    change_id: 'String',
    user_id: 'String',
    deleted: 'UInt8',
    consent_email: 'UInt8',
    consent_push: 'UInt8',
    consent_sms: 'UInt8',
    changed_at: "DateTime('UTC')",
    known_at: "DateTime('UTC')",
  },
  orderBy: ['user_id'],
  materialize: async ({ partition: { key }, resources }) => {
    const rows = (await feedOf(resources))[key]!.accounts ?? []
    return { kind: 'rows', rows: rows.map((row, i) => [key, `${key}-${i}`, ...row, known(key), known(key)]) }
  },
})

const contacts = asset({
  key: 'raw/contacts',
  partitions: days,
  deps: { feed },
  store: warehouse,
  columns: { day: 'Date', user_id: 'String', action: 'String', channel: 'String', known_at: "DateTime('UTC')" },
  orderBy: ['user_id'],
  materialize: async ({ partition: { key }, resources }) => {
    const rows = (await feedOf(resources))[key]!.contacts ?? []
    return { kind: 'rows', rows: rows.map((row) => [key, ...row, known(key)]) }
  },
})

const changes = asset({
  key: 'raw/subscriptions',
  partitions: days,
  deps: { feed },
  store: warehouse,
  columns: {
    day: 'Date',
    change_id: 'String',
    user_id: 'String',
    kind: 'String',
    end_promised: "Nullable(DateTime('UTC'))",
    product: 'String',
    known_at: "DateTime('UTC')",
  },
  orderBy: ['user_id'],
  materialize: async ({ partition: { key }, resources }) => {
    const rows = (await feedOf(resources))[key]!.changes ?? []
    return { kind: 'rows', rows: rows.map((row, i) => [key, `${key}-${i}`, ...row, 'base', known(key)]) }
  },
})

const delivery = effectAsset({
  key: 'scores/delivery',
  partitions: days,
  deps: {
    profiles,
    accounts: through(accounts, trailing({ days: 'all' })),
    contacts: through(contacts, trailing({ days: 'all' })),
    changes: through(changes, trailing({ days: 'all' })),
  },
  act: deliverDecisions,
})

/** The delivery as the product has it, on a feed that a test writes. */
export default defineGraph({
  assets: [feed, profiles, accounts, contacts, changes, delivery],
  resources: ({ home, altcraft }: ResourceSettings) => ({ altcraft, feed: join(home, 'feed.json') }),
})
