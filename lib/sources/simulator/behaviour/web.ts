/** Visits to the site. */
import type { Random } from '../random.ts'
import { concernsOf } from './concern.ts'
import { type Actor, sameDay, someMoment, someMore, someTitle } from './day.ts'
import type { WebHit, WebPage } from './messages.ts'

const BROWSING: readonly WebPage[] = ['catalog', 'search', 'title', 'watch']
const BROWSING_SHARES = [0.3, 0.2, 0.35, 0.15]

/** A visit whose pages are opened one after the other. */
class Visit {
  readonly hits: WebHit[] = []
  private at: number
  private readonly random: Random

  constructor(at: number, random: Random) {
    this.at = at
    this.random = random
  }

  open(page: WebPage, title: WebHit['title'] = null): void {
    this.hits.push({ page, title, at: this.at })
    this.at += 8 + Math.floor(this.random.exponential(70))
  }
}

/** Looking around: the front page, then lists, titles and now and then a film. */
export function browseWeb(actor: Actor): void {
  const { habits, parameters, random } = actor
  const visit = new Visit(someMoment(actor), random)
  visit.open('home')
  if (habits.signsIn && random.chance(parameters.behaviour.web.signIn)) visit.open('login')
  for (let more = someMore(parameters.behaviour.web.hits, random); more > 0; more -= 1) {
    const page = BROWSING[random.weighted(BROWSING_SHARES)] as WebPage
    visit.open(page, page === 'title' || page === 'watch' ? someTitle(actor) : null)
  }
  deliver(actor, visit)
}

/** Looking after the subscription; pages of one's own need a sign-in, which some browsers remember. */
export function lookAfterOnWeb(actor: Actor): void {
  const { account, habits, parameters, random } = actor
  const visit = new Visit(someMoment(actor), random)
  const looks = concernsOf(account, parameters, random)
  if (habits.signsIn) {
    if (random.chance(0.5)) visit.open('login')
    for (const page of looks) visit.open(page)
  } else {
    for (const page of looks) if (page === 'price' || page === 'help') visit.open(page)
    if (visit.hits.length === 0) visit.open('home')
  }
  deliver(actor, visit)
}

/** The way to a cancellation that was made on the site at `at`. */
export function cancelOnWeb(actor: Actor, at: number): void {
  const { random } = actor
  const visit = new Visit(sameDay(actor, at - 60 - random.integer(300)), random)
  if (random.chance(0.6)) visit.open('login')
  visit.open('account')
  if (random.chance(0.25)) visit.open('price')
  visit.open('cancel')
  deliver(actor, visit)
}

/** The visit in which somebody became a subscriber at `at`. */
export function signUpOnWeb(actor: Actor, at: number): void {
  const { random } = actor
  const visit = new Visit(sameDay(actor, at - 120 - random.integer(900)), random)
  visit.open('home')
  if (random.chance(0.6)) visit.open('title', someTitle(actor))
  visit.open('price')
  visit.open('login')
  deliver(actor, visit)
}

function deliver(actor: Actor, { hits }: Visit): void {
  const { account, habits, today, random } = actor
  const browser = habits.browsers > 1 && random.chance(0.3) ? 1 : 0
  const owner = browser === 0 ? habits.browserOwner : account.traits.number
  actor.sink.web({ account, owner, browser, day: today.day, nth: actor.visits, hits })
  actor.visits += 1
}
