import type { AssetKey } from '../../lib/graph/index.ts'
import { apply } from '../executor/apply.ts'
import { type Observation, observe } from '../executor/observe.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Session } from '../session.ts'

/** Looks at the external assets among `keys`, records what changed, and takes it into `state`. */
export async function observeSources(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const { graph, lineage, settings } = session
  const { observations, recorded } = await observe({ graph, lineage, settings, state, signal }, keys)
  apply(state, recorded)
  return observations
}

/** External assets that the selected ones read, directly or through others. */
export function sourcesOf(session: Session, selected: readonly AssetKey[]): readonly AssetKey[] {
  const seen = new Set<AssetKey>(selected)
  const queue = [...selected]
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const edge of session.graph.upstream.get(key)!) {
      if (seen.has(edge.upstream)) continue
      seen.add(edge.upstream)
      queue.push(edge.upstream)
    }
  }
  return session.graph.order.filter((key) => seen.has(key) && session.graph.asset(key).kind === 'external')
}
