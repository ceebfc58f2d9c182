import type { Asset, HookContext, Hooks } from '../../lib/graph/index.ts'
import type { RunEnvironment } from './environment.ts'

/** What a hook is told, without what it is given in any case. */
export type StepNews = Pick<HookContext, 'partitions' | 'metadata' | 'error'>

/** Calls the hooks of an asset and then the graph's; one that fails is logged, and the others are called all the same. */
export async function callHooks(env: RunEnvironment, asset: Asset, hook: keyof Hooks, news: StepNews): Promise<void> {
  for (const { [hook]: call } of [asset.hooks, env.graph.hooks]) {
    if (!call) continue
    try {
      await call({ key: asset.key, runId: env.runId, resources: env.resources, log: env.log, ...news })
    } catch (error) {
      env.log.warn(`the hook ${hook} of ${asset.key} failed, which changes nothing of the step`, {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
  }
}
