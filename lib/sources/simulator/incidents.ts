/** Rare turns of a running period: refunds, deleted accounts, a change to another plan. */
import type { Account } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { DAY } from './calendar.ts'
import { endSpell, grant } from './entitlement.ts'
import { engagement } from './latent.ts'
import type { Parameters, Plan } from './parameters.ts'
import type { Random } from './random.ts'
import type { Conditions } from './season.ts'

/** One day of a covered account whose latest entitlement has begun before `from`. */
export function liveIncidentDay(
  account: Account,
  from: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const luck = random.uniform()
  // Nearly every day ends here, before the rates have to be known.
  if (luck >= 0.01) return
  const { refund, deletion } = revocationRates(account, parameters)
  const upgrade = account.phase === 'paid' && account.plan === 0 ? parameters.incidents.upgradeRate : 0
  if (luck >= refund + deletion + upgrade) return
  const at = from + Math.floor(random.uniform() * Math.max(1, Math.min(DAY, account.endAt - from) - 1))
  if (luck < refund) {
    const why = random.chance(parameters.incidents.chargebackShare) ? 'chargeback' : 'refund'
    log?.revocation(account, at, why)
    turnOff(account, at, log)
    endSpell(account, at, 'lapsed')
  } else if (luck < refund + deletion) {
    log?.revocation(account, at, 'deleted')
    turnOff(account, at, log)
    endSpell(account, at, 'deleted')
  } else {
    const plan = today.plans[1] as Plan
    log?.replacement(account, at)
    account.plan = 1
    // The long plan is paid by hand.
    account.manual = true
    turnOff(account, at, log)
    log?.payment(account, at, true, '', plan.listKopecks)
    grant(
      account,
      { phase: 'paid', start: at, end: at + plan.days * DAY, activatedAt: at, chargeKopecks: plan.listKopecks, plan },
      log,
    )
  }
}

/** Probability that a running period is revoked within `days`, were the account's mood to stay as it is. */
export function revocationRisk(account: Account, days: number, parameters: Parameters): number {
  const { refund, deletion } = revocationRates(account, parameters)
  return 1 - Math.exp(-days * (refund + deletion))
}

/** Chances a day. Their sum with the upgrade rate stays below 0.01. */
function revocationRates(account: Account, parameters: Parameters): { refund: number; deletion: number } {
  const unhappy = Math.exp(Math.min(3, -0.5 * engagement(account, parameters)))
  const refund = account.phase === 'paid' ? parameters.incidents.refundRate * unhappy : 0
  return { refund, deletion: parameters.incidents.deletionRate * unhappy }
}

function turnOff(account: Account, at: number, log: BillingLog | null): void {
  if (account.autoRenew) log?.autoRenew(account, at, false)
  account.autoRenew = false
}
