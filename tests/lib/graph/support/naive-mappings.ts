import {
  dayKey,
  dayOrdinal,
  type PartitionMapping,
  type PartitionSpace,
  partitionKey,
  type TimePartitions,
} from '../../../../lib/graph/index.ts'

/** All time keys of a grain over the years that the tests play in, as text and the days they hold. */
function calendar(grain: 'day' | 'month'): { key: string; days: [string, string] }[] {
  const list: { key: string; days: [string, string] }[] = []
  for (let day = dayOrdinal('2022-01-01'); day < dayOrdinal('2027-01-01'); day++) {
    const text = dayKey(day)
    const key = grain === 'day' ? text : text.slice(0, 7)
    const last = list.at(-1)
    if (last?.key === key) last.days[1] = text
    else list.push({ key, days: [text, text] })
  }
  return list
}

const CALENDARS = { day: calendar('day'), month: calendar('month') }

const sameList = (a: readonly string[], b: readonly string[]) => a.join(' ') === b.join(' ')

export interface Split {
  readonly time: string | undefined
  readonly fixed: string
}

/** A key's time and fixed part, found by form alone. */
export function split(space: PartitionSpace, key: string): Split {
  const parts = key.split('|')
  const isTime = (part: string) => /^\d{4}-\d{2}/.test(part)
  if (!space.time) return { time: undefined, fixed: key }
  return { time: parts.find(isTime), fixed: parts.filter((part) => !isTime(part)).join('|') }
}

/**
 * Keys of the upstream partitions that one downstream partition reads, straight from the words of the
 * design and in plain loops: every upstream key there is, asked one by one.
 */
export function naiveReads(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: PartitionSpace,
  upExistingKeys: readonly string[],
  downKey: string,
): string[] {
  const reader = split(down, downKey)
  const fixedMatches = (fixed: string) =>
    !(sameList(down.keys, up.keys) && mapping.kind !== 'all') || fixed === reader.fixed
  const times = up.time
    ? naiveTimes(
        mapping,
        down,
        up.time,
        upExistingKeys.map((k) => split(up, k).time!),
        reader,
      )
    : ['']
  return times.flatMap((time) => up.keys.filter(fixedMatches).map((fixed) => keyOf(up, time, fixed)))
}

export function keyOf(space: PartitionSpace, time: string, fixed: string): string {
  if (!space.time) return fixed
  if (space.definition.kind !== 'cross') return time
  return space.definition.dimensions[0].definition.kind === 'time' ? `${time}|${fixed}` : `${fixed}|${time}`
}

function naiveTimes(
  mapping: PartitionMapping,
  down: PartitionSpace,
  up: TimePartitions,
  existingTimes: readonly string[],
  reader: Split,
): string[] {
  const existing = [...new Set(existingTimes)].sort()
  if (mapping.kind === 'last') return existing.slice(-1)
  if (!down.time || mapping.kind === 'all' || mapping.kind === 'asOf') return existing
  const sameGrain = down.time.grain === up.grain
  if (mapping.kind === 'identity' || (mapping.kind === 'default' && sameGrain)) return [reader.time!]

  const all = CALENDARS[up.grain]
  const [first, last] = overlapped(down.time.grain, up.grain, reader.time!)
  let from = first
  let to = last
  if (mapping.kind === 'overlap') {
    from = first + mapping.startOffset
    to = last + mapping.endOffset
  } else if (mapping.kind === 'trailing') {
    to = last + mapping.endOffset
    from = mapping.count === null ? 0 : to - mapping.count + 1
  }
  return all
    .slice(Math.max(0, from), Math.max(0, to + 1))
    .map(({ key }) => key)
    .filter((key) => key >= up.start && (up.end === undefined || key < up.end))
}

const found = new Map<string, [number, number]>()

/** First and last of the windows of a grain that share a day with a reader's window. */
function overlapped(reader: 'day' | 'month', grain: 'day' | 'month', key: string): [number, number] {
  const known = found.get(`${grain} ${key}`)
  if (known) return known
  const window = CALENDARS[reader].find((candidate) => candidate.key === key)!.days
  const hit = CALENDARS[grain].flatMap(({ days }, i) => (days[0] <= window[1] && days[1] >= window[0] ? [i] : []))
  const ends: [number, number] = [hit[0]!, hit.at(-1)!]
  found.set(`${grain} ${key}`, ends)
  return ends
}

export function keysOf(space: PartitionSpace, ordinals: Iterable<number>): string[] {
  return [...ordinals].map((ordinal) => partitionKey(space, ordinal))
}
