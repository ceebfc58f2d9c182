import {
  asset,
  type ExternalAsset,
  externalAsset,
  type Fault,
  type FunctionAsset,
  objects,
  quarantineSql,
  type RowMapping,
  readAs,
  type SqlAsset,
  sql,
  sqlAsset,
  type TableCheck,
  type TimePartitions,
  typedSql,
  unique,
} from 'ottok'
import { linesOf, readDelivered, versionOf } from './delivered.ts'

/** The way of a file's rows: as delivered, as they landed, as they are used, and set aside. */
export interface LandedFile {
  readonly mapping: RowMapping
  readonly source: ExternalAsset
  readonly landing: FunctionAsset
  readonly rows: SqlAsset
  readonly quarantine: SqlAsset
}

export interface LandedFileSpec {
  /** Name of a packed CSV with a header, in the folder `dataFolder`. */
  readonly file: string
  readonly description: string
  /** A mapping without partitions: the file lands whole. */
  readonly mapping: RowMapping
  readonly orderBy: readonly string[]
  /** Partitions of the typed table, and the typed column of type Date or DateTime that says of which one a row is. */
  readonly by?: { readonly partitions: TimePartitions; readonly column: string }
  readonly checks?: readonly TableCheck[]
}

/** Assets of one file, whose whole bytes are its version. */
export function landedFile({ file, description, mapping, orderBy, by, checks = [] }: LandedFileSpec): LandedFile {
  const name = mapping.source
  const source = externalAsset({
    key: `source/${name}`,
    description: `${description}: the file ${file}, as delivered.`,
    params: { file },
    observe: async ({ resources }) => {
      const bytes = await readDelivered(file, resources)
      const rows = linesOf(bytes).length - 1
      return new Map([['', { version: versionOf(bytes), metadata: { rows } }]])
    },
  })
  const landing = asset({
    key: `landing/${name}`,
    description: `${description}, untouched.`,
    params: { file },
    deps: { source },
    store: objects({ extension: 'csv.gz', ...readAs(mapping.format) }),
    materialize: async ({ resources }) => ({ kind: 'bytes', bytes: await readDelivered(file, resources) }),
  })
  const rows = sqlAsset({
    key: `raw/${name}`,
    description: `${description}: typed, each row once.`,
    ...(by ? { partitions: by.partitions, range: 60 } : {}),
    deps: { landing },
    orderBy,
    checks: [unique(mapping.key), ...checks],
    sql: ({ landing, partition }) => {
      const typed = typedSql(mapping, landing)
      if (!by) return sql`${typed}`
      const { grain, column } = by.partitions
      const start = grain === 'month' ? `toStartOfMonth(${by.column})` : `toDate(${by.column})`
      return sql`SELECT ${start} AS ${column}, * FROM (${typed}) WHERE has(${partition.list}, ${column})`
    },
  })
  const quarantine = sqlAsset({
    key: `raw/${name}_quarantine`,
    description: `${description}: rows that cannot be used, each with the reason.`,
    deps: { landing },
    orderBy: ['reason', 'line'],
    sql: ({ landing }) => sql`${quarantineSql(mapping, landing)}`,
  })
  return { mapping, source, landing, rows, quarantine }
}

/** A row of a time without a partition would be lost silently: it is refused. */
export function outside(column: string, { start, end, grain }: TimePartitions): Fault {
  const day = (partition: string): string => (grain === 'month' ? `${partition}-01` : partition)
  const before = `value.${column} < '${day(start)}'`
  return {
    reason: `${column} is outside of the delivered time`,
    when: end === undefined ? before : `${before} OR value.${column} >= '${day(end)}'`,
  }
}
