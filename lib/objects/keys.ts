import { OttokError } from '../config/index.ts'

/** Key of the object that holds the store's UUID. */
export const STORE_ID_KEY = '_ottok_store'

/** Returns the key unchanged, or throws: keys are relative, without empty, `.` or `..` parts. */
export function checkedObjectKey(key: string): string {
  const parts = key.split('/')
  const bad = parts.some((part) => part === '' || part === '.' || part === '..') || /[\0\\{}*?,]/.test(key)
  if (!bad) return key
  throw new OttokError({
    what: `'${key}' is not an object key`,
    cause:
      "Keys are parts joined by '/', none of them empty, '.' or '..', without backslash, braces, commas or wildcards.",
    mend: 'Use another key.',
  })
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** `prefix{a,b,c}` for several paths (ClickHouse glob), or the only path itself. */
export function globOf(paths: readonly string[]): string {
  const [first, ...others] = paths
  if (first === undefined) {
    throw new OttokError({
      what: 'cannot read a table of no objects',
      cause: 'The list of objects is empty.',
      mend: 'Ask only for partitions that were made.',
    })
  }
  if (others.length === 0) return first
  let shared = first.length
  for (const path of others) {
    while (!path.startsWith(first.slice(0, shared))) shared--
  }
  return `${first.slice(0, shared)}{${paths.map((path) => path.slice(shared)).join(',')}}`
}

export function missingObject(address: string, underlying?: unknown): OttokError {
  return new OttokError({
    what: `cannot read ${address}`,
    cause: 'There is no such object; it was deleted, or the store is another one.',
    mend: 'Run `ottok verify` to see what is missing, then `ottok materialize --force` for those partitions.',
    underlying,
  })
}
