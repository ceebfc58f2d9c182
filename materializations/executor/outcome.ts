import type { RecordedVersion } from '../lineage/record.ts'
import type { CheckResult } from '../stores/staging.ts'

/** What one attempt at a step came to. */
export interface StepOutcome {
  readonly recorded: readonly RecordedVersion[]
  readonly failed: readonly { readonly ordinal: number; readonly error: Error }[]
}

/** Something was begun that another attempt would spoil or do twice; the next command finishes it, or people do. */
export class Unfinished extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'Unfinished'
  }
}

/** A blocking check did not pass: the last good version stays current. */
export class CheckFailed extends Error {
  constructor(checks: readonly CheckResult[]) {
    const failed = checks.filter((check) => check.blocking && !check.passed)
    super(failed.map((check) => `check ${check.check} failed: ${check.detail}`).join('; '))
    this.name = 'CheckFailed'
  }
}
