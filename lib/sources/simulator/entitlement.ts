/** Granting and ending periods: the only places where an account's chain of entitlements moves. */
import type { Account } from './account.ts'
import type { BillingLog, Grant } from './billing-log.ts'
import { DAY } from './calendar.ts'

/** A return before this long after the end continues the spell. */
export const RETURN = 2 * DAY

export function grant(account: Account, period: Grant, log: BillingLog | null): void {
  if (account.state !== 'covered' && period.activatedAt >= account.endAt + RETURN) {
    account.spells += 1
    account.brokenAt = account.endAt
  }
  account.previousPhase = account.phase
  account.phase = period.phase
  account.startAt = period.start
  account.endAt = period.end
  account.entitlements += 1
  account.state = 'covered'
  account.payAt = Number.NaN
  if (period.chargeKopecks >= period.plan.listKopecks) account.fullPricePaid = true
  log?.entitlement(account, period)
}

/** The chain ends at `at`; `state` says what becomes of the account. */
export function endSpell(account: Account, at: number, state: 'retrying' | 'lapsed' | 'deleted'): void {
  account.endAt = at
  account.state = state
}
