import { readFile } from 'node:fs/promises'
import { OttokError } from '../../lib/config/errors.ts'
import { type MaterializeContext, type ObserveContext, type Observed, objects } from '../../lib/graph/index.ts'
import { columnsOf, type DaySource, type SourceName } from '../../lib/sources/index.ts'

/** The sources that `definitions.ts` gives as resources, by name. */
export type Sources = Readonly<Record<SourceName, DaySource>>

/** Versions of a source's days as they had arrived by now. */
export async function observeDays(source: SourceName, context: ObserveContext): Promise<Map<string, Observed>> {
  const days = await sourceOf(source, context.resources).observe(context.partitions, context.now)
  return new Map(days.map(({ day, version, rows }) => [day, { version, metadata: { rows } }]))
}

/** What had arrived of a day, as it was sent, in one Parquet file. A day that has arrived whole is copied as it is. */
export async function landDay(source: SourceName, context: Omit<MaterializeContext, 'inputs'>) {
  const { files, table } = await sourceOf(source, context.resources).read([context.partition.key], context.now)
  const [file] = files
  const columns = columnsOf(source).map(({ name }) => name)
  const bytes = file?.complete
    ? await readFile(file.path, { signal: context.signal })
    : await context.warehouse.bytes(`SELECT ${columns.join(', ')} FROM ${table}`, 'Parquet', { signal: context.signal })
  return { kind: 'bytes' as const, bytes }
}

/** Store of landed days: every column as the source has it. */
export function landingStore(source: SourceName) {
  const structure = columnsOf(source).map(({ name, type }) => `${name} ${type}`)
  return objects({ extension: 'parquet', format: 'Parquet', structure: structure.join(', ') })
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
