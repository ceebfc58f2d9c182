import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { eventDays } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'

const tags = { source: 'catalogue' }

export const catalogueSource = externalAsset({
  key: 'source/catalogue',
  description: 'The catalogue as it was known at the serving cut-off of a day.',
  group: 'sources',
  tags,
  partitions: eventDays,
  settles: days(1),
  observe: (context) => observeDays('catalogue', context),
})

export const catalogueLanding = asset({
  key: 'landing/catalogue',
  description: 'The dated catalogue, untouched.',
  group: 'landing',
  tags,
  partitions: eventDays,
  deps: { source: catalogueSource },
  store: landingStore('catalogue'),
  dataVersion: 'inputs',
  materialize: (context) => landDay('catalogue', context),
})

export const catalogue = sqlAsset({
  key: 'raw/catalogue',
  description: 'Titles as known at the serving cut-off of each day: dated, so that no later title leaks back.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: catalogueLanding },
  orderBy: ['title_id'],
  range: 30,
  checks: [unique(['title_id'])],
  sql: ({ landing }) => sql`
    SELECT day, title_id, name, kind, genre, toInt64(duration_s) AS duration_s,
      toDateOrNull(release_date) AS release_date, toDateTime(known_at, 'UTC') AS known_at
    FROM ${landing}
    WHERE title_id != ''
    ORDER BY day, title_id, known_at
    LIMIT 1 BY day, title_id`,
})
