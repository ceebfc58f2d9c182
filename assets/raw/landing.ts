import { readFile } from 'node:fs/promises'
import { OttokError } from '../../lib/config/errors.ts'
import { type MaterializeContext, type ObserveContext, type Observed, objects } from '../../lib/graph/index.ts'
import type { DaySource, SourceName } from '../../lib/sources/index.ts'
import { type RowFormat, readAs } from '../../lib/sources/landing/row-format.ts'

/** The sources that `definitions.ts` gives as resources, by name. */
export type Sources = Readonly<Record<SourceName, DaySource>>

/** Versions of a source's days as they had arrived by now, and how many rows the source says they are. */
export async function observeDays(source: SourceName, context: ObserveContext): Promise<Map<string, Observed>> {
  const days = await sourceOf(source, context.resources).observe(context.partitions, context.now)
  return new Map(days.map(({ day, version, rows }) => [day, { version, metadata: { rows } }]))
}

/** What had arrived of a day, as it was sent: text byte for byte, columns as one Parquet file. */
export async function landDay(name: SourceName, context: Omit<MaterializeContext, 'inputs'>) {
  const source = sourceOf(name, context.resources)
  const { key } = context.partition
  const bytes = source.format === 'Parquet' ? await parquetOf(source, context) : await source.payload(key, context.now)
  return { kind: 'bytes' as const, bytes }
}

/** A day that has arrived whole is copied as it is. */
async function parquetOf(source: DaySource, context: Omit<MaterializeContext, 'inputs'>): Promise<Uint8Array> {
  const { partition, now, signal, warehouse } = context
  const { files, table } = await source.read([partition.key], now)
  const [file] = files
  if (file?.complete) return readFile(file.path, { signal })
  const columns = source.columns.map((column) => column.name)
  return warehouse.bytes(`SELECT ${columns.join(', ')} FROM ${table}`, 'Parquet', { signal })
}

const EXTENSIONS = { columns: 'parquet', tsv: 'tsv', csv: 'csv', jsonLines: 'jsonl', jsonDocument: 'json' } as const

/** Store of landed days, which are read as the mapping of their rows wants it. */
export function landingStore(format: RowFormat) {
  return objects({ extension: EXTENSIONS[format.kind], ...readAs(format) })
}

function sourceOf(source: SourceName, resources: ObserveContext['resources']): DaySource {
  const found = (resources.sources as Partial<Sources> | undefined)?.[source]
  if (found) return found
  throw new OttokError({
    what: `the source ${source} is not configured`,
    cause: 'There is no simulated world in this home, and no outside system in the settings.',
    mend: 'Run `ottok demo` first: it simulates a service.',
    exitCode: 2,
  })
}
