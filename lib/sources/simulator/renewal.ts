/** The end of a period: automatic charges with their retries, payments by hand, lapse and return. */
import type { Account } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { DAY } from './calendar.ts'
import { endSpell, grant } from './entitlement.ts'
import { engagement } from './latent.ts'
import type { Parameters, Plan } from './parameters.ts'
import { logistic, type Random } from './random.ts'
import type { Conditions } from './season.ts'

const HOUR = 3600
/** When manual payers pay, in hours from the end of the period, with the share of each. */
const PAY_AFTER = [-60, -30, -6, 5, 20, 40, 90] as const
const PAY_SHARES = [0.16, 0.2, 0.24, 0.16, 0.12, 0.07, 0.05]

/** The chain ends at `account.endAt`, today.  */
export function endPeriod(
  account: Account,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const at = account.endAt
  const plan = today.plans[account.plan] as Plan
  if (account.phase === 'partner') {
    if (random.chance(parameters.renewal.partnerKeep)) extendPartner(account, at, plan, log)
    else endSpell(account, at, 'lapsed')
  } else if (account.phase === 'gift') {
    if (random.chance(parameters.renewal.giftKeep)) {
      switchOn(account, at, log)
      buy(account, at, at, today, log)
    } else endSpell(account, at, 'lapsed')
  } else if (!account.autoRenew) endSpell(account, at, 'lapsed')
  else charge(account, today, parameters, random, log)
}

function extendPartner(account: Account, at: number, plan: Plan, log: BillingLog | null): void {
  grant(account, { phase: 'partner', start: at, end: at + 30 * DAY, activatedAt: at, chargeKopecks: 0, plan }, log)
}

/** The automatic charge at the end of a period; where it fails, access stays on while it is tried again. */
function charge(
  account: Account,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const at = account.endAt
  if (!random.chance(chargeFailure(account, today, parameters))) {
    buy(account, at, at, today, log)
    return
  }
  log?.payment(account, at, false, failureReason(account, random), listPrice(account, today))
  const store = account.traits.channel === 'app_store' || account.traits.channel === 'google_play'
  const grace = (store ? parameters.renewal.storeGraceDays : parameters.renewal.dunningDays) * DAY
  log?.access(account, at, at + grace, store ? 'store_grace' : 'dunning')
  endSpell(account, at, 'retrying')
  account.tries = 0
  account.nextTryAt = at + (parameters.renewal.retriesAfter[0] as number)
}

/** The charge of a failed renewal that is due at `account.nextTryAt`. */
export function retryCharge(
  account: Account,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const { retriesAfter, retry, retryStress } = parameters.renewal
  const at = account.nextTryAt
  const expired = at >= account.cardExpiresAt
  const answers = 1 - today.outage
  if (random.chance(answers * logistic(retry - retryStress * account.stress))) {
    // Somebody had to enter a new card before an expired one could pay.
    if (expired) account.cardExpiresAt = at + 3 * 365 * DAY
    buy(account, account.endAt, at, today, log)
    return
  }
  log?.payment(account, at, false, expired ? 'expired_card' : 'insufficient_funds', listPrice(account, today))
  account.tries += 1
  const after = retriesAfter[account.tries]
  if (after === undefined) {
    account.state = 'lapsed'
    account.autoRenew = false
    log?.autoRenew(account, at, false)
  } else account.nextTryAt = account.endAt + after
}

/** Payments by hand, before the end or after it. */
export function liveManualDay(
  account: Account,
  from: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  if (account.phase === 'gift' || account.phase === 'partner') return
  const undecided = Number.isNaN(account.payAt)
  if (undecided && account.state === 'covered' && account.endAt - from < 3 * DAY && account.startAt <= from) {
    const { manual, manualTrial, manualEngagement, manualStress } = parameters.renewal
    const level = account.phase === 'paid' || account.phase === 'promo' ? manual : manualTrial
    const will = logistic(
      level + manualEngagement * engagement(account, parameters) - manualStress * account.stress - today.leaving,
    )
    account.payAt = random.chance(will)
      ? Math.max(from + HOUR, account.endAt + (PAY_AFTER[random.weighted(PAY_SHARES)] as number) * HOUR)
      : Number.POSITIVE_INFINITY
  }
  if (account.payAt >= from && account.payAt < from + DAY) {
    const early = account.state === 'covered' && account.payAt < account.endAt
    const at = account.payAt
    buy(account, early ? account.endAt : at, at, today, log)
    if (!renewsByItself(account, today) || !random.chance(parameters.renewal.switchesOn)) return
    account.manual = false
    switchOn(account, at + 1, log)
  }
}

/** A lapsed account may come back on its own. */
export function liveLapsedDay(
  account: Account,
  from: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const { comeback } = parameters
  const away = (from - account.endAt) / DAY
  const rate = account.fullPricePaid ? comeback.rate : comeback.trialRate
  const faded = (Math.LN2 * away) / comeback.halfLifeDays
  if (!random.strikes(rate, comeback.engagement * engagement(account, parameters) - faded)) return
  const at = Math.max(from, account.endAt) + HOUR + Math.floor(random.uniform() * 3 * HOUR)
  const { channel } = account.traits
  if (channel === 'card' || channel === 'operator') {
    account.manual = !renewsByItself(account, today) || random.chance(parameters.renewal.returnsByHand)
  }
  switchOn(account, at, log)
  buy(account, at, at, today, log)
}

function switchOn(account: Account, at: number, log: BillingLog | null): void {
  if (account.manual || account.autoRenew) return
  account.autoRenew = true
  account.cancelled = false
  log?.autoRenew(account, at, true)
}

/** Does the account's plan come with automatic renewal? */
function renewsByItself(account: Account, today: Conditions): boolean {
  return (today.plans[account.plan] as Plan).manual < 1
}

/** A full-price period of the account's plan. */
export function buy(account: Account, start: number, at: number, today: Conditions, log: BillingLog | null): void {
  const plan = today.plans[account.plan] as Plan
  log?.payment(account, at, true, '', plan.listKopecks)
  const end = start + plan.days * DAY
  grant(account, { phase: 'paid', start, end, activatedAt: at, chargeKopecks: plan.listKopecks, plan }, log)
}

function chargeFailure(account: Account, { dayOfMonth, outage }: Conditions, parameters: Parameters): number {
  const { renewal } = parameters
  const toPayday = (account.traits.payday - dayOfMonth + 31) % 31
  let logit =
    renewal.failure +
    renewal.failureByChannel[account.traits.channel] +
    renewal.failureStress * account.stress -
    renewal.failureEngagement * engagement(account, parameters)
  if (toPayday > 0 && toPayday <= 5) logit += renewal.failureBeforePayday
  if (account.phase === 'trial' || account.phase === 'intro') logit += renewal.trialFailure
  if (account.endAt >= account.cardExpiresAt) logit += renewal.expiredCardFailure
  const fails = logistic(logit)
  return fails + (1 - fails) * outage
}

function failureReason(account: Account, random: Random): string {
  if (account.endAt >= account.cardExpiresAt) return 'expired_card'
  return random.chance(0.85) ? 'insufficient_funds' : 'technical'
}

function listPrice(account: Account, today: Conditions): number {
  return (today.plans[account.plan] as Plan).listKopecks
}
