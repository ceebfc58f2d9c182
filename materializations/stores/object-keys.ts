import { type PartitionSpace, partitionColumns } from '../../lib/graph/index.ts'

/** Immutable address of one version of one partition; `|` is not welcome in file names. */
export function objectKey(assetKey: string, partition: string, dataVersion: string, extension: string): string {
  const slice = partition === '' ? '_' : partition.replaceAll('|', '+')
  return `assets/${assetKey}/${slice}/${dataVersion.replace(':', '-')}.${extension}`
}

/**
 * ClickHouse expressions, from an object's path, of the partition columns that its own columns lack: files
 * of many partitions can be read as one table, as with folders named by partition.
 */
export function partitionColumnsOfPath(assetKey: string, space: PartitionSpace, structure: string): string[] {
  const own = new Set(structure.split(',').map((column) => column.trim().split(/\s+/)[0]))
  const slice = `extract(_path, '/assets/${assetKey}/([^/]+)/[^/]+$')`
  return partitionColumns(space).flatMap(({ name, type }, i) => {
    if (own.has(name)) return []
    const part = `splitByChar('+', ${slice})[${i + 1}]`
    // A month's column holds its first day.
    return [type === 'Date' ? `toDate(substring(concat(${part}, '-01'), 1, 10)) AS ${name}` : `${part} AS ${name}`]
  })
}
