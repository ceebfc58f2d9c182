/** Sessions of the mobile app. */
import type { Random } from '../random.ts'
import { concernsOf } from './concern.ts'
import { type Actor, sameDay, someMoment, someMore, someTitle } from './day.ts'
import type { Mobile } from './habits.ts'
import type { AppAction, AppEvent } from './messages.ts'
import { errorFactor } from './trouble.ts'

const USES: readonly AppAction[] = ['search', 'title_view', 'play', 'download']
const USE_SHARES = [0.25, 0.4, 0.27, 0.08]

class Session {
  readonly events: AppEvent[] = []
  private at: number
  private readonly random: Random

  constructor(at: number, first: AppAction, random: Random) {
    this.at = at
    this.random = random
    this.add(first)
  }

  add(action: AppAction, title: AppEvent['title'] = null): void {
    this.events.push({ action, title, at: this.at })
    this.at += 3 + Math.floor(this.random.exponential(45))
  }
}

/** Looking around in the app; without access every way ends at the paywall. */
export function useApp(actor: Actor, mobile: Mobile): void {
  const { account, access, parameters, random } = actor
  const { app } = parameters.behaviour
  const session = new Session(someMoment(actor), random.chance(app.pushOpen) ? 'push_open' : 'app_open', random)
  for (let more = someMore(app.events, random); more > 0; more -= 1) {
    const action = USES[random.weighted(USE_SHARES)] as AppAction
    const withheld = !access && (action === 'play' || action === 'download')
    if (withheld) session.add('paywall_view')
    else session.add(action, action === 'search' ? null : someTitle(actor))
    if (action === 'play' && access && random.chance(app.errors * errorFactor(account, parameters)))
      session.add('error')
  }
  deliver(actor, mobile, session)
}

/** Looking after the subscription in the app. */
export function lookAfterInApp(actor: Actor, mobile: Mobile): void {
  const { account, parameters, random } = actor
  const session = new Session(someMoment(actor), 'app_open', random)
  const looks = concernsOf(account, parameters, random)
  if (looks.includes('price')) session.add('paywall_view')
  if (looks.includes('help')) session.add('help_view')
  if (looks.includes('cancel')) session.add('cancel_view')
  deliver(actor, mobile, session)
}

/** The way to a cancellation that was made in the app at `at`. */
export function cancelInApp(actor: Actor, mobile: Mobile, at: number): void {
  const { random } = actor
  const session = new Session(sameDay(actor, at - 40 - random.integer(120)), 'app_open', random)
  if (random.chance(0.2)) session.add('help_view')
  session.add('cancel_view')
  deliver(actor, mobile, session)
}

function deliver(actor: Actor, mobile: Mobile, { events }: Session): void {
  const { account, parameters, random, sessions: nth } = actor
  const { app } = parameters.behaviour
  const { day } = actor.today
  const installation = Math.floor((day + mobile.age) / app.installationDays)
  // The first session of a new installation comes before the sign-in.
  const fresh = nth === 0 && (day + mobile.age) % app.installationDays === 0
  // The page of cancellation is only shown to whom it knows.
  const known = events.some(({ action }) => action === 'cancel_view')
  const signedIn = known || (!fresh && !random.chance(app.signedOut))
  actor.sink.app({ account, mobile, installation, signedIn, day, nth, events })
  actor.sessions += 1
}
