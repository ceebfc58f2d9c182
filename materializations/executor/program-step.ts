import type { Asset, MaterializeContext, Partition } from '../../lib/graph/index.ts'
import type { CheckMessage } from '../external/messages.ts'
import type { ProgramStep, UpstreamKind } from '../external/step.ts'
import { insertCheckResults, REPORTED } from '../lineage/check-results.ts'
import type { CheckResult } from '../stores/staging.ts'
import type { RunEnvironment } from './environment.ts'

/** What the program of an asset is told beside its context. */
export function programStep(
  env: RunEnvironment,
  key: string,
  context: Omit<MaterializeContext, 'runProgram'>,
): ProgramStep {
  const asset = env.graph.asset(key)
  const store = asset.kind === 'function' ? asset.store : undefined
  const upstreams = env.graph.upstream.get(key)!.map((edge): [string, UpstreamKind] => {
    const upstream = env.graph.asset(edge.upstream)
    return [edge.name, 'store' in upstream ? upstream.store.kind : upstream.kind]
  })
  return {
    key,
    store,
    columns: columnsOf(asset),
    environment: env.environment,
    root: env.root,
    context,
    upstreams: Object.fromEntries(upstreams),
    keepChecks: (checks) => insertCheckResults(env.lineage, env.runId, key, resultsOf(context.partitions, checks)),
  }
}

function columnsOf(asset: Asset): readonly string[] {
  if (asset.kind !== 'function') return []
  return asset.store.kind === 'published'
    ? asset.store.columns.map(({ name }) => name)
    : Object.keys(asset.columns ?? {})
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
