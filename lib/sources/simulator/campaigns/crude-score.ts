/** The score that the marketing system goes by: a few facts that it can see, weighted by hand. */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import { logistic } from '../random.ts'

/** In [0, 1]; larger = more at risk. Knows only what had happened before `day`. */
export function crudeScore(account: Account, day: number): number {
  const quiet = Math.min(30, quietDays(account, day))
  const left = (account.endAt - day * DAY) / DAY
  return logistic(
    -2.6 + 0.07 * quiet + (account.autoRenew ? 0 : 1.4) + (account.phase === 'paid' ? 0 : 0.8) + (left < 7 ? 0.4 : 0),
  )
}

/** Days since the account last watched. */
export function quietDays(account: Account, day: number): number {
  return day - 1 - account.viewedOn
}
