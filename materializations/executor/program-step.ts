import type { MaterializeContext, Partition } from '../../lib/graph/index.ts'
import type { CheckMessage } from '../external/messages.ts'
import type { ProgramStep, UpstreamKind } from '../external/step.ts'
import { insertCheckResults, REPORTED } from '../lineage/check-results.ts'
import type { CheckResult } from '../stores/staging.ts'
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
    keepChecks: (checks) => insertCheckResults(env.lineage, env.runId, key, resultsOf(context.partitions, checks)),
  }
}

/** What a program says of its checks holds for all that it made. */
function resultsOf(partitions: readonly Partition[], checks: readonly CheckMessage[]): readonly CheckResult[] {
  return partitions.flatMap((partition) =>
    checks.map(({ name, passed, severity, detail }) => ({
      partition: partition.key,
      check: name,
      passed,
      severity,
      blocking: severity === 'error',
      detail,
      metadata: REPORTED,
    })),
  )
}
