import type { MaterializeContext } from '../../lib/graph/index.ts'
import type { ProgramStep, UpstreamKind } from '../external/step.ts'
import type { RunEnvironment } from './environment.ts'

/** What the program of a function asset is told beside its context. */
export function programStep(
  env: RunEnvironment,
  key: string,
  context: Omit<MaterializeContext, 'runProgram'>,
): ProgramStep {
  const asset = env.graph.asset(key)
  if (asset.kind !== 'function') throw new Error(`unreachable: ${key} is no function that could run a program`)
  const { store } = asset
  const upstreams = env.graph.upstream.get(key)!.map((edge): [string, UpstreamKind] => {
    const upstream = env.graph.asset(edge.upstream)
    return [edge.name, 'store' in upstream ? upstream.store.kind : upstream.kind]
  })
  return {
    key,
    store,
    columns: store.kind === 'published' ? store.columns.map(({ name }) => name) : Object.keys(asset.columns ?? {}),
    environment: env.environment,
    root: env.root,
    context,
    upstreams: Object.fromEntries(upstreams),
  }
}
