import type { AttemptEnvironment } from './environment.ts'
import { performEffect } from './make-effect.ts'
import { makeStoredValues } from './make-object.ts'
import { publishPartition } from './make-published.ts'
import { makeTablePartitions } from './make-table.ts'
import type { StepOutcome } from './outcome.ts'
import type { Step } from './schedule.ts'

/** Makes and records some of a step's partitions, by kind of asset and store. */
export async function make(env: AttemptEnvironment, step: Step, ordinals: readonly number[]): Promise<StepOutcome> {
  const asset = env.graph.asset(step.key)
  if (asset.kind === 'external') throw new Error(`unreachable: ${step.key} is observed, never made`)
  if (asset.kind === 'sql') return makeTablePartitions(env, asset, ordinals, step.no)
  if (asset.kind === 'effect') return performEffect(env, asset, only(step, ordinals), step.no)
  const { store } = asset
  switch (store.kind) {
    case 'warehouse':
      return makeTablePartitions(env, asset, ordinals, step.no)
    case 'published':
      return publishPartition(env, { ...asset, store }, only(step, ordinals), step.no)
    case 'objects':
    case 'value':
      return makeStoredValues(env, asset, ordinals, step.no)
  }
}

function only(step: Step, [ordinal, ...others]: readonly number[]): number {
  if (ordinal !== undefined && others.length === 0) return ordinal
  throw new Error(`unreachable: ${step.key} makes one partition a step`)
}
