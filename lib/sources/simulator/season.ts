/** What a day is like for everyone: season, holidays, premieres, and the turns that the world takes. */
import { DAY, type WorldCalendar } from './calendar.ts'
import type { Parameters, Plan } from './parameters.ts'
import { Random, STREAM } from './random.ts'
import { kinds } from './titles.ts'
import type { Turn } from './turns.ts'

export interface Conditions {
  readonly day: number
  readonly dayOfMonth: number
  /** The plans at today's prices. */
  readonly plans: readonly Plan[]
  readonly trialDays: number
  /** Added to the logit of an active day: of everyone, and of those who favour sport. */
  readonly viewing: number
  readonly sport: number
  /** Added to the log of every will to leave. */
  readonly leaving: number
  /** Probability that the payment provider answers no charge. */
  readonly outage: number
  /** What today adds to the catalogue fit of those who favour a kind of title. */
  readonly fit: readonly { readonly kind: number; readonly by: number }[]
  /** Newcomers, as a factor of an ordinary day's; farmed trials for each of them. */
  readonly joining: number
  readonly farmed: number
  /** Factor of the contacts that follow a score. */
  readonly pressure: number
}

export const SERIES = kinds.findIndex(({ name }) => name === 'series')
export const SPORT = kinds.findIndex(({ name }) => name === 'sport')

/** Conditions of any day of the calendar, those beyond the world's end included: futures live there. */
export function createConditions(
  calendar: WorldCalendar,
  parameters: Parameters,
  seed: number,
): (day: number) => Conditions {
  const random = new Random(seed)
  const made = new Map<number, Conditions>()
  return (day) => {
    let conditions = made.get(day)
    if (conditions === undefined) {
      conditions = conditionsOf(day, calendar, parameters, random.at(STREAM.season, day + DAY, 0))
      made.set(day, conditions)
    }
    return conditions
  }
}

function conditionsOf(day: number, calendar: WorldCalendar, parameters: Parameters, random: Random): Conditions {
  const { seasons } = parameters
  const [month, dayOfMonth] = [calendar.month(day), calendar.dayOfMonth(day)]
  const weekend = calendar.weekday(day) >= 6
  const holidays = month === 1 && dayOfMonth <= 8
  const matches = month <= 5 || month >= 8
  const fit: { kind: number; by: number }[] = []
  if (random.chance(seasons.premiereChance))
    fit.push({ kind: random.weighted(kinds.map(({ share }) => share)), by: seasons.premiereFit })
  if (dayOfMonth === 1 && month === 6) fit.push({ kind: SPORT, by: -seasons.sportFit })
  if (dayOfMonth === 1 && month === 8) fit.push({ kind: SPORT, by: seasons.sportFit })
  const outage = random.chance(seasons.outageChance) ? seasons.outageShare : 0
  const usual: Conditions = {
    day,
    dayOfMonth,
    plans: parameters.plans,
    trialDays: parameters.trialDays,
    viewing:
      (weekend ? seasons.weekend : 0) +
      (month === 7 || month === 8 ? seasons.summer : 0) +
      (holidays ? seasons.newYear : 0),
    sport: weekend && matches ? seasons.match : 0,
    leaving: holidays ? seasons.newYearLeaving : 0,
    outage,
    fit,
    joining: month === 12 || holidays ? seasons.winterJoining : 1,
    farmed: parameters.farmedPerJoining,
    pressure: 1,
  }
  return parameters.turns.reduce(
    (conditions, turn) => turned(conditions, turn, day - (calendar.days - turn.lastDays)),
    usual,
  )
}

/** `since`: days since the turn; negative before it. */
function turned(conditions: Conditions, turn: Turn, since: number): Conditions {
  if (since < 0) return conditions
  switch (turn.kind) {
    case 'price_rise':
      return {
        ...conditions,
        plans: conditions.plans.map((plan) => ({ ...plan, listKopecks: Math.round(plan.listKopecks * turn.factor) })),
        leaving: conditions.leaving + turn.leaving,
      }
    case 'payment_outage':
      return since < turn.days ? { ...conditions, outage: 1 } : conditions
    case 'trial_length':
      return { ...conditions, trialDays: turn.trialDays }
    case 'competitor':
      return { ...conditions, leaving: conditions.leaving + turn.leaving }
    case 'series_end':
      return since === 0 ? { ...conditions, fit: [...conditions.fit, { kind: SERIES, by: turn.fit }] } : conditions
    case 'summer_like':
      return { ...conditions, viewing: conditions.viewing + turn.viewing }
    case 'biased_campaign':
      return { ...conditions, pressure: turn.factor }
    case 'trial_farm':
      return { ...conditions, farmed: turn.perJoining }
  }
}
