import fc from 'fast-check'
import {
  all,
  asOf,
  cross,
  daily,
  fixed,
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
export const ZONES = ['UTC', 'Europe/Moscow', 'Asia/Tokyo'] as const

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
  (timezone) => cross({ day: daily({ start: '2024-02-25', timezone }), s: fixed('a', 'b', 'c') }),
  (timezone) => daily({ start: '2024-02-25', end: '2024-03-01', timezone }),
  () => cross({ x: fixed('a', 'b'), y: fixed('c', 'd') }),
]

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
]

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!

export function definitionOf(n: number, zone: number): PartitionsDefinition {
  return pick(DEFINITIONS, n)(pick(ZONES, zone))
}

export function mappingFor(n: number, down: PartitionsDefinition, up: PartitionsDefinition): PartitionMapping {
  const fits = (m: PartitionMapping) => !mappingMisfit(m, partitionSpace(down), partitionSpace(up))
  // Few pairs can be joined by asOf: those that can, often are.
  if (n % 3 === 0 && fits(asOf())) return asOf()
  return pick(MAPPINGS.filter(fits), n)
}

const number = fc.nat({ max: 60 })

const draft = fc.record({
  kind: fc.nat({ max: 5 }),
  // Days that begin on the same day are the commonest, so that most inputs can be had.
  partitions: fc.oneof({ weight: 2, arbitrary: fc.constantFrom(0, 1, 2, 4) }, fc.nat({ max: DEFINITIONS.length - 1 })),
  inputs: fc.array(fc.record({ upstream: number, mapping: number }), { minLength: 1, maxLength: 2 }),
})

/** Two to five assets, the first of them a source, some sources more, at times an effect. */
export const worldArbitrary: fc.Arbitrary<World> = fc
  .array(draft, { minLength: 2, maxLength: 5, size: 'max' })
  .map((drafts) => {
    const assets: AssetSpec[] = []
    for (const [i, { kind, partitions, inputs }] of drafts.entries()) {
      const definition = definitionOf(partitions, 0)
      const isSource = i === 0 || kind === 5
      const readable = assets.filter((spec) => spec.kind !== 'effect')
      assets.push({
        key: `a${i}`,
        kind: isSource ? 'external' : kind === 4 ? 'effect' : 'function',
        partitions: definition,
        code: 0,
        inputs: isSource
          ? []
          : inputs.map(({ upstream, mapping }, j): InputSpec => {
              const up = pick(readable, upstream)
              return { name: `i${j}`, upstream: up.key, mapping: mappingFor(mapping, definition, up.partitions) }
            }),
      })
    }
    return { assets, hasher: 1, now: START }
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
] as const

export const stepsArbitrary: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ op: fc.constantFrom(...OPS), asset: number, item: number, choice: number }),
  { minLength: 3, maxLength: 20, size: 'max' },
)
