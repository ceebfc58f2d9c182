import { OttokError } from '../../lib/config/errors.ts'
import type { Check, ValueCheck } from '../../lib/graph/index.ts'
import type { CheckResult } from '../stores/staging.ts'
import { metadataResults } from './metadata-checks.ts'

/** What the checks of a value, or of an object's bytes, and of its metadata say of one partition. */
export async function valueResults(
  assetKey: string,
  checks: readonly Check[],
  partition: string,
  value: unknown,
  metadata: Readonly<Record<string, unknown>>,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [...metadataResults(checks, [partition], metadata)]
  for (const check of checks) {
    if (check.kind !== 'value') continue
    const { name, severity, blocking } = check
    const verdict = await verdictOf(assetKey, check, partition, value, metadata)
    const {
      passed,
      detail = passed ? 'passed' : 'did not pass',
      metadata: found = {},
    } = typeof verdict === 'boolean' ? { passed: verdict } : verdict
    results.push({ partition, check: name, severity, blocking, passed, detail, metadata: found })
  }
  return results
}

async function verdictOf(
  assetKey: string,
  { name, check }: ValueCheck,
  partition: string,
  value: unknown,
  metadata: Readonly<Record<string, unknown>>,
) {
  try {
    // The asset that made the value declares the check, which knows its type.
    return await check(value as never, metadata)
  } catch (error) {
    throw new OttokError({
      what: `the check '${name}' of ${assetKey}${partition && `@${partition}`} could not be made`,
      cause: error instanceof Error ? error.message : String(error),
      mend: 'Mend the check, or what it reads.',
      underlying: error,
    })
  }
}
