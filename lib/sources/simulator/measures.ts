/** The shapes of a simulated world, measured on its accounts as they live. */
import type { Account } from './account.ts'
import { createBillingArchive } from './billing-archive.ts'
import type { BillingLog, Grant } from './billing-log.ts'
import { DAY, type WorldCalendar } from './calendar.ts'
import type { ContactLog } from './contact-log.ts'
import { DirtLedger } from './dirt-ledger.ts'
import { defaultParameters } from './parameters.ts'
import { Random } from './random.ts'
import { type Rehearsal, rehearse } from './rehearsal.ts'
import { type AccountTruth, accountTruths, type CutoffTruth, groupTruths } from './truth.ts'
import { average, type ViewingCurves, viewingCurves, type Weekly, weeklyMoments } from './viewing-measures.ts'

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
  /** Shares of the contactable base contacted in 30 days, hold-out apart. */
  readonly contactedPerMonth: number
  /** Of the periods that billing sends: share that first ends before it starts, and share without the plan's length. */
  readonly endBeforeStart: number
  readonly noPlanDays: number
  readonly groups: CutoffTruth['groups']
}

export type Habit = 'always_auto' | 'mixed' | 'by_hand'
export type Tenure = 'under_90_days' | 'to_4_years' | 'beyond'

export interface ViewingMeasures {
  readonly curves: ViewingCurves
  readonly weekly: Weekly
  /** Logarithm of the seconds watched on an active day. */
  readonly logSeconds: readonly number[]
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
  const sent = { periods: 0, endBeforeStart: 0, noPlanDays: 0 }
  const archive = (calendar: WorldCalendar): BillingLog =>
    createBillingArchive({
      writer: {
        add: (_, row) => {
          if (row.kind !== 'entitlement' || row.phase !== 'paid' || row.product !== 'base') return
          if ((row.end_promised ?? 0) < (row.start ?? 0)) sent.endBeforeStart += 1
          else sent.periods += 1
          if (row.plan_days === 0) sent.noPlanDays += 1
        },
      },
      calendar,
      parameters,
      seed: options.seed,
      dirt: new DirtLedger(),
    })
  const firstDay = parameters.burnInDays
  billing.from = firstDay * DAY
  const { accounts, conditions, calendar } = rehearse(options, {
    billing: (known) => both(billing, archive(known)),
    contacts,
    viewing: (messages) => {
      const first = messages[0]
      if (first === undefined) return
      const { number } = first.account.traits
      const days = watched.get(number) ?? new Map<number, number>()
      watched.set(number, days)
      const seconds = messages.reduce((sum, message) => sum + message.watched, 0)
      // A session belongs to the day on which it began; its first message may come after midnight.
      const day = Math.floor((first.at - first.watched) / DAY)
      days.set(day, (days.get(day) ?? 0) + seconds)
    },
    dayEnd: (all, day) => {
      if (day < firstDay) return
      for (const { state } of all) if (state === 'covered') contactable += 1
    },
  })
  const day = calendar.days - 1
  const curves = viewingCurves([...watched.values()].map((days) => [...days.keys()]))
  const truths = accountTruths(accounts, day, conditions, parameters, new Random(options.seed))
  return {
    ...billing.plans(accounts),
    cancelRows: billing.cancelRows(),
    ...churn(truths, accounts, billing, parameters.truth.futures, day),
    viewing: {
      curves,
      weekly: weeklyMoments(curves),
      logSeconds: [...watched.values()].flatMap((days) => [...days.values()]).map(Math.log),
    },
    contactedPerMonth: (30 * contacted) / contactable,
    endBeforeStart: sent.endBeforeStart / sent.periods,
    noPlanDays: sent.noPlanDays / sent.periods,
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
class BillingTally implements Pick<BillingLog, 'entitlement' | 'cancellation' | 'payment'> {
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

/** Tells two logs the same. */
function both(a: Pick<BillingLog, 'entitlement' | 'cancellation' | 'payment'>, b: BillingLog): BillingLog {
  return {
    entitlement: (...said) => {
      a.entitlement(...said)
      b.entitlement(...said)
    },
    revocation: (...said) => b.revocation(...said),
    replacement: (...said) => b.replacement(...said),
    autoRenew: (...said) => b.autoRenew(...said),
    cancellation: (...said) => {
      a.cancellation(...said)
      b.cancellation(...said)
    },
    payment: (...said) => {
      a.payment(...said)
      b.payment(...said)
    },
    access: (...said) => b.access(...said),
  }
}
