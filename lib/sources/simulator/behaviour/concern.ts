/** How near an account is to leaving, as far as it shows in what it looks at. */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import { engagement } from '../latent.ts'
import type { Parameters } from '../parameters.ts'
import { logistic, type Random } from '../random.ts'

export type Concern = 'account' | 'price' | 'help' | 'cancel'

/**
 * The will to leave on the log scale: what moves the chance of a cancellation, from the same weights. Where a world
 * lets nothing move it, the pages that are looked at tell nothing.
 */
export function willToLeave(account: Account, parameters: Parameters): number {
  const { intent } = parameters
  const trial = account.phase === 'trial' || account.phase === 'intro'
  return (
    intent.stress * account.stress -
    (trial ? intent.trialEngagement : intent.engagement) * engagement(account, parameters)
  )
}

/** Does the account look after its subscription today, with us rather than a store? */
export function isConcerned(account: Account, day: number, parameters: Parameters, random: Random): boolean {
  const { concern } = parameters.behaviour
  if (account.state === 'retrying') return random.chance(concern.retrying)
  if (account.state === 'lapsed') {
    const away = (day * DAY - account.endAt) / DAY
    return random.strikes(concern.lapsed, (-Math.LN2 * away) / concern.lapsedHalfLifeDays)
  }
  if (random.chance(concern.curious)) return true
  const ending = account.endAt - day * DAY < 4 * DAY ? concern.periodEnd : 1
  return random.strikes(concern.willing * ending, concern.will * willToLeave(account, parameters))
}

/** What it looks at, in order: not everybody who means to leave looks for the way, and many look who stay. */
export function concernsOf(account: Account, parameters: Parameters, random: Random): Concern[] {
  const { concern } = parameters.behaviour
  const looks: Concern[] = ['account']
  if (random.chance(concern.price)) looks.push('price')
  if (random.chance(concern.help)) looks.push('help')
  if (account.state === 'lapsed') return looks
  const reaches = logistic(concern.cancelLogit + concern.will * willToLeave(account, parameters))
  if (account.autoRenew && random.chance(reaches)) looks.push('cancel')
  return looks
}
