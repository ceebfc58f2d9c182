import { type AssetKey, type IntervalSet, partitionKey, sets } from '../../lib/graph/index.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type Plan, plannedPartitions } from '../planner/plan.ts'

/** Partitions of one asset that are made together. */
export interface Step {
  readonly no: number
  readonly key: AssetKey
  readonly ordinals: readonly number[]
  readonly partitions: readonly string[]
  /** Numbers of the steps that make its inputs. */
  readonly after: readonly number[]
}

/**
 * Cuts a plan into steps: contiguous runs of at most `range` partitions for range-capable assets, one
 * partition each for the others. A step waits only for the steps that make its own inputs.
 */
export function stepsOf(state: GraphState, plan: Plan): readonly Step[] {
  const steps: Step[] = []
  const byAsset = new Map<AssetKey, { no: number; set: IntervalSet }[]>()
  for (const entry of plan.entries) {
    const asset = state.graph.asset(entry.key)
    const space = state.asset(entry.key).space
    const limit = (asset.kind === 'sql' || asset.kind === 'function') && space.keys.length === 1 ? asset.range : 1
    const made: { no: number; set: IntervalSet }[] = []
    for (const [from, to] of sets.chunks(plannedPartitions(entry), limit)) {
      const set = sets.interval(from, to)
      const ordinals = [...sets.ordinals(set)]
      const after = state.graph.upstream.get(entry.key)!.flatMap((edge) => {
        const upstreamSteps = byAsset.get(edge.upstream)
        if (!upstreamSteps) return []
        if (edge.mapping.kind === 'asOf') return upstreamSteps.map((s) => s.no)
        const read = state.mapping(edge).upstreamOf(set)
        return upstreamSteps.filter((s) => sets.intersects(s.set, read)).map((s) => s.no)
      })
      const no = steps.length
      steps.push({
        no,
        key: entry.key,
        ordinals,
        partitions: ordinals.map((ordinal) => partitionKey(space, ordinal)),
        after: [...new Set(after)],
      })
      made.push({ no, set })
    }
    byAsset.set(entry.key, made)
  }
  return steps
}

/**
 * Runs steps as soon as the steps before them have ended, at most `concurrency` at a time. When one rejects, no other is
 * started, and its error is thrown once those that run have ended.
 */
export async function runInOrder(
  steps: readonly Step[],
  concurrency: number,
  run: (step: Step) => Promise<void>,
): Promise<void> {
  const waiting = new Map(steps.map((step) => [step.no, step.after.length]))
  const followers = new Map<number, Step[]>()
  for (const step of steps) {
    for (const before of step.after) followers.set(before, [...(followers.get(before) ?? []), step])
  }
  const ready = steps.filter((step) => step.after.length === 0)
  const running = new Set<Promise<void>>()
  const start = (step: Step) => {
    const work: Promise<void> = run(step).then(() => {
      running.delete(work)
      for (const follower of followers.get(step.no) ?? []) {
        const left = waiting.get(follower.no)! - 1
        waiting.set(follower.no, left)
        if (left === 0) ready.push(follower)
      }
    })
    running.add(work)
  }
  while (ready.length > 0 || running.size > 0) {
    // Lowest number first: a step's inputs are the freshest in cache, and its staging lives shortest.
    ready.sort((a, b) => a.no - b.no)
    while (ready.length > 0 && running.size < concurrency) start(ready.shift()!)
    try {
      await Promise.race(running)
    } catch (error) {
      await Promise.allSettled(running)
      throw error
    }
  }
}
