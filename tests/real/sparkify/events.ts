import {
  accountingSql,
  asset,
  daily,
  externalAsset,
  jsonText,
  OttokError,
  objects,
  quarantineSql,
  type Resources,
  readAs,
  rowMapping,
  sql,
  sqlAsset,
  typedSql,
  unique,
  warehouse,
} from 'ottok'
import { accountedFor } from '../files/accounting.ts'
import { linesOf, readDelivered, versionOf } from '../files/delivered.ts'

/** One day of the log a file there; here they follow each other in one. */
export const LOG = 'events.jsonl.gz'

const zone = 'UTC'
const span = { start: '2018-11-01', end: '2018-12-01', timezone: zone } as const

export const days = daily(span)
/** A session goes on past midnight, never past the next: it is whole when the day after is there. */
export const sessionDays = daily({ ...span, delay: { days: 1 } })

const moment = "DateTime64(3, 'UTC')"

export const eventsMapping = rowMapping({
  source: 'events',
  format: {
    kind: 'jsonLines',
    fields: {
      userId: jsonText,
      sessionId: 'Nullable(UInt32)',
      itemInSession: 'Nullable(UInt32)',
      ts: 'Nullable(Int64)',
      page: jsonText,
      level: jsonText,
      artist: jsonText,
      song: jsonText,
      length: jsonText,
      status: 'Nullable(UInt16)',
    },
  },
  columns: {
    user_id: { type: 'String', sql: 'userId', required: true, reason: 'no user' },
    session_id: { type: 'UInt32', sql: 'sessionId' },
    item: { type: 'UInt32', sql: 'itemInSession' },
    event_time: { type: moment, sql: `fromUnixTimestamp64Milli(ts, '${zone}')` },
    page: { type: 'LowCardinality(String)', required: true },
    is_paid: { type: 'UInt8', sql: "transform(level, ['free', 'paid'], [0, 1], NULL)" },
    artist: { type: 'Nullable(String)' },
    song: { type: 'Nullable(String)' },
    // Of songs only.
    length_ms: { type: 'Nullable(Int64)', sql: 'round(toFloat64OrNull(length) * 1000)' },
    status: { type: 'UInt16' },
  },
  faults: [{ reason: 'event_time is of another day', when: `toDate(value.event_time, '${zone}') != day` }],
  key: ['user_id', 'session_id', 'item'],
  order: ['event_time'],
})

export const source = externalAsset({
  key: 'source/events',
  description: 'Days of the log of Sparkify, a music service, as delivered.',
  partitions: days,
  observe: async ({ partitions, resources }) => {
    const log = await readLog(resources)
    return new Map(
      partitions.map((day) => {
        const lines = log.get(day) ?? []
        return [day, { version: versionOf(lines.join('\n')), metadata: { rows: lines.length } }]
      }),
    )
  },
})

export const landing = asset({
  key: 'landing/events',
  description: 'The lines of a day, untouched.',
  partitions: days,
  deps: { source },
  store: objects({ extension: 'jsonl', ...readAs(eventsMapping.format) }),
  dataVersion: 'inputs',
  materialize: async ({ partition, resources }) => {
    const lines = (await readLog(resources)).get(partition.key) ?? []
    return { kind: 'bytes', bytes: Buffer.from(lines.map((line) => `${line}\n`).join('')) }
  },
})

export const events = sqlAsset({
  key: 'raw/events',
  description: 'What known users did: typed, each event once.',
  partitions: days,
  deps: { landing },
  orderBy: ['user_id', 'event_time', 'item'],
  range: 60,
  checks: [unique(eventsMapping.key)],
  sql: ({ landing }) => sql`${typedSql(eventsMapping, landing)}`,
})

export const quarantine = sqlAsset({
  key: 'raw/events_quarantine',
  description: 'Lines that cannot be used, each with the reason: most are of nobody, who was logged out.',
  partitions: days,
  deps: { landing },
  orderBy: ['reason', 'line'],
  range: 60,
  sql: ({ landing }) => sql`${quarantineSql(eventsMapping, landing)}`,
})

export const accounting = asset({
  key: 'raw/accounting',
  description: 'What became of every line by day: delivered is landed + duplicates + quarantined.',
  partitions: days,
  deps: { source, landing, events, quarantine },
  store: warehouse,
  columns: { day: 'Date', delivered: 'UInt64', landed: 'UInt64', duplicates: 'UInt64', quarantined: 'UInt64' },
  orderBy: ['day'],
  range: 60,
  checks: [accountedFor],
  materialize: async ({ partitions, inputs, warehouse, signal }) => {
    const count = (landed: string, duplicates: string, quarantined: string, from: string): string =>
      `SELECT day, ${landed} AS landed, ${duplicates} AS duplicates, ${quarantined} AS quarantined FROM ${from}`
    const copies = `(${accountingSql(eventsMapping, inputs.landing.table)}) AS counted`
    const counted = await warehouse.rows<{ day: string; landed: string; duplicates: string; quarantined: string }>(
      `SELECT toString(day) AS day, sum(landed) AS landed, sum(duplicates) AS duplicates, sum(quarantined) AS quarantined
       FROM (
         ${count('count()', '0', '0', inputs.events.table)} GROUP BY day
         UNION ALL ${count('0', '0', 'count()', inputs.quarantine.table)} GROUP BY day
         UNION ALL ${count('0', 'counted.duplicates', '0', copies)}
       ) GROUP BY day`,
      { signal },
    )
    const byDay = new Map(counted.map((one) => [one.day, one]))
    const delivered = new Map(inputs.source.partitions.map(({ partition, metadata }) => [partition, metadata.rows]))
    return {
      kind: 'rows',
      rows: partitions.map(({ key }) => {
        const { landed = 0, duplicates = 0, quarantined = 0 } = byDay.get(key) ?? {}
        return [key, Number(delivered.get(key)), landed, duplicates, quarantined]
      }),
    }
  },
})

/** Lines by the UTC day of their time. */
async function readLog(resources: Resources): Promise<Map<string, string[]>> {
  const byDay = new Map<string, string[]>()
  for (const line of linesOf(await readDelivered(LOG, resources))) {
    const time = /"ts":(\d{13})\b/.exec(line)?.[1]
    if (time === undefined) {
      throw new OttokError({
        what: `the log ${LOG} cannot be cut into days`,
        cause: 'One of its lines has no time.',
        mend: 'Deliver it again: its days are cut by the field `ts`.',
      })
    }
    const day = new Date(Number(time)).toISOString().slice(0, 10)
    const lines = byDay.get(day)
    if (lines) lines.push(line)
    else byDay.set(day, [line])
  }
  return byDay
}
