/** A day of an account beside watching: visits to the site, sessions of the app, starts of the TV app. */
import { type Account, hasAccess } from '../account.ts'
import { DAY } from '../calendar.ts'
import { engagement } from '../latent.ts'
import type { Parameters } from '../parameters.ts'
import { type Random, STREAM } from '../random.ts'
import { cancelInApp, lookAfterInApp, useApp } from './app.ts'
import { isConcerned } from './concern.ts'
import type { Actor, BehaviourDay } from './day.ts'
import { type Habits, habitsOf } from './habits.ts'
import type { BehaviourSink } from './messages.ts'
import { useTv } from './tv.ts'
import { browseWeb, cancelOnWeb, lookAfterOnWeb, signUpOnWeb } from './web.ts'

/** Call after the day was lived. `random` is reseeded: nothing here changes the account or any other draw. */
export function behaveDay(
  account: Account,
  today: BehaviourDay,
  parameters: Parameters,
  random: Random,
  sink: BehaviourSink,
): void {
  if (account.state === 'deleted') return
  const { behaviour } = parameters
  const { day } = today
  const { number } = account.traits
  random.at(STREAM.behaviour, number, day)
  const access = hasAccess(account, day * DAY + DAY / 2)
  const mood = behaviour.mood * (0.6 * engagement(account, parameters) + 0.4 * account.habit)
  const wish = mood + (today.weekday >= 6 ? behaviour.weekend : 0) + (access ? 0 : -1.6)
  const opensSite = random.strikes(behaviour.web.rate, wish)
  const opensApp = random.strikes(behaviour.app.rate, wish)
  const startsTv = random.strikes(behaviour.tv.rate, wish)
  const concerned = isConcerned(account, day, parameters, random)
  const cancelledAt = today.cancellations.latest(number)
  const cancels = cancelledAt >= day * DAY
  const begins = account.entitlements === 1 && account.startAt >= day * DAY && account.startAt < (day + 1) * DAY
  if (!(opensSite || opensApp || startsTv || concerned || cancels || begins)) return

  const habits = habitsOf(account, parameters, random)
  random.at(STREAM.sessions, number, day)
  const actor: Actor = { account, habits, today, access, parameters, random, sink, visits: 0, sessions: 0 }
  if (begins) {
    // On the day that it came, an account did not look around before it came.
    if (habits.browsers > 0 && habits.signsIn) signUpOnWeb(actor, account.startAt)
    return
  }
  if (opensSite && habits.browsers > 0) browseWeb(actor)
  if (opensApp && habits.mobile !== null) useApp(actor, habits.mobile)
  if (startsTv && habits.tv >= 0) useTv(actor, habits.tv)
  if (concerned) {
    if (looksOnWeb(habits, random)) lookAfterOnWeb(actor)
    else if (habits.mobile !== null) lookAfterInApp(actor, habits.mobile)
  }
  const { channel } = account.traits
  if (!cancels || channel === 'app_store' || channel === 'google_play') return
  const place = random.uniform()
  if (place < behaviour.cancelledOnWeb) {
    if (habits.browsers > 0 && habits.signsIn) cancelOnWeb(actor, cancelledAt)
  } else if (place < behaviour.cancelledOnWeb + behaviour.cancelledInApp && habits.mobile !== null) {
    cancelInApp(actor, habits.mobile, cancelledAt)
  }
}

/** Where an account looks after its subscription, if anywhere that we see. */
function looksOnWeb(habits: Habits, random: Random): boolean {
  if (habits.browsers === 0) return false
  return habits.mobile === null || random.chance(0.55)
}
