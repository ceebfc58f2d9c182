/** One day of one account: moods, then billing in the order in which things can happen. */
import type { Account } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { DAY } from './calendar.ts'
import { liveIncidentDay } from './incidents.ts'
import { liveIntentDay } from './intent.ts'
import { liveLatentDay } from './latent.ts'
import type { Parameters } from './parameters.ts'
import type { Random } from './random.ts'
import { endPeriod, liveLapsedDay, liveManualDay, retryCharge } from './renewal.ts'
import type { Conditions } from './season.ts'

/**
 * Lives the day of `today` and leaves the account as it is at the next midnight. The same function lives the world (with a log) and
 * its possible futures (`log` null).
 */
export function liveDay(
  account: Account,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog | null,
): void {
  if (account.state === 'deleted') return
  liveLatentDay(account, today, parameters, random)
  const from = today.day * DAY
  const until = from + DAY
  if (account.state === 'covered' && account.startAt < from)
    liveIncidentDay(account, from, today, parameters, random, log)
  if (account.state === 'covered') liveIntentDay(account, from, today, parameters, random, log)
  if (account.manual) liveManualDay(account, from, today, parameters, random, log)
  // A late charge pays from the end of the old period, so a short plan can end again on the same day.
  for (;;) {
    if (account.state === 'covered' && account.endAt < until) endPeriod(account, today, parameters, random, log)
    else if (account.state === 'retrying' && account.nextTryAt < until) {
      retryCharge(account, today, parameters, random, log)
    } else break
  }
  if (account.state === 'lapsed' && account.endAt < from) liveLapsedDay(account, from, today, parameters, random, log)
}
