/** One part of a world's accounts, lived day by day. */
import { type Account, hasAccess } from '../account.ts'
import { behaveDay } from '../behaviour/behave-day.ts'
import { DAY } from '../calendar.ts'
import { liveCampaignDay } from '../campaigns/index.ts'
import { liveDay } from '../life.ts'
import { establishedAccount, joiningAccount, joiningToday } from '../population.ts'
import { Random, STREAM } from '../random.ts'
import { createShelf } from '../titles.ts'
import { accountTruths } from '../truth.ts'
import { viewDay } from '../viewing.ts'
import { type ShardDay, shardOf } from './protocol.ts'
import type { Stage } from './stage.ts'
import { openStreams } from './streams.ts'

export interface Shard {
  /** Lives the next day, from 0 on, for every account of the shard. */
  live(day: number): ShardDay
}

/** `index`: 0 .. SHARDS - 1. The shard begins with its share of the initial base. */
export function createShard(stage: Stage, index: number): Shard {
  const { scene, calendar, conditions, popular } = stage
  const { users, seed, parameters } = scene
  const random = new Random(seed)
  const tastes = new Random(seed)
  const streams = openStreams(stage)
  const accounts: Account[] = []
  for (let number = 0; number < users; number += 1) {
    if (shardOf(number) !== index) continue
    const account = establishedAccount(number, conditions(0), parameters, random, streams.billing)
    streams.passMedia.join(account, null)
    accounts.push(account)
  }
  /** Accounts of the whole world: every shard counts all newcomers and takes its own. */
  let population = users

  const join = (day: number): void => {
    const first = population
    population += joiningToday(users, conditions(day), parameters, random)
    for (let number = first; number < population; number += 1) {
      if (shardOf(number) !== index) continue
      const account = joiningAccount(number, conditions(day), parameters, random, streams.billing)
      streams.passMedia.join(account, day)
      accounts.push(account)
    }
  }
  return {
    live(day) {
      const before = population
      join(day)
      const shelf = createShelf(popular, day)
      const today = {
        day,
        weekday: calendar.weekday(day),
        month: calendar.month(day),
        shelf,
        conditions: conditions(day),
      }
      const viewing = { ...today, tastes }
      const behaviour = { ...today, cancellations: streams.cancellations }
      const withEvents = day >= calendar.firstDay
      for (const account of accounts) {
        const { number } = account.traits
        random.at(STREAM.life, number, day)
        // A newcomer's first day of moods and billing is the next one; it may watch at once.
        if (number < before) {
          liveDay(account, today.conditions, parameters, random, streams.billing)
          streams.passMedia.liveDay(account, day)
        }
        if (!withEvents) continue
        liveCampaignDay(account, today.conditions, parameters, random, streams.marketing)
        if (hasAccess(account, day * DAY + DAY / 2)) {
          viewDay(account, viewing, parameters, random.at(STREAM.viewing, number, day), streams.player)
        }
        behaveDay(account, behaviour, parameters, random, streams.behaviour)
      }
      const frozen = parameters.truth.cutoffsBeforeEnd.includes(calendar.days - 1 - day)
      return {
        closed: streams.closeAfter(day),
        truth: frozen ? accountTruths(accounts, day, conditions, parameters, random) : null,
        dirt: day === calendar.days - 1 ? streams.dirt.entries() : null,
      }
    },
  }
}
