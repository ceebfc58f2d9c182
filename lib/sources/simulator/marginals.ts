/** Measured shapes of a world, beside those of real services: what SIMULATOR.md says must be reached. */
import type { Account } from './account.ts'
import type { BillingLog, Grant } from './billing-log.ts'
import { DAY } from './calendar.ts'
import type { ContactLog } from './contact-log.ts'
import { defaultParameters } from './parameters.ts'
import { Random } from './random.ts'
import { type Rehearsal, rehearse } from './rehearsal.ts'
import { type AccountTruth, accountTruths, type CutoffTruth, groupTruths } from './truth.ts'

/** Everything that is measured of a world; shares are fractions, not percent. */
export interface Measures {
  /** Shares of the plans of the latest transaction of every account that has cover at the cut-off, by days. */
  readonly planDays: Readonly<Record<number, number>>
  /** Of the same transactions: share with automatic renewal, in all and among plans of 30 days. */
  readonly autoRenew: number
  readonly autoRenewMonthly: number
  /** Cancellations as a share of cancellations and payments, in the world's days. */
  readonly cancelRows: number
  /** Churn of paid accounts whose period ends within the horizon, by how they have paid so far. */
  readonly churnByHabit: Readonly<Record<Habit | 'all', number>>
  readonly habitShares: Readonly<Record<Habit, number>>
  /** The same by days since registration. */
  readonly churnByTenure: Readonly<Record<Tenure, number>>
  readonly viewing: ViewingMeasures
  readonly contactedPerMonth: number
  readonly groups: CutoffTruth['groups']
}

export type Habit = 'always_auto' | 'mixed' | 'by_hand'
export type Tenure = 'under_90_days' | 'to_4_years' | 'beyond'

export interface ViewingMeasures {
  /** Shares of gaps between one active day and the next of 1 day, and of 14 or more. */
  readonly nextDay: number
  readonly twoWeeks: number
  /** Quantiles .05 .25 .5 .75 .95 of an account's share of active days. */
  readonly activeShare: readonly number[]
  /** Active days of a week: mean, deviation between accounts, within them, correlation of one week with the next. */
  readonly weekly: { readonly mean: number; readonly between: number; readonly within: number; readonly lag: number }
  /** Deviation of the logarithm of seconds on an active day. */
  readonly secondsLogSd: number
  /** The curves behind them, for distances: gaps cut at 20, active shares, days of each week, log seconds. */
  readonly curves: Readonly<Record<'gaps' | 'activeShare' | 'weekly' | 'logSeconds', readonly number[]>>
}

/** Lives a world in memory and measures it; futures are lived at its last day. */
export function measure(options: Rehearsal): Measures {
  const { parameters = defaultParameters } = options
  const billing = new BillingTally()
  const watched = new Map<number, Map<number, number>>()
  let contacted = 0
  let contactable = 0
  const contacts: ContactLog = {
    contact: (_, __, { arm }) => {
      if (arm !== 'control') contacted += 1
    },
    reaction: () => undefined,
  }
  const firstDay = parameters.burnInDays
  billing.from = firstDay * DAY
  const { accounts, conditions, calendar } = rehearse(options, {
    billing,
    contacts,
    viewing: (messages) => {
      const first = messages[0]
      if (first === undefined) return
      const { number } = first.account.traits
      const days = watched.get(number) ?? new Map<number, number>()
      watched.set(number, days)
      const seconds = messages.reduce((sum, message) => sum + message.watched, 0)
      const day = Math.floor(first.at / DAY)
      days.set(day, (days.get(day) ?? 0) + seconds)
    },
    dayEnd: (all, day) => {
      if (day < firstDay) return
      for (const { state } of all) if (state === 'covered') contactable += 1
    },
  })
  const day = calendar.days - 1
  const truths = accountTruths(accounts, day, conditions, parameters, new Random(options.seed))
  return {
    ...billing.plans(accounts),
    cancelRows: billing.cancelRows(),
    ...churn(truths, accounts, billing, parameters.truth.futures, day),
    viewing: viewingMeasures(accounts, watched),
    contactedPerMonth: (30 * contacted) / contactable,
    groups: groupTruths(truths, parameters.truth.futures),
  }
}

interface Paid {
  byHand: number
  automatically: number
  planDays: number
  latestByHand: boolean
}

/** Counts payments as they are logged. */
class BillingTally implements BillingLog {
  readonly paid = new Map<Account, Paid>()
  /** Moment from which cancellations and payments are counted. */
  from = 0
  private cancellations = 0
  private payments = 0

  payment(account: Account, at: number, succeeded: boolean): void {
    if (!succeeded) return
    const paid = this.paid.get(account) ?? { byHand: 0, automatically: 0, planDays: 0, latestByHand: false }
    this.paid.set(account, paid)
    if (account.manual) paid.byHand += 1
    else paid.automatically += 1
    paid.latestByHand = account.manual
    if (at >= this.from) this.payments += 1
  }

  entitlement(account: Account, { phase, plan }: Grant): void {
    const paid = this.paid.get(account)
    if (paid !== undefined && phase === 'paid') paid.planDays = plan.days
  }

  /** Of trials there is no transaction. */
  cancellation({ phase }: Account, at: number): void {
    if (at >= this.from && phase === 'paid') this.cancellations += 1
  }

