import { timeWindow } from './calendar.ts'
import { dayKey } from './civil.ts'
import { dimensionsOf } from './definitions.ts'
import { type PartitionSpace, partitionKey, timeOf } from './space.ts'
import type { TimePartitions } from './time-partitions.ts'

/** Type of a partition column: the window's first day, its first moment, or a key. */
export type PartitionColumnType = 'Date' | "DateTime('UTC')" | 'String'

export interface PartitionColumn {
  readonly name: string
  readonly type: PartitionColumnType
}

/** The columns that say, in a table, of which partition a row is. */
export function partitionColumns({ definition }: Pick<PartitionSpace, 'definition'>): PartitionColumn[] {
  return dimensionsOf(definition).map(({ name, definition: one }) => ({
    name,
    type: one.kind === 'time' ? timeColumnType(one) : 'String',
  }))
}

export function timeColumnType({ grain }: TimePartitions): 'Date' | "DateTime('UTC')" {
  return grain === 'hour' || grain === 'cron' ? "DateTime('UTC')" : 'Date'
}

/** One partition as its users see it. */
export interface Partition {
  readonly key: string
  /** Value of each dimension by its column name, as the warehouse writes it: dates, moments in UTC, keys. */
  readonly values: Readonly<Record<string, string>>
  /** First calendar day of the window, when there is a time dimension. */
  readonly date: string | undefined
  readonly window: { readonly from: Date; readonly to: Date } | undefined
}

export function partitionOf(space: PartitionSpace, ordinal: number): Partition {
  const key = partitionKey(space, ordinal)
  const { time, line } = space
  const window = time && timeWindow(time, timeOf(space, ordinal))
  const date = line && dayKey(line.firstDay(timeOf(space, ordinal)))
  const parts = space.definition.kind === 'cross' ? key.split('|') : [key]
  const values: Record<string, string> = {}
  partitionColumns(space).forEach(({ name, type }, i) => {
    if (type === 'String') values[name] = parts[i]!
    else values[name] = type === 'Date' ? date! : momentText(window!.from)
  })
  return { key, values, date, window }
}

/** As ClickHouse writes a DateTime('UTC'). */
function momentText(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace('T', ' ')
}
