/** What passes between the thread that writes a world and those that live its accounts. Plain data. */
import type { DirtEntry } from '../dirt-ledger.ts'
import type { Parameters } from '../parameters.ts'
import type { AccountTruth } from '../truth.ts'
import type { ClosedSourceDay } from '../world-archive.ts'

/**
 * Parts into which every world's accounts are divided. Part of the definition of a world, like
 * its seed: the order of rows depends on it, and never on how many threads happened to live it.
 */
export const SHARDS = 4

/** Shard of the account with this number: dealt out in pairs, since neighbours may share a household. */
export function shardOf(number: number): number {
  return (number >> 1) % SHARDS
}

/** Everything that the life of a world follows from. */
export interface Scene {
  readonly users: number
  readonly days: number
  readonly seed: number
  readonly start: string
  readonly timezone: string
  readonly parameters: Parameters
}

/** What one shard's accounts left behind when a day was over. */
export interface ShardDay {
  /** Days that take no more rows, in the same order in every shard. */
  readonly closed: readonly ClosedSourceDay[]
  /** On a day whose latent state is frozen. */
  readonly truth: readonly AccountTruth[] | null
  /** On the last day: the counts of all days. */
  readonly dirt: readonly DirtEntry[] | null
}

/** A thread is given these once, then one day after the other; it answers each with a `ShardDay` for every shard. */
export interface ThreadTask {
  readonly scene: Scene
  readonly shards: readonly number[]
}
