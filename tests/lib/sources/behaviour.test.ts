import { beforeAll, describe, expect, it } from 'vitest'
import type { Account } from '../../../lib/sources/simulator/account.ts'
import { behaveDay } from '../../../lib/sources/simulator/behaviour/behave-day.ts'
import { watchCancellations } from '../../../lib/sources/simulator/behaviour/cancel-watch.ts'
import { habitsOf } from '../../../lib/sources/simulator/behaviour/habits.ts'
import type { AppSession, TvSession, WebVisit } from '../../../lib/sources/simulator/behaviour/messages.ts'
import type { BillingLog } from '../../../lib/sources/simulator/billing-log.ts'
import { createCalendar, DAY } from '../../../lib/sources/simulator/calendar.ts'
import { liveDay } from '../../../lib/sources/simulator/life.ts'
import { defaultParameters, type Parameters } from '../../../lib/sources/simulator/parameters.ts'
import { establishedAccount, joiningAccount } from '../../../lib/sources/simulator/population.ts'
import { Random, STREAM } from '../../../lib/sources/simulator/random.ts'
import { createConditions } from '../../../lib/sources/simulator/season.ts'
import { byPopularity, createShelf, createTitles } from '../../../lib/sources/simulator/titles.ts'

const USERS = 1500
const DAYS = 150
const BURN_IN = 40
const silent: BillingLog = {
  entitlement: () => undefined,
  revocation: () => undefined,
  replacement: () => undefined,
  autoRenew: () => undefined,
  cancellation: () => undefined,
  payment: () => undefined,
  access: () => undefined,
}

interface Lived {
  readonly accounts: readonly Account[]
  readonly visits: readonly WebVisit[]
  readonly sessions: readonly AppSession[]
  readonly tv: readonly TvSession[]
  /** Local moments of cancellations by account number. */
  readonly cancelled: ReadonlyMap<number, readonly number[]>
  /** Is it an account that could still cancel on the day, by account number? */
  readonly couldCancel: readonly Set<number>[]
}

function liveWorld(parameters: Parameters, behaves: boolean, users = USERS, days = DAYS): Lived {
  const calendar = createCalendar({
    start: '2026-02-01',
    burnInDays: 0,
    days,
    timezone: 'Europe/Moscow',
    publishLagHours: 6,
  })
  const conditions = createConditions(calendar, parameters, 3)
  const random = new Random(3)
  const popular = byPopularity(createTitles(days, parameters, random))
  const cancelled = new Map<number, number[]>()
  const watch = watchCancellations({
    ...silent,
    cancellation: ({ traits }, at) => cancelled.set(traits.number, [...(cancelled.get(traits.number) ?? []), at]),
  })
  const accounts = Array.from({ length: users }, (_, number) =>
    establishedAccount(number, conditions(0), parameters, random, silent),
  )
  const lived = { visits: [] as WebVisit[], sessions: [] as AppSession[], tv: [] as TvSession[] }
  const sink = {
    web: (visit: WebVisit) => void lived.visits.push(visit),
    app: (session: AppSession) => void lived.sessions.push(session),
    tv: (session: TvSession) => void lived.tv.push(session),
  }
  const couldCancel: Set<number>[] = []
  for (let day = 0; day < days; day += 1) {
    const before = accounts.length
    for (let i = 0; i < users / 200; i += 1) {
      accounts.push(joiningAccount(accounts.length, conditions(day), parameters, random, silent))
    }
    const today = {
      day,
      weekday: calendar.weekday(day),
      month: calendar.month(day),
      conditions: conditions(day),
      cancellations: watch,
    }
    const shelf = createShelf(popular, day)
    for (const account of accounts) {
      const { number } = account.traits
      random.at(STREAM.life, number, day)
      if (number < before) liveDay(account, today.conditions, parameters, random, watch.log)
      if (behaves && day >= BURN_IN) behaveDay(account, { ...today, shelf }, parameters, random, sink)
    }
    const may = accounts.filter(
      ({ state, autoRenew, phase }) => state === 'covered' && autoRenew && phase !== 'partner',
    )
    couldCancel.push(new Set(may.map(({ traits }) => traits.number)))
  }
  return { accounts, ...lived, cancelled, couldCancel }
}

