import fc from 'fast-check'
import {
  all,
  asOf,
  cron,
  cross,
  daily,
  dynamic,
  fixed,
  hourly,
  identity,
  last,
  monthly,
  type PartitionMapping,
  type PartitionsDefinition,
  partitionSpace,
  perDimension,
  specific,
  staticMap,
  timeOverlap,
  toDimension,
  trailing,
  weekly,
} from '../../../../lib/graph/index.ts'
import { defaultMapping } from '../../../../lib/graph/mappings/mapping.ts'
import { mappingMisfit } from '../../../../lib/graph/mappings/resolve.ts'
import { single } from '../../../../lib/graph/partitions/definitions.ts'
import type { AssetSpec, InputSpec, World } from './world.ts'

/*
 * Everything is chosen by whole numbers that are taken modulo the choices there are, so that a failing case
 * shrinks to small numbers and short lists.
 */

export const START = new Date('2024-03-03T00:00:00Z')
/** In the night in which New York changes its clocks. */
const LATER = new Date('2024-03-10T08:00:00Z')
/** The first three change no clocks in the tests' weeks; New York does on 10 March, Berlin on the 31st. */
export const ZONES = [
  'UTC',
  'Europe/Moscow',
  'Asia/Tokyo',
  'America/New_York',
  'Asia/Kolkata',
  'Europe/Berlin',
] as const

const DEFINITIONS: ((timezone: string) => PartitionsDefinition)[] = [
  (timezone) => daily({ start: '2024-02-25', timezone }),
  () => single,
  () => fixed('a', 'b'),
  (timezone) => daily({ start: '2024-02-27', timezone }),
  (timezone) => cross({ day: daily({ start: '2024-02-26', timezone }), s: fixed('a', 'b') }),
  (timezone) => monthly({ start: '2024-01', timezone }),
  (timezone) => cross({ s: fixed('a', 'b'), month: monthly({ start: '2024-01', timezone }) }),
  (timezone) => daily({ start: '2024-02-25', timezone, delay: { days: 2, hours: 5 } }),
  () => fixed('a'),
  () => fixed('a', 'b', 'c'),
  (timezone) => cross({ day: daily({ start: '2024-02-28', timezone }), s: fixed('a', 'b', 'c') }),
  (timezone) => daily({ start: '2024-02-25', end: '2024-03-01', timezone }),
  () => cross({ x: fixed('a', 'b'), y: fixed('c', 'd') }),
  (timezone) => weekly({ start: '2024-02-04', timezone }),
  (timezone) => weekly({ start: '2024-01-31', timezone, dayOffset: 1, hourOffset: 2, minuteOffset: 30 }),
  (timezone) => hourly({ start: '2024-03-02T18:00', end: '2024-03-03T03:00', timezone }),
  (timezone) => hourly({ start: '2024-03-10', end: '2024-03-10T06:00', timezone, minuteOffset: 30 }),
  (timezone) => cron('0 */6 * * *', { start: '2024-03-01', timezone }),
  (timezone) => cron('30 2 * * *', { start: '2024-02-27T12:00', timezone, delay: { days: 1, hours: 2 } }),
  (timezone) => daily({ start: '2024-02-26', timezone, hourOffset: 2, minuteOffset: 30 }),
  (timezone) => daily({ start: '2024-02-26', timezone, endOffset: 1 }),
  (timezone) => daily({ start: '2024-02-26', timezone, endOffset: -2 }),
  (timezone) => monthly({ start: '2023-12', timezone, dayOffset: 10 }),
  () => dynamic('d'),
  (timezone) => cross({ day: daily({ start: '2024-02-28', timezone }), d: dynamic('d') }),
  () => cross({ s: fixed('a', 'b'), d: dynamic('d') }),
  () => dynamic('e'),
  (timezone) => cross({ d: dynamic('d'), month: monthly({ start: '2024-01', timezone }) }),
  (timezone) =>
    cross({ s: fixed('a', 'b'), t: hourly({ start: '2024-03-02T20:00', end: '2024-03-03T00:00', timezone }) }),
]

/** Definitions that nearly all of the others can be read through. */
const COMMON = [0, 1, 2, 4, 23, 24]

const MAPPINGS: PartitionMapping[] = [
  defaultMapping,
  asOf(),
  trailing({ days: 3 }),
  trailing({ days: 2, endOffset: -1 }),
  all(),
  last(),
  identity(),
  timeOverlap(),
  timeOverlap({ startOffset: -1, endOffset: -1 }),
  timeOverlap({ startOffset: -1 }),
  timeOverlap({ startOffset: 1, endOffset: -1 }),
  trailing({ days: 'all' }),
  trailing({ days: 'all', endOffset: -2 }),
  trailing({ days: 2, endOffset: 1 }),
  trailing({ days: 45 }),
  trailing({ months: 2 }),
  trailing({ months: 1, endOffset: -1 }),
  trailing({ partitions: 2 }),
  specific(['a']),
  staticMap({ a: 'b', b: ['a', 'b'] }),
  toDimension('day', trailing({ days: 2 })),
  toDimension('s'),
  perDimension({ day: timeOverlap({ startOffset: -1 }), s: all() }),
  perDimension({ d: staticMap({ a: 'b', k: ['a', 'c'] }) }),
  perDimension({ month: last() }),
  toDimension('d', specific(['a', 'k'])),
  toDimension('month', timeOverlap({ endOffset: -1, startOffset: -1 })),
  toDimension('s', staticMap({ a: ['a', 'b'] })),
  toDimension('day', all()),
  toDimension('x'),
  toDimension('y'),
  trailing({ hours: 5 }),
  trailing({ weeks: 2, endOffset: -1 }),
  trailing({ partitions: 3, endOffset: -1 }),
  specific(['2024-02-28']),
  specific(['2024-02-28|a', '2024-02-29|a']),
  specific(['2024-02']),
  staticMap({ a: 'a', k: ['k', 'b'] }),
]

