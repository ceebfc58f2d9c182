/** Time keys in a partition's key: a month, a day, an hour. */
const TIME = /\d{4}-\d{2}(?:-\d{2}(?:T\d{2}:\d{2})?)?/

/**
 * Name of the page that holds a partition's state: the days of a month lie together, the hours of a day, the months of a
 * year; other keys by a hash of theirs. Pages stay small (a record rewrites the page it is in) and few (a plan reads all).
 */
export function pageOf(partition: string): string {
  const time = TIME.exec(partition)
  if (!time) return partition === '' ? '' : `#${bucket(partition, 256)}`
  const [key] = time
  const period = key.slice(0, key.length > 10 ? 10 : key.length > 7 ? 7 : 4)
  const rest = partition.slice(0, time.index) + partition.slice(time.index + key.length)
  return rest === '' ? period : `${period}#${bucket(rest, 64)}`
}

/** FNV-1a. */
function bucket(text: string, buckets: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % buckets
}
