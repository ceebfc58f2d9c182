import { asset, days, externalAsset, sql, sqlAsset, unique } from '../../lib/graph/index.ts'
import { jsonText, quarantineSql, type RowMapping, rowMapping, typedSql } from '../../lib/sources/landing/index.ts'
import { eventDays, everyMorning } from '../service.ts'
import { landDay, landingStore, observeDays } from './landing.ts'
import { moment, timeOf, word } from './row-sql.ts'

const tags = { source: 'catalogue' }

export const catalogueMapping = rowMapping({
  source: 'catalogue',
  format: {
    kind: 'jsonLines',
    fields: {
      _id: jsonText,
      name: jsonText,
      kind: jsonText,
      genre: jsonText,
      duration_s: jsonText,
      release_date: jsonText,
      persons: 'Array(Tuple(id String, name String, role String))',
      series_id: jsonText,
      season: jsonText,
      finale: jsonText,
      known_at: jsonText,
    },
  },
  columns: {
    title_id: { type: 'String', sql: '_id', required: true },
    name: { type: 'String', required: true },
    kind: { type: word, required: true },
    genre: { type: word, sql: "ifNull(genre, '')" },
    duration_s: { type: 'Int64', sql: 'toInt64OrNull(duration_s)', reason: 'duration_s is no number' },
    release_date: { type: 'Nullable(Date)', sql: 'toDateOrNull(release_date)' },
    known_at: { type: moment, sql: timeOf('known_at') },
    series_id: { type: 'String', sql: "ifNull(series_id, '')" },
    season: { type: 'UInt16', sql: "toUInt16OrNull(ifNull(season, '0'))", reason: 'season is no number' },
    finale: { type: 'UInt8', sql: "ifNull(finale, 'false') IN ('true', '1')" },
  },
  faults: [{ reason: 'no length', when: 'value.duration_s <= 0' }],
  key: ['title_id'],
  order: ['known_at'],
  known: 'known_at',
})

/** The same rows, of which the persons are wanted. */
const personsMapping: RowMapping = {
  ...catalogueMapping,
  columns: { ...catalogueMapping.columns, persons: { type: 'Array(Tuple(id String, name String, role String))' } },
}

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
  store: landingStore(catalogueMapping.format),
  dataVersion: 'inputs',
  automation: everyMorning,
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
  sql: ({ landing }) => sql`${typedSql(catalogueMapping, landing)}`,
})

export const cataloguePersons = sqlAsset({
  key: 'raw/catalogue_persons',
  description: 'Who plays in and who directed the titles of the dated catalogue.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: catalogueLanding },
  orderBy: ['title_id', 'role', 'person_id'],
  range: 30,
  checks: [unique(['title_id', 'person_id', 'role'])],
  sql: ({ landing }) => sql`
    SELECT day, title_id, person.id AS person_id, min(person.name) AS name, CAST(person.role, '${word}') AS role
    FROM (SELECT day, title_id, arrayJoin(persons) AS person FROM (${typedSql(personsMapping, landing)}))
    WHERE person.id != ''
    GROUP BY day, title_id, person_id, role`,
})

export const catalogueQuarantine = sqlAsset({
  key: 'raw/catalogue_quarantine',
  description: 'Documents of the catalogue that cannot be used, each with the reason.',
  group: 'raw',
  tags,
  partitions: eventDays,
  deps: { landing: catalogueLanding },
  orderBy: ['reason', 'line'],
  range: 30,
  sql: ({ landing }) => sql`${quarantineSql(catalogueMapping, landing)}`,
})
