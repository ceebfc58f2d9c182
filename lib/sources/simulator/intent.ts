/** Deciding to leave, and thinking better of it: earlier than the lapse, and visible as a cancellation. */
import type { Account } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { DAY } from './calendar.ts'
import { grant } from './entitlement.ts'
import { engagement } from './latent.ts'
import type { Parameters, Plan } from './parameters.ts'
import type { Random } from './random.ts'
import type { Conditions } from './season.ts'

const REASONS = ['price', 'nothing_to_watch', 'quality', 'not_used', 'other'] as const

/** One day of a covered account's will to stay; acts within [`from`, end of the day or of the chain). */
export function liveIntentDay(
  account: Account,
  from: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const until = Math.min(from + DAY, account.endAt)
  if (account.answer !== 'none') {
    answer(account, between(from, until, random), today, parameters, random, log)
    return
  }
  if (account.manual || account.phase === 'partner' || account.phase === 'gift') return
  const mood = engagement(account, parameters)
  const { intent } = parameters
  if (account.autoRenew) {
    const trial = account.phase === 'trial' || account.phase === 'intro'
    const will =
      today.leaving + intent.stress * account.stress - (trial ? intent.trialEngagement : intent.engagement) * mood
    const rate = (trial ? intent.trialRate : intent.paidRate) * timing(account, from, parameters)
    if (random.strikes(rate, will)) cancel(account, between(from, until, random), today, parameters, random, log)
  } else if (account.cancelled) {
    const trial = account.phase === 'trial' || account.phase === 'intro'
    if (random.strikes(trial ? intent.trialUndoRate : intent.undoRate, intent.undoEngagement * mood)) {
      account.autoRenew = true
      account.cancelled = false
      log?.autoRenew(account, between(from, until, random), true)
    }
  }
}

/** The first and the last days of the running period are those in which people decide; a prepaid one has not begun. */
function timing(account: Account, from: number, { intent }: Parameters): number {
  if (account.startAt > from) return 1
  if (from - account.startAt < 2 * DAY) return intent.early
  return account.endAt - from < 3 * DAY ? intent.late : 1
}

/** Does what a message has led to. */
function answer(
  account: Account,
  at: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const redeems = account.answer === 'redeem'
  account.answer = 'none'
  if (!redeems) {
    if (account.autoRenew) cancel(account, at, today, parameters, random, log)
    return
  }
  // A period that has been prepaid, or decided about, is left as it is.
  if (account.phase !== 'paid' || account.startAt > at || !Number.isNaN(account.payAt)) return
  const end = account.endAt + parameters.campaigns.offerDays * DAY
  const plan = today.plans[account.plan] as Plan
  grant(account, { phase: 'promo', start: account.endAt, end, activatedAt: at, chargeKopecks: 0, plan }, log)
  if (account.manual || account.autoRenew) return
  account.autoRenew = true
  account.cancelled = false
  log?.autoRenew(account, at, true)
}

function cancel(
  account: Account,
  at: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  const { intent } = parameters
  const running = account.startAt <= at && account.phase === 'paid'
  const choice = random.uniform()
  const plan = today.plans[account.plan] as Plan
  if (running && choice < intent.pauseShare) {
    const end = account.endAt + intent.pauseDays * DAY
    grant(account, { phase: 'pause', start: account.endAt, end, activatedAt: at, chargeKopecks: 0, plan }, log)
    return
  }
  account.autoRenew = false
  account.cancelled = true
  if (log !== null) {
    log.cancellation(account, at, REASONS[random.integer(REASONS.length)] as string)
    log.autoRenew(account, at, false)
  }
  if (running && choice < intent.pauseShare + intent.promoShare) {
    // Free days were offered and taken: they follow the paid period, and renewal goes on after them.
    const end = account.endAt + intent.promoDays * DAY
    grant(account, { phase: 'promo', start: account.endAt, end, activatedAt: at + 1, chargeKopecks: 0, plan }, log)
    account.autoRenew = true
    account.cancelled = false
    log?.autoRenew(account, at + 1, true)
  }
}

function between(from: number, until: number, random: Random): number {
  return from + Math.floor(random.uniform() * Math.max(1, until - from - 2))
}
