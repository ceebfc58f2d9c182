import { accountingSql, all, asset, type FunctionAsset, type Input, sqlCheck, through, warehouse } from 'ottok'
import type { LandedFile } from './landed-file.ts'

/** That nothing was lost and nothing made up. */
export const accountedFor = sqlCheck(
  'accounted_for',
  'sum(abs(toInt64(delivered) - toInt64(landed + duplicates + quarantined)))',
  (missing) => missing === 0,
  {
    detail: (missing) => `${missing} rows are neither landed nor duplicates nor quarantined, or were never delivered`,
  },
)

/**
 * The table `raw/accounting`: delivered, as the files' lines say, is landed + duplicates + quarantined. Landed and
 * quarantined rows are counted in their tables; copies as they landed, since nothing else holds them.
 */
export function accountingOf(files: readonly LandedFile[]): FunctionAsset {
  const names = files.map(({ mapping }) => mapping.source)
  return asset({
    key: 'raw/accounting',
    description: 'What became of every row of every file.',
    // Mappings are data here, and part of what is counted.
    params: { mappings: files.map(({ mapping }) => JSON.stringify(mapping)) },
    deps: Object.fromEntries(
      files.flatMap(({ mapping: { source: name }, source, landing, rows, quarantine }) => [
        [`${name}_source`, source],
        [`${name}_landing`, landing],
        [`${name}_rows`, through(rows, all())],
        [`${name}_quarantine`, quarantine],
      ]),
    ),
    store: warehouse,
    columns: {
      source: 'String',
      delivered: 'UInt64',
      landed: 'UInt64',
      duplicates: 'UInt64',
      quarantined: 'UInt64',
    },
    orderBy: ['source'],
    checks: [accountedFor],
    materialize: async ({ inputs, warehouse, signal }) => {
      const given: Readonly<Record<string, Input>> = inputs
      const counts = files.map(({ mapping }) => {
        const table = (kind: string): string => given[`${mapping.source}_${kind}`]!.table
        return `
          SELECT '${mapping.source}' AS source, (SELECT count() FROM ${table('rows')}) AS landed, duplicates,
            (SELECT count() FROM ${table('quarantine')}) AS quarantined
          FROM (${accountingSql(mapping, table('landing'))}) AS counted`
      })
      const found = await warehouse.rows<Counted>(
        `SELECT source, landed, counted.duplicates AS duplicates, quarantined FROM (${counts.join(' UNION ALL ')}) AS counted`,
        { signal },
      )
      const bySource = new Map(found.map((count) => [count.source, count]))
      const rows = names.map((name) => {
        const { landed, duplicates, quarantined } = bySource.get(name)!
        return [name, Number(given[`${name}_source`]!.only().metadata.rows), landed, duplicates, quarantined]
      })
      return { kind: 'rows', rows }
    },
  })
}

interface Counted {
  readonly source: string
  readonly landed: string
  readonly duplicates: string
  readonly quarantined: string
}
