/** Sessions of the TV app, as its firmware tells them. */
import { type Actor, someMoment, someMore, someTitle } from './day.ts'
import type { TvAction, TvEvent } from './messages.ts'
import { errorFactor } from './trouble.ts'

const USES: readonly TvAction[] = ['browse', 'search', 'play_request']
const USE_SHARES = [0.35, 0.15, 0.5]

export function useTv(actor: Actor, device: number): void {
  const { account, access, parameters, random } = actor
  const { tv } = parameters.behaviour
  const events: TvEvent[] = []
  let at = someMoment(actor)
  const add = (action: TvAction, title: TvEvent['title'], loadMs: number): void => {
    events.push({ action, title, loadMs, at })
    at += 4 + Math.floor(random.exponential(action === 'play_request' ? 1500 : 40))
  }
  const load = (): number => Math.round(Math.exp(tv.loadLogMean + tv.loadLogSd * random.normal()))
  add('app_start', null, load())
  for (let more = someMore(tv.events, random); more > 0; more -= 1) {
    const action = USES[random.weighted(USE_SHARES)] as TvAction
    if (action !== 'play_request') add(action, null, Math.round(load() / 4))
    else if (access) {
      const title = someTitle(actor)
      add(action, title, load())
      if (random.chance(tv.errors * errorFactor(account, parameters))) add('playback_error', title, 0)
    }
  }
  // Most sets are switched off without a word.
  if (random.chance(0.3)) add('exit', null, 0)
  actor.sink.tv({ account, device, day: actor.today.day, events })
}