/** Days on which each account looked at the way out, on the site or in the app. */
function cancelViews({ visits, sessions }: Lived): Map<number, number[]> {
  const views = new Map<number, number[]>()
  const add = (number: number, day: number): void => void views.set(number, [...(views.get(number) ?? []), day])
  for (const visit of visits)
    if (visit.hits.some(({ page }) => page === 'cancel')) add(visit.account.traits.number, visit.day)
  for (const { account, events, day } of sessions) {
    if (events.some(({ action }) => action === 'cancel_view')) add(account.traits.number, day)
  }
  return views
}

interface Foresight {
  /** Probability that who cancels looked more often than who stays; 0.5 = no signal. */
  readonly auc: number
  readonly error: number
  readonly viewers: number
  readonly viewersWhoCancel: number
  readonly cancels: number
  readonly accounts: number
}

/** Views of the 14 days before a cut-off against a cancellation in the 30 days after it, of those who may still cancel. */
function foresight(lived: Lived): Foresight {
  const views = cancelViews(lived)
  let [positives, negatives, viewers, viewersWhoCancel] = [0, 0, 0, 0]
  for (let day = BURN_IN + 20; day < DAYS - 30; day += 15) {
    for (const number of lived.couldCancel[day] as Set<number>) {
      const looked = (views.get(number) ?? []).some((when) => when > day - 14 && when <= day)
      const leaves = (lived.cancelled.get(number) ?? []).some((at) => at >= (day + 1) * DAY && at < (day + 31) * DAY)
      positives += Number(leaves)
      negatives += Number(!leaves)
      viewers += Number(looked)
      viewersWhoCancel += Number(looked && leaves)
    }
  }
  const hit = viewersWhoCancel / positives
  const falseAlarm = (viewers - viewersWhoCancel) / negatives
  const error = 0.5 * Math.sqrt((hit * (1 - hit)) / positives + (falseAlarm * (1 - falseAlarm)) / negatives)
  return {
    auc: 0.5 + (hit - falseAlarm) / 2,
    error,
    viewers,
    viewersWhoCancel,
    cancels: positives,
    accounts: positives + negatives,
  }
}

let world: Lived
beforeAll(() => {
  world = liveWorld(defaultParameters, true)
})

describe('what accounts look at', () => {
  it('tells a part of who will cancel: more than chance, and most who look stay', () => {
    const found = foresight(world)
    expect(found.auc).toBeGreaterThan(0.5 + 2.5 * found.error)
    expect(found.auc).toBeLessThan(0.65)
    const ofViewers = found.viewersWhoCancel / found.viewers
    expect(ofViewers / (found.cancels / found.accounts)).toBeGreaterThan(1.3)
    expect(ofViewers).toBeLessThan(0.5)
    expect(found.viewersWhoCancel / found.cancels).toBeLessThan(0.5)
  })

  it('tells nothing where nothing moves the will', () => {
    const { intent } = defaultParameters
    const still = {
      ...intent,
      engagement: 0,
      trialEngagement: 0,
      stress: 0,
      early: 1,
      late: 1,
      trialRate: intent.paidRate,
    }
    const { auc, error } = foresight(liveWorld({ ...defaultParameters, intent: still }, true))
    expect(Math.abs(auc - 0.5)).toBeLessThan(3 * error)
  })

  it('shows the way of cancellations that were made with us, before they were made', () => {
    const views = cancelViews(world)
    const days = [...world.cancelled].flatMap(([number, moments]) => {
      const { channel } = (world.accounts[number] as Account).traits
      return channel === 'card'
        ? moments
            .filter((at) => at >= BURN_IN * DAY)
            .map((at) => (views.get(number) ?? []).includes(Math.floor(at / DAY)))
        : []
    })
    const share = days.filter((seen) => seen).length / days.length
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.75)
  })
})

