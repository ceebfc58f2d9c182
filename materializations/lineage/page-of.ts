/** Time keys in a partition's key: a month, a day, an hour. */
const TIME = /\d{4}-\d{2}(?:-\d{2}(?:T\d{2}:\d{2})?)?/

/**
 * Name of the page that holds a partition's state: the days of two months lie together, the hours of two days, the months
 * of a year; other keys by a hash of theirs. Pages stay small (a record rewrites the page it is in, and one of up to 8 KB
 * lies in its row) and few (a plan reads all).
 */
export function pageOf(partition: string): string {
  const time = TIME.exec(partition)
  if (!time) return partition === '' ? '' : `#${bucket(partition, 256)}`
  const [key] = time
  const period = key.length > 10 ? firstOfPair(key, 10) : key.length > 7 ? firstOfPair(key, 7) : key.slice(0, 4)
  const rest = partition.slice(0, time.index) + partition.slice(time.index + key.length)
  return rest === '' ? period : `${period}#${bucket(rest, 64)}`
}

/** A month or day (the two digits before `end`) as the first of its pair: 1 for 1 and 2, 3 for 3 and 4. */
function firstOfPair(key: string, end: number): string {
  const number = Number(key.slice(end - 2, end))
  return key.slice(0, end - 2) + String(number - ((number + 1) % 2)).padStart(2, '0')
}

/** FNV-1a. */
function bucket(text: string, buckets: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % buckets
}
