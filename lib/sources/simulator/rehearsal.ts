/** Lives a world in memory, for measuring: no archive, no player messages, only what the given observers see. */
import { type Account, hasAccess } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { createCalendar, DAY, type WorldCalendar } from './calendar.ts'
import { liveCampaignDay } from './campaigns/index.ts'
import type { ContactLog } from './contact-log.ts'
import { DirtLedger } from './dirt-ledger.ts'
import { createPassMedia } from './formats/accounts.ts'
import { liveDay } from './life.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import { establishedAccount, joiningAccount, joiningToday } from './population.ts'
import { Random, STREAM } from './random.ts'
import { type Conditions, createConditions } from './season.ts'
import { byPopularity, createShelf, createTitles } from './titles.ts'
import { type PlayerMessage, viewDay } from './viewing.ts'

export interface Rehearsal {
  readonly users: number
  /** Days with viewing, after the burn-in. */
  readonly days: number
  readonly seed: number
  readonly start: string
  readonly timezone: string
  readonly parameters?: Parameters
}

export interface Observers {
  readonly billing: (calendar: WorldCalendar) => BillingLog
  readonly contacts: ContactLog
  readonly viewing: (messages: readonly PlayerMessage[]) => void
  /** Called when a day is over. */
  readonly dayEnd: (accounts: readonly Account[], day: number) => void
}

export interface Rehearsed {
  readonly accounts: readonly Account[]
  readonly calendar: WorldCalendar
  readonly conditions: (day: number) => Conditions
}

/** The same accounts, days and draws as in a simulated world of these options. */
export function rehearse(options: Rehearsal, observers: Observers): Rehearsed {
  const { users, seed, parameters = defaultParameters } = options
  const calendar = createCalendar({ ...options, ...parameters, days: options.days })
  const conditions = createConditions(calendar, parameters, seed)
  const [random, tastes] = [new Random(seed), new Random(seed)]
  const popular = byPopularity(createTitles(calendar.days, parameters, new Random(seed)))
  const passMedia = createPassMedia({
    writer: { add: () => undefined },
    calendar,
    parameters,
    seed,
    dirt: new DirtLedger(),
  })
  const marketing = { log: observers.contacts, allows: passMedia.allows }
  const accounts: Account[] = []
  const join = (account: Account, day: number | null): void => {
    passMedia.join(account, day)
    accounts.push(account)
  }
  const billing = observers.billing(calendar)
  for (let number = 0; number < users; number += 1) {
    join(establishedAccount(number, conditions(0), parameters, random, billing), null)
  }
  for (let day = 0; day < calendar.days; day += 1) {
    const today = conditions(day)
    const before = accounts.length
    const joining = joiningToday(users, today, parameters, random)
    for (let nth = 0; nth < joining; nth += 1) {
      join(joiningAccount(accounts.length, today, parameters, random, billing), day)
    }
    const viewing = {
      day,
      weekday: calendar.weekday(day),
      month: calendar.month(day),
      shelf: createShelf(popular, day),
      conditions: today,
      tastes,
    }
    for (const account of accounts) {
      const { number } = account.traits
      if (number < before) {
        liveDay(account, today, parameters, random.at(STREAM.life, number, day), billing)
        passMedia.liveDay(account, day)
      }
      if (day < calendar.firstDay) continue
      liveCampaignDay(account, today, parameters, random, marketing)
      if (!hasAccess(account, day * DAY + DAY / 2)) continue
      viewDay(account, viewing, parameters, random.at(STREAM.viewing, number, day), observers.viewing)
    }
    observers.dayEnd(accounts, day)
  }
  return { accounts, calendar, conditions }
}
