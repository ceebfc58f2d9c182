/** The eight sources: columns of those that arrive as Parquet with the types they are read with, forms of the others. */
import type { ColumnKind, Row, TableShape } from '../parquet/index.ts'
import { jsonData, jsonLines, type TextFormat, tsv } from './text-format.ts'

/**
 * One row per message of a player.
 * - `event`: heartbeat (every two hours) or stop; `watched_s` is seconds watched since the session's message before
 * - `position_s`: place in the title; `duration_s`: its length; `stall_ms`: time lost to buffering since then
 * - `event_time`: as the device wrote it (ISO 8601, UTC); not every row holds a time
 * - `received_at`: when the row reached the archive
 * A redelivered message repeats its `event_id`. Seconds may be negative or absurd and the user may be missing: the
 * archive keeps what was sent.
 */
export const playerEventShape = {
  event_id: 'unique',
  user_id: 'text',
  device_id: 'text',
  platform: 'text',
  session_id: 'unique',
  title_id: 'text',
  event: 'text',
  position_s: 'integer',
  watched_s: 'integer',
  duration_s: 'integer',
  stall_ms: 'integer',
  event_time: 'unique',
  received_at: 'time',
} as const satisfies TableShape

/** The change log: `changeLogColumns` of lib/features says what each column means. */
export const subscriptionShape = {
  change_id: 'unique',
  user_id: 'text',
  kind: 'text',
  entitlement_id: 'text',
  product: 'text',
  phase: 'text',
  start: 'time?',
  end_promised: 'time?',
  activated_at: 'time?',
  at: 'time',
  until: 'time?',
  value: 'integer',
  why: 'text',
  charge_kopecks: 'integer',
  list_kopecks: 'integer',
  plan_code: 'text',
  plan_days: 'integer',
  channel: 'text',
  known_at: 'time',
} as const satisfies TableShape

/**
 * Accounts of Pass.Media: the whole row at each change.
 * - flags are 0 or 1; `age_band` is '' where it was not said
 * - `known_at`: when the change reached the archive
 */
export const accountShape = {
  change_id: 'unique',
  user_id: 'text',
  registered_at: 'time?',
  email_verified: 'integer',
  phone_verified: 'integer',
  consent_email: 'integer',
  consent_push: 'integer',
  consent_sms: 'integer',
  region: 'text',
  age_band: 'text',
  deleted: 'integer',
  changed_at: 'time?',
  known_at: 'time',
} as const satisfies TableShape

/** Fields of Yandex.Metrica's hits, in the order of the file; `received_at` is what our pull adds. */
export const webFields = [
  'ym:pv:watchID',
  'ym:pv:visitID',
  'ym:pv:counterID',
  'ym:pv:clientID',
  'ym:pv:dateTime',
  'ym:pv:title',
  'ym:pv:URL',
  'ym:pv:referer',
  'ym:pv:isPageView',
  'ym:pv:deviceCategory',
  'ym:pv:operatingSystemRoot',
  'ym:pv:goalsID',
  'ym:pv:parsedParamsKey1',
  'ym:pv:parsedParamsKey2',
  'received_at',
] as const

/** Sources that arrive as Parquet; `arrival` is the column that says when a row did. */
export const shapes = {
  player_events: { columns: playerEventShape, arrival: 'received_at' },
  subscriptions: { columns: subscriptionShape, arrival: 'known_at' },
  accounts: { columns: accountShape, arrival: 'known_at' },
} as const

/** Sources that arrive as text, and in which form. */
export const texts = {
  web_events: tsv(webFields),
  app_events: jsonData,
  tv_events: jsonLines,
  contacts: jsonLines,
  catalogue: jsonLines,
} as const satisfies Readonly<Record<string, TextFormat>>

export type TableSourceName = keyof typeof shapes
export type TextSourceName = keyof typeof texts
export type SourceName = TableSourceName | TextSourceName

export const sourceNames = [...Object.keys(shapes), ...Object.keys(texts)] as readonly SourceName[]

export function isTextSource(source: SourceName): source is TextSourceName {
  return source in texts
}

export type PlayerEventRow = Row<typeof playerEventShape>
export type SubscriptionRow = Row<typeof subscriptionShape>
export type AccountRow = Row<typeof accountShape>

const ENGINE_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: 'String',
  unique: 'String',
  integer: 'Int32',
  time: "DateTime64(3, 'UTC')",
  'time?': "Nullable(DateTime64(3, 'UTC'))",
}

/** Names and ClickHouse types of a source's columns; a text source is lines, whatever they hold. */
export function columnsOf(source: SourceName): { name: string; type: string }[] {
  if (isTextSource(source)) return [{ name: 'line', type: 'String' }]
  const columns: TableShape = shapes[source].columns
  return Object.entries(columns).map(([name, kind]) => ({ name, type: ENGINE_TYPES[kind] }))
}
