import { insertCheckResults } from '../lineage/check-results.ts'
import type { CheckResult } from '../stores/staging.ts'
import type { RunEnvironment } from './environment.ts'

/** Whether a partition with these results may not be put in place. */
export function isStopped(results: readonly CheckResult[]): boolean {
  return results.some((result) => result.blocking && !result.passed)
}

/** Writes down what checks found, and warns of failures that stop nothing. */
export async function keepCheckResults(
  env: RunEnvironment,
  assetKey: string,
  results: readonly CheckResult[],
): Promise<void> {
  await insertCheckResults(env.lineage, env.runId, assetKey, results)
  for (const { partition, check, passed, blocking, severity, detail } of results) {
    if (passed || blocking) continue
    const message = `check ${check} of ${assetKey}${partition && `@${partition}`} failed: ${detail}`
    if (severity === 'error') env.log.error(message)
    else env.log.warn(message)
  }
}
