import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type Asset,
  all,
  asset,
  daily,
  eager,
  externalAsset,
  last,
  monthly,
  type PartitionMapping,
  through,
  timeOverlap,
  trailing,
  value,
} from '../../../lib/graph/index.ts'
import { Stage } from './support/stage.ts'

const days = daily({ start: '2026-02-20', timezone: 'UTC' })
const months = monthly({ start: '2026-02', timezone: 'UTC' })
const materialize = async () => ({ kind: 'value' as const, value: 0 })
const source = externalAsset({ key: 'source', partitions: days, observe: async () => new Map() })
const automation = eager({ lookbackDays: Number.POSITIVE_INFINITY })

/** Mappings that fit; `all` always does. */
function mappingsOf(partitions: Shape['partitions'], up: Asset): readonly PartitionMapping[] {
  if (up.partitions !== days && up.partitions !== months) return [all()]
  if (partitions === 'single') return [all(), last()]
  return [all(), last(), timeOverlap(), timeOverlap(), ...(up.partitions === days ? [trailing({ days: 3 })] : [])]
}

interface Shape {
  readonly partitions: 'days' | 'months' | 'single'
  readonly reads: readonly { readonly asset: number; readonly mapping: number }[]
}

const shape: fc.Arbitrary<Shape> = fc.record({
  partitions: fc.constantFrom('days', 'months', 'single'),
  reads: fc.array(fc.record({ asset: fc.nat(), mapping: fc.nat() }), { minLength: 1, maxLength: 3 }),
})

/** What happens between two ticks. */
type Step = { readonly kind: 'data'; readonly day: number } | { readonly kind: 'edit'; readonly asset: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('data' as const), day: fc.nat(11) }),
  fc.record({ kind: fc.constant('edit' as const), asset: fc.nat() }),
)

/** The first asset reads the source, each other one some of those before it. */
function assetsOf(shapes: readonly Shape[]): Asset[] {
  const assets: Asset[] = [source]
  for (const [i, { partitions, reads }] of shapes.entries()) {
    const deps = Object.fromEntries(
      reads.map((read, n) => {
        const up = assets[read.asset % assets.length]!
        const fitting = mappingsOf(partitions, up)
        return [`input${n}`, through(up, fitting[read.mapping % fitting.length]!)]
      }),
    )
    const definition = { days, months, single: undefined }[partitions]
    assets.push(
      asset({
        key: `a${i}`,
        ...(definition && { partitions: definition }),
        deps,
        store: value,
        materialize,
        automation,
      }),
    )
  }
  return assets
}

const dayOf = (n: number) => new Date(Date.UTC(2026, 1, 20 + n)).toISOString().slice(0, 10)

it('eager over all partitions asks for what materialize would make, and then for nothing', () => {
  fc.assert(
    fc.property(
      fc.array(shape, { minLength: 1, maxLength: 6 }),
      fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], { minLength: 9 }),
      (shapes, rounds, seen) => {
        const assets = assetsOf(shapes)
        const stage = new Stage(assets, '2026-03-04T06:00:00Z')
        stage.make('source', seen.map(dayOf))
        for (const steps of rounds) {
          for (const one of steps) {
            if (one.kind === 'data') stage.make('source', [dayOf(one.day)])
            else stage.edit(assets[1 + (one.asset % shapes.length)]!.key)
          }
          const planned = stage.planned()
          expect(stage.tick()).toEqual(planned)
          expect(stage.planned()).toEqual({})
          expect(stage.tick()).toEqual({})
        }
      },
    ),
    { numRuns: 150 },
  )
})
