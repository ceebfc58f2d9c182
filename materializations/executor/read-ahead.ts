import type { Leases } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { detailsOf } from './details.ts'
import type { Step } from './schedule.ts'

/**
 * Asks PostgreSQL for what the next steps need, all at once: their leases, and what they are to replace. A step alone would
 * ask for each by itself, which costs more than making something small.
 */
export interface ReadAhead {
  /** Resolves when what is asked ahead for a step is there. */
  reach(step: Step): Promise<void>
}

const STEPS_AHEAD = 50

export function openReadAhead(
  env: { readonly lineage: Lineage; readonly state: GraphState; readonly leases: Leases },
  steps: readonly Step[],
): ReadAhead {
  const blocks = new Map<number, Promise<unknown>>()
  const read = (block: number): Promise<unknown> => {
    const next = steps.slice(block * STEPS_AHEAD, (block + 1) * STEPS_AHEAD)
    // One that is held is asked for again, and told of, by its own step.
    env.leases.prefetch(new Set(next.map(({ key }) => key)))
    return detailsOf(
      env,
      next.flatMap((step) => replacedBy(env.state, step)),
    )
  }
  return {
    reach: async ({ no }) => {
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
    },
  }
}

/** The version that the function of a step is told of as the previous one. */
function replacedBy(state: GraphState, { key, ordinals }: Step): readonly number[] {
  if (state.graph.asset(key).kind === 'sql') return []
  const seq = state.asset(key).seq(ordinals[0]!)
  return seq === undefined ? [] : [seq]
}
