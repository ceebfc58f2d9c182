/** The day that accounts behave in, and choices that all devices share. */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import type { Parameters } from '../parameters.ts'
import type { Random } from '../random.ts'
import type { Title } from '../titles.ts'
import type { ViewingDay } from '../viewing.ts'
import type { CancelWatch } from './cancel-watch.ts'
import type { Habits } from './habits.ts'
import type { BehaviourSink } from './messages.ts'

export interface BehaviourDay extends Omit<ViewingDay, 'tastes'> {
  readonly cancellations: Pick<CancelWatch, 'latest'>
}

/** One account on one day, with what it needs to act; the counts number its visits and sessions of the day. */
export interface Actor {
  readonly account: Account
  readonly habits: Habits
  readonly today: BehaviourDay
  /** May it watch? */
  readonly access: boolean
  readonly parameters: Parameters
  readonly random: Random
  readonly sink: BehaviourSink
  visits: number
  sessions: number
}

/** Looking around by hour of the day; offices and evenings lead. */
const HOURS = [2, 1, 0.5, 0.3, 0.3, 0.5, 1, 2, 4, 5, 5, 5, 6, 6, 5, 5, 5, 6, 7, 8, 9, 9, 7, 4]

export function someMoment({ today: { day }, random }: Actor): number {
  return day * DAY + random.weighted(HOURS) * 3600 + random.integer(3600)
}

/** A moment before something of this day: at its first midnight at the earliest, since days before it are over. */
export function sameDay({ today: { day } }: Actor, moment: number): number {
  return Math.max(day * DAY, moment)
}

/** A title to the account's taste; the most watched lead. */
export function someTitle({ account, today: { shelf }, random }: Actor): Title {
  const titles = shelf.of(random.weighted(account.traits.taste))
  return titles[Math.floor(titles.length * random.uniform() ** 2.2)] as Title
}

/** 0, 1, 2 ... with the given mean and a geometric tail. */
export function someMore(mean: number, random: Random): number {
  return Math.floor(Math.log(1 - random.uniform()) / Math.log(mean / (1 + mean)))
}