/** What an asset may read of itself. */
const EARLIER: PartitionMapping[] = [
  trailing({ partitions: 1, endOffset: -1 }),
  trailing({ partitions: 2, endOffset: -2 }),
  timeOverlap({ startOffset: -2, endOffset: -2 }),
  timeOverlap({ startOffset: -3, endOffset: -3 }),
  trailing({ partitions: 'all', endOffset: -1 }),
  perDimension({ day: trailing({ days: 1, endOffset: -1 }), s: all() }),
  perDimension({ day: timeOverlap({ startOffset: -1, endOffset: -1 }), s: staticMap({ a: 'b' }) }),
  perDimension({ day: trailing({ days: 2, endOffset: -1 }), d: all() }),
]

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!

const definitions = new Map<string, PartitionsDefinition>()

/** One object for each, so that what a test looks up of it is looked up once. */
export function definitionOf(n: number, zone: number): PartitionsDefinition {
  const id = `${n % DEFINITIONS.length} ${zone % ZONES.length}`
  const definition = definitions.get(id) ?? pick(DEFINITIONS, n)(pick(ZONES, zone))
  definitions.set(id, definition)
  return definition
}

const lookups = new Map<PartitionsDefinition, Map<PartitionsDefinition, PartitionMapping[]>>()

function fitting(down: PartitionsDefinition, up: PartitionsDefinition): PartitionMapping[] {
  const known = lookups.get(down) ?? new Map<PartitionsDefinition, PartitionMapping[]>()
  lookups.set(down, known)
  const found = known.get(up) ?? MAPPINGS.filter((one) => !mappingMisfit(one, partitionSpace(down), partitionSpace(up)))
  known.set(up, found)
  return found
}

/** A mapping of an asset with itself, where it has any earlier partitions. */
export function earlierFor(n: number, partitions: PartitionsDefinition): PartitionMapping | undefined {
  const space = partitionSpace(partitions)
  const found = EARLIER.filter((one) => !mappingMisfit(one, space, space))
  return found.length > 0 ? pick(found, n) : undefined
}

export function mappingFor(n: number, down: PartitionsDefinition, up: PartitionsDefinition): PartitionMapping {
  const found = fitting(down, up)
  // Few pairs can be joined by asOf: those that can, often are.
  const following = found.find(({ kind }) => kind === 'asOf')
  return n % 3 === 0 && following ? following : pick(found, n)
}

const number = fc.nat({ max: 60 })

const draft = fc.record({
  kind: fc.nat({ max: 5 }),
  zone: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: ZONES.length - 1 })),
  range: fc.constantFrom(1, 1, 3),
  earlier: fc.nat({ max: 30 }),
  // Days that begin on the same day are the commonest, so that most inputs can be had.
  partitions: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...COMMON) }, fc.nat({ max: DEFINITIONS.length - 1 })),
  inputs: fc.array(fc.record({ upstream: number, mapping: number }), { minLength: 1, maxLength: 2 }),
})

/** Two to five assets, the first of them a source, some sources more, at times an effect. */
export const worldArbitrary: fc.Arbitrary<World> = fc
  .tuple(fc.array(draft, { minLength: 2, maxLength: 6, size: 'max' }), fc.constantFrom(START, START, START, LATER))
  .map(([drafts, now]) => {
    const assets: AssetSpec[] = []
    for (const [i, { kind, zone, range, earlier, partitions, inputs }] of drafts.entries()) {
      const definition = definitionOf(partitions, zone)
      const isSource = i === 0 || kind === 5
      const readable = assets.filter((spec) => spec.kind !== 'effect')
      // One in three of those that can reads itself, some of them twice.
      const own = [earlier, ...(earlier % 5 === 0 ? [earlier + 3] : [])].flatMap((n, j): InputSpec[] => {
        const mapping = earlierFor(n, definition)
        return mapping && earlier > 20 ? [{ name: `own${j}`, upstream: `a${i}`, mapping }] : []
      })
      const upstreams = isSource
        ? []
        : inputs.map(({ upstream, mapping }, j): InputSpec => {
            // Near ones mostly, so that changes have a way to go.
            const up = pick(upstream % 3 === 0 ? readable : readable.slice(-1), upstream)
            return { name: `i${j}`, upstream: up.key, mapping: mappingFor(mapping, definition, up.partitions) }
          })
      assets.push({
        key: `a${i}`,
        kind: isSource ? 'external' : kind === 4 ? 'effect' : 'function',
        partitions: definition,
        code: 0,
        range,
        inputs: isSource ? [] : [...upstreams.slice(0, 1), ...own, ...upstreams.slice(1)],
      })
    }
    return { assets, hasher: 1, now, members: { d: ['a', 'b'], e: ['b', 'c'] } }
  })

export interface Step {
  readonly op: (typeof OPS)[number]
  readonly asset: number
  readonly item: number
  readonly choice: number
}

/** Running and looking come often, so that there is something to become stale. */
const OPS = [
  'observeAll',
  'run',
  'observe',
  'run',
  'time',
  'code',
  'observe',
  'run',
  'time',
  'mapping',
  'restate',
  'observeAll',
  'run',
  'intent',
  'wipe',
  'hasher',
  'zone',
  'partitions',
  'addInput',
  'dropInput',
  'renameInput',
  'swapInput',
  'order',
  'start',
  'start',
  'addKey',
  'removeKey',
  'addKey',
  'own',
] as const

export const stepsArbitrary: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ op: fc.constantFrom(...OPS), asset: number, item: number, choice: number }),
  { minLength: 3, maxLength: 20, size: 'max' },
)
