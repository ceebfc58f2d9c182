import { type Graph, type Logger, nearMisses } from '../../lib/graph/index.ts'
import type { Limits } from './run-in-order.ts'

/** Pools of a graph with their limits; those of the settings win, and one that no asset is in is warned of. */
export function poolLimits(
  graph: Graph,
  settings: Readonly<Record<string, number>>,
  log: Logger,
): Pick<Limits, 'pools' | 'poolOf'> {
  const used = new Set([...graph.assets.values()].flatMap((asset) => asset.pool ?? []))
  for (const name of Object.keys(settings)) {
    if (used.has(name)) continue
    const near = nearMisses(name, used)
    const meant = near.length > 0 ? ` Was ${near.join(', ')} meant?` : ''
    log.warn(`OTTOK_POOLS limits the pool '${name}', and no asset is in it.${meant}`)
  }
  return {
    pools: new Map([...graph.pools, ...Object.entries(settings)]),
    poolOf: ({ key }) => graph.asset(key).pool,
  }
}
