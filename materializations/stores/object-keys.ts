import { type Partition, type PartitionSpace, partitionColumns } from '../../lib/graph/index.ts'

/** Immutable address of one version of one partition; `|` is not welcome in file names, nor are colons of an hour. */
export function objectKey(assetKey: string, partition: string, dataVersion: string, extension: string): string {
  const slice = partition === '' ? '_' : partition.split('|').map(pathPart).join('+')
  return `${objectsFolder(assetKey)}${slice}/${dataVersion.replace(':', '-')}.${extension}`
}

/** Where the objects of an asset lie, all of them two parts deeper. */
export function objectsFolder(assetKey: string): string {
  return `assets/${assetKey}/`
}

function pathPart(keyPart: string): string {
  return keyPart.replaceAll(/[~:+/]/g, (sign) => `~${sign.charCodeAt(0).toString(16)}`)
}

/**
 * ClickHouse expressions, from an object's path, of the partition columns that its own columns lack: files
 * of many partitions can be read as one table, as with folders named by partition. `partitions` are those that are
 * read: what a path cannot say in SQL is looked up among them.
 */
export function partitionColumnsOfPath(
  assetKey: string,
  space: PartitionSpace,
  structure: string,
  partitions: readonly Partition[],
): string[] {
  const own = new Set(structure.split(',').map((column) => column.trim().split(/\s+/)[0]))
  const slice = `extract(_path, '/assets/${assetKey}/([^/]+)/[^/]+$')`
  return partitionColumns(space).flatMap(({ name, type }, i) => {
    if (own.has(name)) return []
    const part = `splitByChar('+', ${slice})[${i + 1}]`
    // A month's column holds its first day; a week or month that begins on another is called by its first too.
    const values = new Map(partitions.map((one) => [pathPart(one.key.split('|')[i]!), one.values[name]!]))
    const looked = [...values].every(([path, value]) => path === value)
      ? part
      : `transform(${part}, [${[...values.keys()].map(text).join(', ')}], [${[...values.values()].map(text).join(', ')}], '')`
    if (type === 'String') return [`${looked} AS ${name}`]
    return [type === 'Date' ? `toDate(${looked}) AS ${name}` : `toDateTime(${looked}, 'UTC') AS ${name}`]
  })
}

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
