import { asset, type Check, type Input, sql, sqlAsset, through, trailing, warehouse } from '../../lib/graph/index.ts'
import { accountingSql } from '../../lib/sources/landing/index.ts'
import { historyDays } from '../service.ts'
import { type RawSource, rawSources } from './sources.ts'

const nameOf = ({ mapping }: RawSource): string => mapping.source

/** Inputs of the counts by name: the three tables of each source. */
const tables = Object.fromEntries(
  rawSources.flatMap((raw) => {
    const { landing, rows, quarantine, mapping } = raw
    // Whether a row repeats an earlier day's is seen only beside that day.
    const landed =
      mapping.repeatsWithinDays === 0 ? landing : through(landing, trailing({ days: mapping.repeatsWithinDays + 1 }))
    return [
      [`${nameOf(raw)}_landing`, landed],
      [`${nameOf(raw)}_rows`, rows],
      [`${nameOf(raw)}_quarantine`, quarantine],
    ]
  }),
)

export const rowCounts = sqlAsset({
  key: 'raw/row_counts',
  description:
    'Rows by day and source: in the typed table, in quarantine, and copies, which are counted as they landed.',
  group: 'raw',
  partitions: historyDays,
  deps: tables,
  orderBy: ['source'],
  range: 30,
  sql: ({ partition, ...inputs }) => {
    const counts = rawSources.flatMap((raw) => {
      const input = (kind: string): string => inputs[`${nameOf(raw)}_${kind}`]!
      const copies = accountingSql(raw.mapping, input('landing'), `has(${partition.list}, day)`)
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
    return sql`
    SELECT day, source, sum(landed) AS landed, sum(duplicates) AS duplicates, sum(quarantined) AS quarantined
    FROM (${counts.join('\n      UNION ALL')})
    GROUP BY day, source`
  },
})

/** That all rows of a source are accounted for; the day is not accepted otherwise. */
const accountedFor = (source: string): Check => ({
  name: `accounted_for(${source})`,
  blocking: true,
  measure: `sumIf(abs(toInt64(delivered) - toInt64(landed + duplicates + quarantined)), source = '${source}')`,
  passes: (missing) => missing === 0,
  detail: (missing) =>
    `${missing} rows of ${source} are neither landed nor duplicates nor quarantined, or are there without having been delivered`,
})

interface Counted {
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
  deps: { counts: rowCounts, ...Object.fromEntries(rawSources.map((raw) => [nameOf(raw), raw.source])) },
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
  materialize: async ({ partition, inputs, warehouse, signal }) => {
    const { counts, ...sources }: { readonly counts: Input } & Readonly<Record<string, Input>> = inputs
    const counted = await warehouse.rows<Counted>(
      `SELECT source, landed, duplicates, quarantined FROM ${counts.table}`,
      { signal },
    )
    const rows = Object.entries(sources).map(([source, { partitions }]) => {
      const delivered = partitions.reduce((sum, { metadata }) => sum + Number(metadata.rows), 0)
      const found = counted.find((count) => count.source === source)
      return [partition.key, source, delivered, found?.landed ?? 0, found?.duplicates ?? 0, found?.quarantined ?? 0]
    })
    return { kind: 'rows', rows: rows.filter(([, , ...numbers]) => numbers.some((n) => Number(n) > 0)) }
  },
})
