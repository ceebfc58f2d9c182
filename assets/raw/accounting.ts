import { asset, type Input, sql, sqlAsset, sqlCheck, through, trailing, warehouse } from '../../lib/graph/index.ts'
import { accountingSql } from '../../lib/sources/landing/index.ts'
import { eventDays, historyDays } from '../service.ts'
import { type RawSource, rawSources } from './sources.ts'

const nameOf = ({ mapping }: RawSource): string => mapping.source

/** The three tables of each source, as inputs by name. */
function tablesOf(sources: readonly RawSource[]) {
  return Object.fromEntries(
    sources.flatMap((raw) => {
      const { landing, rows, quarantine, mapping } = raw
      // Whether a row repeats an earlier day's is seen only beside that day.
      const days = mapping.repeatsWithinDays + 1
      return [
        [`${nameOf(raw)}_landing`, days === 1 ? landing : through(landing, trailing({ days }))],
        [`${nameOf(raw)}_rows`, rows],
        [`${nameOf(raw)}_quarantine`, quarantine],
      ]
    }),
  )
}

/** Rows by day and source. Copies are counted as they landed: nothing else holds them. */
function countsSql(sources: readonly RawSource[], inputs: Readonly<Record<string, string>>, days: string): string {
  const counts = sources.flatMap((raw) => {
    const input = (kind: string): string => inputs[`${nameOf(raw)}_${kind}`]!
    const copies = accountingSql(raw.mapping, input('landing'), `has(${days}, day)`)
    const count = (landed: string, duplicates: string, quarantined: string, from: string): string => `
      SELECT day, '${nameOf(raw)}' AS source, toUInt64(${landed}) AS landed, toUInt64(${duplicates}) AS duplicates,
        toUInt64(${quarantined}) AS quarantined
      FROM ${from}`
    return [
      `${count('count()', '0', '0', input('rows'))} GROUP BY day`,
      `${count('0', '0', 'count()', input('quarantine'))} GROUP BY day`,
      count('0', 'counted.duplicates', '0', `(${copies}) AS counted`),
    ]
  })
  return `
    SELECT day, source, sum(landed) AS landed, sum(duplicates) AS duplicates, sum(quarantined) AS quarantined
    FROM (${counts.join('\n      UNION ALL')})
    GROUP BY day, source`
}

const eventSources = rawSources.filter(({ source }) => source.partitions === eventDays)
const changeSources = rawSources.filter(({ source }) => source.partitions === historyDays)

export const eventCounts = sqlAsset({
  key: 'raw/event_counts',
  description: 'Sources that begin with the events: rows that are in the typed table, in quarantine, or came twice.',
  group: 'raw',
  partitions: eventDays,
  deps: tablesOf(eventSources),
  orderBy: ['source'],
  range: 30,
  sql: ({ partition, ...inputs }) => sql`${countsSql(eventSources, inputs, partition.list)}`,
})

export const changeCounts = sqlAsset({
  key: 'raw/change_counts',
  description: 'Sources with a longer history: rows that are in the typed table, in quarantine, or came twice.',
  group: 'raw',
  partitions: historyDays,
  deps: tablesOf(changeSources),
  orderBy: ['source'],
  range: 60,
  sql: ({ partition, ...inputs }) => sql`${countsSql(changeSources, inputs, partition.list)}`,
})

/** That all rows of a source are accounted for; the day is not accepted otherwise. */
const accountedFor = (source: string) =>
  sqlCheck(
    `accounted_for(${source})`,
    `sumIf(abs(toInt64(delivered) - toInt64(landed + duplicates + quarantined)), source = '${source}')`,
    (missing) => missing === 0,
    {
      detail: (missing) =>
        `${missing} rows of ${source} are neither landed nor duplicates nor quarantined, or are there without having been delivered`,
    },
  )

/** The day itself; none where the upstream begins later. */
const sameDay = trailing({ days: 1 })

interface Counted {
  readonly day: string
  readonly source: string
  readonly landed: string
  readonly duplicates: string
  readonly quarantined: string
}

export const accounting = asset({
  key: 'raw/accounting',
  description:
    'What became of every row by day and source: delivered, as the source says, is landed + duplicates + quarantined.',
  group: 'raw',
  partitions: historyDays,
  deps: {
    events: through(eventCounts, sameDay),
    changes: changeCounts,
    ...Object.fromEntries(rawSources.map((raw) => [nameOf(raw), through(raw.source, sameDay)])),
  },
  store: warehouse,
  columns: {
    day: 'Date',
    source: 'LowCardinality(String)',
    delivered: 'UInt64',
    landed: 'UInt64',
    duplicates: 'UInt64',
    quarantined: 'UInt64',
  },
  orderBy: ['source'],
  checks: rawSources.map((raw) => accountedFor(nameOf(raw))),
  range: 60,
  materialize: async ({ partitions, inputs, warehouse, signal }) => {
    const { events, changes, ...sources }: Readonly<Record<'events' | 'changes' | (string & {}), Input>> = inputs
    const columns = 'SELECT day, source, landed, duplicates, quarantined FROM'
    const counted = await warehouse.rows<Counted>(`${columns} ${events.table} UNION ALL ${columns} ${changes.table}`, {
      signal,
    })
    const found = new Map(counted.map((count) => [`${count.day} ${count.source}`, count]))
    const rows = Object.entries(sources).flatMap(([source, observed]) => {
      const delivered = new Map(
        observed.partitions.map(({ partition, metadata }) => [partition, Number(metadata.rows)]),
      )
      return partitions.map(({ key }) => {
        const { landed = 0, duplicates = 0, quarantined = 0 } = found.get(`${key} ${source}`) ?? {}
        return [key, source, delivered.get(key) ?? 0, landed, duplicates, quarantined]
      })
    })
    return { kind: 'rows', rows: rows.filter(([, , ...numbers]) => numbers.some((n) => Number(n) > 0)) }
  },
})
