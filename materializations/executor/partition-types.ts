import { OttokError } from '../../lib/config/errors.ts'
import { type PartitionSpace, partitionColumns } from '../../lib/graph/index.ts'
import type { TableColumn } from '../lineage/asset-tables.ts'

/** Moments are told apart by what they are in UTC: in another zone two of a doubled hour would be one. */
export function requireMomentsInUtc(key: string, space: PartitionSpace, columns: readonly TableColumn[]): void {
  for (const { name, type } of partitionColumns(space)) {
    const column = columns.find((one) => one.name === name)
    if (type !== "DateTime('UTC')" || !column || column.type === type) continue
    throw new OttokError({
      what: `asset '${key}' has a partition column ${name} of type ${column.type}`,
      cause: `Windows of less than a day are told apart by their beginnings in UTC: ${type}.`,
      mend: `Make it ${type}, for example \`{ ${name}: "${type}" }\` or \`toStartOfHour(at, 'UTC') AS ${name}\`.`,
    })
  }
}