  readonly revocation = (): void => undefined
  readonly replacement = (): void => undefined
  readonly autoRenew = (): void => undefined
  readonly access = (): void => undefined

  cancelRows(): number {
    return this.cancellations / (this.cancellations + this.payments)
  }

  plans(accounts: readonly Account[]): Pick<Measures, 'planDays' | 'autoRenew' | 'autoRenewMonthly'> {
    const latest = accounts
      .filter(({ state }) => state === 'covered')
      .flatMap((account) => this.paid.get(account) ?? [])
    const bought = latest.filter(({ planDays }) => planDays > 0)
    const monthly = bought.filter(({ planDays }) => planDays === 30)
    const planDays: Record<number, number> = {}
    for (const { planDays: days } of bought) planDays[days] = (planDays[days] ?? 0) + 1 / bought.length
    const automatic = (among: readonly Paid[]): number =>
      among.filter(({ latestByHand }) => !latestByHand).length / among.length
    return { planDays, autoRenew: automatic(bought), autoRenewMonthly: automatic(monthly) }
  }
}

function churn(
  truths: readonly AccountTruth[],
  accounts: readonly Account[],
  billing: BillingTally,
  futures: number,
  day: number,
): Pick<Measures, 'churnByHabit' | 'habitShares' | 'churnByTenure'> {
  const due = truths
    .filter(({ standing }) => standing.segment === 'paid' && standing.due)
    .map(({ number, counts }) => {
      const account = accounts[number] as Account
      const { byHand, automatically } = billing.paid.get(account) ?? { byHand: 0, automatically: 0 }
      const habit: Habit = byHand === 0 ? 'always_auto' : automatically === 0 ? 'by_hand' : 'mixed'
      const days = day - account.traits.registeredDay
      const tenure: Tenure = days < 90 ? 'under_90_days' : days < 1461 ? 'to_4_years' : 'beyond'
      return { habit, tenure, p: (counts[0] + counts[1]) / futures }
    })
  const mean = (among: readonly { readonly p: number }[]): number => average(among.map(({ p }) => p))
  const having = (habit: Habit): typeof due => due.filter((each) => each.habit === habit)
  const since = (tenure: Tenure): number => mean(due.filter((each) => each.tenure === tenure))
  return {
    churnByHabit: {
      always_auto: mean(having('always_auto')),
      mixed: mean(having('mixed')),
      by_hand: mean(having('by_hand')),
      all: mean(due),
    },
    habitShares: {
      always_auto: having('always_auto').length / due.length,
      mixed: having('mixed').length / due.length,
      by_hand: having('by_hand').length / due.length,
    },
    churnByTenure: {
      under_90_days: since('under_90_days'),
      to_4_years: since('to_4_years'),
      beyond: since('beyond'),
    },
  }
}

function viewingMeasures(
  accounts: readonly Account[],
  watched: ReadonlyMap<number, ReadonlyMap<number, number>>,
): ViewingMeasures {
  const gaps: number[] = []
  const shares: number[] = []
  const weeks: number[] = []
  const logSeconds: number[] = []
  const means: number[] = []
  const deviations: number[] = []
  const [now, next]: [number[], number[]] = [[], []]
  for (const account of accounts) {
    const days = watched.get(account.traits.number)
    if (days === undefined || days.size < 2) continue
    const active = [...days.keys()].sort((a, b) => a - b)
    const [first, last] = [active[0] as number, active[active.length - 1] as number]
    shares.push(active.length / (last - first + 1))
    for (let i = 1; i < active.length; i += 1)
      gaps.push(Math.min(20, (active[i] as number) - (active[i - 1] as number)))
    for (const seconds of days.values()) logSeconds.push(Math.log(seconds))
    const full = Math.floor((last - first + 1) / 7)
    if (full < 8) continue
    const counts = Array.from({ length: full }, () => 0)
    for (const day of active) {
      const week = Math.floor((day - first) / 7)
      if (week < full) counts[week] = (counts[week] as number) + 1
    }
    const mean = average(counts)
    weeks.push(...counts)
    means.push(mean)
    const around = counts.map((count) => count - mean)
    deviations.push(...around)
    now.push(...around.slice(0, -1))
    next.push(...around.slice(1))
  }
  shares.sort((a, b) => a - b)
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
  return {
    nextDay: gaps.filter((gap) => gap === 1).length / gaps.length,
    twoWeeks: gaps.filter((gap) => gap >= 14).length / gaps.length,
    activeShare: [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => shares[Math.floor(q * (shares.length - 1))] as number),
    weekly: {
      mean: average(means),
      between: deviation(means),
      within: Math.sqrt(average(deviations.map((x) => x * x))),
      lag: product(now, next) / Math.sqrt(product(now, now) * product(next, next)),
    },
    secondsLogSd: deviation(logSeconds),
    curves: { gaps, activeShare: shares, weekly: weeks, logSeconds },
  }
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: readonly number[]): number {
  const mean = average(values)
  return Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
}

/** Largest distance between two empirical distribution functions. */
export function kolmogorovDistance(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  let [i, j, largest] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i] as number, y[j] as number)
    while (i < x.length && (x[i] as number) <= at) i += 1
    while (j < y.length && (y[j] as number) <= at) j += 1
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length))
  }
  return largest
}
