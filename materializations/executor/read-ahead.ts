import { type AssetKey, partitionOrdinal } from '../../lib/graph/index.ts'
import type { Leases } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { versionsSince } from '../lineage/versions-since.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { apply } from './apply.ts'
import { detailsOf } from './details.ts'
import type { Step } from './schedule.ts'

/**
 * Asks PostgreSQL for what the next steps need, all at once: their leases, what they are to replace, and what other runs
 * have made since the plan. A step alone would ask for each by itself, which costs more than making something small.
 */
export interface ReadAhead {
  /**
   * Resolves when a step may begin: its lease is ours, and what was recorded of its asset before that is in the state.
   * Gives whether other runs recorded any of it, or of its inputs, since the plan.
   *
   * @throws LeaseHeld
   */
  hold(step: Step): Promise<boolean>
}

const STEPS_AHEAD = 50

export function openReadAhead(
  env: {
    readonly lineage: Lineage
    readonly state: GraphState
    readonly leases: Leases
    readonly runId: string
  },
  steps: readonly Step[],
): ReadAhead {
  const { state, leases } = env
  const plannedAt = state.seq
  const blocks = new Map<number, Promise<void>>()
  /** Assets whose lease we have, and whose state was read after that; true where others had recorded something. */
  const known = new Map<AssetKey, boolean>()

  const look = async (keys: readonly AssetKey[]): Promise<void> => {
    const read = new Map(
      keys.map((key) => [key, [key, ...state.graph.upstream.get(key)!.map((edge) => edge.upstream)]]),
    )
    const wanted = [...new Set([...read.values()].flat())]
    const news = (await versionsSince(env.lineage, wanted, plannedAt, env.runId)).filter(({ assetKey, ...version }) => {
      const asset = state.asset(assetKey)
      const ordinal = partitionOrdinal(asset.space, version.partition)
      return ordinal !== undefined && (asset.seq(ordinal) ?? 0) < version.seq
    })
    apply(state, news)
    const changed = new Set(news.map(({ assetKey }) => assetKey))
    for (const [key, those] of read) known.set(key, (known.get(key) ?? false) || those.some((one) => changed.has(one)))
  }
  const read = async (block: number): Promise<void> => {
    const next = steps.slice(block * STEPS_AHEAD, (block + 1) * STEPS_AHEAD)
    const keys = [...new Set(next.map(({ key }) => key))]
    const [taken] = await Promise.all([
      // One that is held is asked for again, and told of, by its own step.
      Promise.allSettled(keys.map((key) => leases.acquire(key))),
      detailsOf(
        env,
        next.flatMap((step) => replacedBy(state, step)),
      ),
    ])
    const ours = keys.filter((key, i) => taken[i]!.status === 'fulfilled' && !known.has(key))
    if (ours.length > 0) await look(ours)
  }
  return {
    hold: async ({ no, key }) => {
      const block = Math.floor(no / STEPS_AHEAD)
      const reading = blocks.get(block) ?? read(block)
      blocks.set(block, reading)
      try {
        await reading
      } catch (error) {
        // Another attempt reads again.
        blocks.delete(block)
        throw error
      }
      await leases.acquire(key)
      if (!known.has(key)) await look([key])
      return known.get(key)!
    },
  }
}

/** The version that the function of a step is told of as the previous one. */
function replacedBy(state: GraphState, { key, ordinals }: Step): readonly number[] {
  if (state.graph.asset(key).kind === 'sql') return []
  const seq = state.asset(key).seq(ordinals[0]!)
  return seq === undefined ? [] : [seq]
}