describe('how much accounts do', () => {
  it('stays within what the service sends of a day of an account', () => {
    const accountDays = USERS * (DAYS - BURN_IN)
    const rows = {
      web: world.visits.reduce((sum, { hits }) => sum + hits.length, 0),
      app: world.sessions.reduce((sum, { events }) => sum + events.length, 0),
      tv: world.tv.reduce((sum, { events }) => sum + events.length, 0),
    }
    // 0.7, 1.3 and 0.8 million rows for 20,000 accounts in 240 days.
    for (const [source, most] of [
      ['web', 0.146],
      ['app', 0.271],
      ['tv', 0.167],
    ] as const) {
      expect(rows[source] / accountDays, source).toBeLessThan(most)
      expect(rows[source] / accountDays, source).toBeGreaterThan(most / 4)
    }
  })

  it('follows the mood: engaged accounts come more often', () => {
    const uses = new Map<number, number>()
    for (const { account } of world.sessions) {
      uses.set(account.traits.number, (uses.get(account.traits.number) ?? 0) + 1)
    }
    const random = new Random(3)
    const byLevel = world.accounts
      .filter(
        (account) => account.traits.number < USERS && habitsOf(account, defaultParameters, random).mobile !== null,
      )
      .sort((a, b) => a.traits.satisfaction - b.traits.satisfaction)
    const mean = (some: readonly Account[]): number =>
      some.reduce((sum, { traits }) => sum + (uses.get(traits.number) ?? 0), 0) / some.length
    const third = Math.floor(byLevel.length / 3)
    expect(mean(byLevel.slice(-third))).toBeGreaterThan(1.3 * mean(byLevel.slice(0, third)))
  })
})

describe('who is known', () => {
  it('on the site: some visits never sign in, and a browser may be two accounts’', () => {
    const signedIn = world.visits.filter(({ hits }) => hits.some(({ page }) => page === 'login'))
    expect(signedIn.length / world.visits.length).toBeGreaterThan(0.2)
    expect(signedIn.length / world.visits.length).toBeLessThan(0.6)
    const owners = new Map<string, Set<number>>()
    for (const { owner, browser, account } of world.visits) {
      const key = `${owner}/${browser}`
      owners.set(key, (owners.get(key) ?? new Set()).add(account.traits.number))
    }
    const shared = [...owners.values()].filter(({ size }) => size > 1).length / owners.size
    expect(shared).toBeGreaterThan(0)
    expect(shared).toBeLessThan(0.05)
  })

  it('in the app: hardly any session is without a user, and none that shows the page of cancellation', () => {
    const unknown = world.sessions.filter(({ signedIn }) => !signedIn)
    expect(unknown.length / world.sessions.length).toBeGreaterThan(0.005)
    expect(unknown.length / world.sessions.length).toBeLessThan(0.05)
    expect(unknown.flatMap(({ events }) => events.filter(({ action }) => action === 'cancel_view'))).toEqual([])
  })
})

describe('behaving', () => {
  it('changes nothing of the life of an account, and is the same again', () => {
    const [quiet, loud, again] = [false, true, true].map((behaves) => liveWorld(defaultParameters, behaves, 150, 90))
    expect(loud?.accounts).toEqual(quiet?.accounts)
    expect(again).toEqual(loud)
    expect(loud?.visits.length).toBeGreaterThan(0)
  })

  it('puts the moments of a session in order, on its day or the night after it', () => {
    const all = [
      ...world.visits.map(({ day, hits }) => ({ day, at: hits.map((hit) => hit.at) })),
      ...world.sessions.map(({ day, events }) => ({ day, at: events.map((event) => event.at) })),
      ...world.tv.map(({ day, events }) => ({ day, at: events.map((event) => event.at) })),
    ]
    const wrong = all.filter(({ day, at }) => {
      const [first, last] = [at[0] as number, at.at(-1) as number]
      const unordered = at.some((moment, index) => index > 0 && moment <= (at[index - 1] as number))
      return unordered || first < day * DAY || first >= (day + 1) * DAY || last > (day + 1.5) * DAY
    })
    expect(all.length).toBeGreaterThan(10_000)
    expect(wrong).toEqual([])
  })
})
