/** What billing says about an account. Futures are lived without a log. */
import type { Account, Phase } from './account.ts'
import type { Plan } from './parameters.ts'

/** Moments are local seconds. */
export interface Grant {
  readonly phase: Phase
  readonly start: number
  readonly end: number
  readonly activatedAt: number
  readonly chargeKopecks: number
  readonly plan: Plan
}

export interface BillingLog {
  /** A period of the base product; its number is the account's current count of entitlements. */
  entitlement(account: Account, grant: Grant): void
  revocation(account: Account, at: number, why: string): void
  replacement(account: Account, at: number): void
  autoRenew(account: Account, at: number, on: boolean): void
  cancellation(account: Account, at: number, why: string): void
  payment(account: Account, at: number, succeeded: boolean, why: string, kopecks: number): void
  access(account: Account, at: number, until: number, why: string): void
}
