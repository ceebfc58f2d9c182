/** Immutable address of one version of one partition; `|` is not welcome in file names. */
export function objectKey(assetKey: string, partition: string, dataVersion: string, extension: string): string {
  const slice = partition === '' ? '_' : partition.replaceAll('|', '+')
  return `assets/${assetKey}/${slice}/${dataVersion.replace(':', '-')}.${extension}`
}
