import {
  type Asset,
  type AssetKey,
  asset,
  defineGraph,
  effectAsset,
  externalAsset,
  type Graph,
  type PartitionMapping,
  type PartitionsDefinition,
  self,
  value,
  withDynamicPartitions,
} from '../../../../lib/graph/index.ts'
import type { Members } from './plain.ts'

/** An input as a test changes it. */
export interface InputSpec {
  readonly name: string
  readonly upstream: AssetKey
  readonly mapping: PartitionMapping
}

export interface AssetSpec {
  readonly key: AssetKey
  readonly kind: 'external' | 'function' | 'effect'
  readonly partitions: PartitionsDefinition
  readonly inputs: readonly InputSpec[]
  /** Edited by adding one. */
  readonly code: number
  /** Most partitions that one step makes. */
  readonly range?: number
}

/** Definitions, today's tool and the moment: all that a user can change without making anything. */
export interface World {
  readonly assets: readonly AssetSpec[]
  readonly hasher: number
  readonly now: Date
  /** Keys of dynamic partitions by name, in the order in which they were added. */
  readonly members?: Members
}

export function codeOf(world: World, spec: AssetSpec): string {
  return spec.kind === 'external' ? '' : `h${world.hasher}-tool1.0:${spec.code}`
}

/** The real graph of a world. */
export function graphOf(world: World): Graph {
  const made = new Map<AssetKey, Asset>()
  for (const spec of world.assets) {
    const deps = Object.fromEntries(
      spec.inputs.map(({ name, upstream, mapping }) => [
        name,
        upstream === spec.key ? self(mapping) : { asset: made.get(upstream)!, mapping },
      ]),
    )
    const { key, partitions, range = 1 } = spec
    made.set(
      key,
      spec.kind === 'external'
        ? externalAsset({ key, partitions, observe: async () => new Map() })
        : spec.kind === 'effect'
          ? effectAsset({ key, partitions, deps, act: async () => ({}) })
          : asset({
              key,
              partitions,
              deps,
              range,
              store: value,
              materialize: async () => ({ kind: 'value', value: 0 }),
            }),
    )
  }
  return withDynamicPartitions(
    defineGraph({ assets: [...made.values()] }),
    new Map(Object.entries(world.members ?? {})),
  )
}
