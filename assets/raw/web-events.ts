import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { quarantineSql, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { eventDays, everyMorning, rule } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, otherDay, timeOf, word } from './row-sql.ts'

const tags = { source: 'web_events' }

/** First parts of the site's paths that mean something; everything else is 'other'. */
const pages = ['home', 'catalog', 'search', 'title', 'watch', 'login', 'account', 'cancel', 'price', 'help']

/** Texts of an array as ClickHouse writes it: ['a','b']. */
const textsOf = (field: string): string => `extractAll(\`${field}\`, '\\'((?:[^\\'\\\\\\\\]|\\\\\\\\.)*)\\'')`

export const webEventsMapping = rowMapping({
  source: 'web_events',
  format: {
    kind: 'tsv',
    header: true,
    fields: [
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
    ],
  },
  columns: {
    hit_id: { type: 'String', sql: '`ym:pv:watchID`', required: true },
    visit_id: { type: 'String', sql: '`ym:pv:visitID`' },
    client_id: { type: 'String', sql: '`ym:pv:clientID`', required: true },
    user_hint: {
      type: 'String',
      sql: `${textsOf('ym:pv:parsedParamsKey2')}[indexOf(${textsOf('ym:pv:parsedParamsKey1')}, 'user_id')]`,
    },
    page: {
      type: word,
      sql: `transform(splitByChar('/', path(\`ym:pv:URL\`))[2], ['', ${pages.map((page) => `'${page}'`).join(', ')}], ['home', ${pages.map((page) => `'${page}'`).join(', ')}], 'other')`,
    },
    device_category: {
      type: word,
      sql: "transform(`ym:pv:deviceCategory`, ['1', '2', '3', '4'], ['desktop', 'mobile', 'tablet', 'tv'], 'other')",
    },
    event_time: {
      type: moment,
      sql: `parseDateTimeOrNull(\`ym:pv:dateTime\`, '%Y-%m-%d %H:%i:%s', '${rule.zone}')`,
      reason: 'event_time is no time',
    },
    received_at: { type: moment, sql: timeOf('received_at') },
  },
  faults: [otherDay],
  key: ['hit_id'],
  order: ['received_at'],
  known: 'received_at',
})

export const webEventsSource = externalAsset({
  key: 'source/web_events',
  description: 'Hits of Yandex.Metrica of a day; sessions close late, so that later pulls find more.',
  group: 'sources',
  tags,
  partitions: eventDays,
  settles: days(8),
  observe: (context) => observeDays('web_events', context),
})

export const webEventsLanding = asset({
  key: 'landing/web_events',
  description: 'Hits of a day, untouched.',
  group: 'landing',
  tags,
  partitions: eventDays,
  deps: { source: webEventsSource },
  store: landingStore(webEventsMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
  materialize: (context) => landDay('web_events', context),
})

export const webEvents = sqlAsset({
  key: 'raw/web_events',
  description: 'Hits of the web site: typed, each once, as first received; a login hit says whose its browser is.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: webEventsLanding },
  orderBy: ['client_id', 'event_time', 'hit_id'],
  range: 30,
  checks: [unique(['hit_id'])],
  sql: ({ landing }) => sql`${typedSql(webEventsMapping, landing)}`,
})

export const webEventsQuarantine = sqlAsset({
  key: 'raw/web_events_quarantine',
  description: 'Lines of hits that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: webEventsLanding },
  orderBy: ['reason', 'line'],
  range: 30,
  sql: ({ landing }) => sql`${quarantineSql(webEventsMapping, landing)}`,
})
