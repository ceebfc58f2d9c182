/** A day of viewing: whether, how long, on what, and what the players send about it. */
import type { Account } from './account.ts'
import { DAY } from './calendar.ts'
import { engagement } from './latent.ts'
import type { Parameters } from './parameters.ts'
import { logistic, type Random, STREAM } from './random.ts'
import { type Conditions, SPORT } from './season.ts'
import type { Shelf, Title } from './titles.ts'

export const platforms = [
  { name: 'tv', share: 0.46 },
  { name: 'android', share: 0.24 },
  { name: 'ios', share: 0.14 },
  { name: 'web', share: 0.16 },
] as const
export type Platform = (typeof platforms)[number]['name']

/** A message of a player; `at` is a local moment. */
export interface PlayerMessage {
  readonly account: Account
  readonly session: string
  readonly sequence: number
  readonly device: number
  readonly platform: Platform
  readonly title: Title
  readonly event: 'heartbeat' | 'stop'
  readonly position: number
  readonly watched: number
  readonly stallMs: number
  readonly at: number
}

/** Takes the messages of one session together: they often arrive together. */
export type SessionSink = (messages: readonly PlayerMessage[]) => void

export interface ViewingDay {
  readonly day: number
  readonly weekday: number
  readonly month: number
  readonly shelf: Shelf
  readonly conditions: Conditions
  /** Draws titles: apart from the day's own numbers, since a title holds an account for days. */
  readonly tastes: Random
}

/** Days for which an account keeps to the same few titles. */
const ATTENTION = 6
/** Start of viewing by hour of the day; evenings lead. */
const HOURS = [3, 1, 1, 0.5, 0.5, 1, 2, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 8, 11, 14, 16, 15, 11, 6]

export function viewDay(
  account: Account,
  today: ViewingDay,
  parameters: Parameters,
  random: Random,
  sink: SessionSink,
): void {
  if (account.spree === 'away') return
  const { viewing } = parameters
  // Habit carries yesterday's engagement on: viewing fades in the weeks before it stops.
  const mood = 0.6 * engagement(account, parameters) + 0.4 * account.habit
  const { traits, spree } = account
  const season = today.conditions.viewing + (traits.favourite === SPORT ? today.conditions.sport : 0)
  const binge = spree === 'binge' ? viewing.binge : 0
  if (!random.chance(logistic(traits.activity + viewing.engagement * mood + season + binge))) return
  account.viewedOn = today.day
  const sessions = random.chance(viewing.secondSession) ? 2 : 1
  for (let nth = 0; nth < sessions; nth += 1) {
    const seconds = Math.exp(
      viewing.secondsLogMean +
        viewing.secondsEngagement * mood +
        viewing.secondsLogSd * random.normal() -
        (random.chance(viewing.lookIns) ? viewing.lookInShorter : 0),
    )
    const at = today.day * DAY + random.weighted(HOURS) * 3600 + random.integer(3600)
    sink(session(account, today, nth, at, Math.max(20, Math.min(8 * 3600, Math.round(seconds))), parameters, random))
  }
}

function session(
  account: Account,
  today: ViewingDay,
  nth: number,
  at: number,
  seconds: number,
  parameters: Parameters,
  random: Random,
): PlayerMessage[] {
  const { traits } = account
  const device = traits.devices.length > 1 && random.chance(0.3) ? 1 + random.integer(traits.devices.length - 1) : 0
  const platform = (platforms[(traits.platform + device) % platforms.length] as (typeof platforms)[number]).name
  const name = `${traits.userId.slice(1)}${today.day.toString(36).padStart(2, '0')}${nth}`
  const midway = seconds > 2 * 3600 ? Math.floor(seconds / 2) : 0
  const title = pickTitle(account, today, random)
  const from = random.chance(0.5) ? 0 : random.integer(Math.max(1, title.durationSeconds - 60))
  const message = (
    event: PlayerMessage['event'],
    sequence: number,
    elapsed: number,
    watched: number,
  ): PlayerMessage => ({
    account,
    session: name,
    sequence,
    device,
    platform,
    title,
    event,
    position: (from + elapsed) % Math.max(1, title.durationSeconds),
    watched,
    stallMs: random.chance(parameters.viewing.stallChance) ? Math.round(random.exponential(4000)) : 0,
    at: at + elapsed,
  })
  if (midway === 0) return [message('stop', 0, seconds, seconds)]
  return [message('heartbeat', 0, midway, midway), message('stop', 1, seconds, seconds - midway)]
}

/** One of the titles that hold the account these days, more with more profiles: a kind by taste, a title by popularity. */
function pickTitle(account: Account, today: ViewingDay, random: Random): Title {
  const { number, taste, profiles } = account.traits
  const slot = random.integer(2 + profiles)
  const period = Math.floor((today.day + (number % ATTENTION)) / ATTENTION)
  const choice = today.tastes.at(STREAM.taste, number * 8 + slot, period)
  const titles = today.shelf.of(choice.weighted(taste))
  return titles[Math.floor(titles.length * choice.uniform() ** 2.2)] as Title
}
