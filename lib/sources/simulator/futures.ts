/** Many futures of one account from a frozen state: the probability that a perfect observer would give. */
import { type Account, coveringPhase } from './account.ts'
import { DAY } from './calendar.ts'
import { RETURN } from './entitlement.ts'
import { revocationRisk } from './incidents.ts'
import { liveDay } from './life.ts'
import type { Parameters } from './parameters.ts'
import { type Random, STREAM } from './random.ts'
import type { Conditions } from './season.ts'

const HORIZON_DAYS = 30
const RETURN_DAYS = RETURN / DAY

/** What LABELS.md says of an account at t = the end of `day`; null where it is not eligible. */
export interface Standing {
  readonly segment: 'trial' | 'paid'
  readonly due: boolean
  readonly undecided: boolean
}

/** Standing by what took place up to t. Facts still on their way to the log by c(D) are counted too. */
export function standingOf(account: Account, day: number): Standing | null {
  const t = (day + 1) * DAY
  if (account.state !== 'covered' || account.endAt <= t) return null
  const phase = coveringPhase(account, t)
  if (phase === 'pause' || phase === 'gift' || phase === 'partner') return null
  const trial = (phase === 'trial' || phase === 'intro') && !account.fullPricePaid
  return {
    segment: trial ? 'trial' : 'paid',
    due: account.endAt < t + HORIZON_DAYS * DAY,
    undecided: account.autoRenew,
  }
}

/**
 * Churns among `futures` futures with fresh randomness, in two halves: y = 1 iff the spell that covers t ends in
 * [t, t + 30 d) with no return before two days are over.
 */
export function churnedFutures(
  account: Account,
  day: number,
  conditions: (day: number) => Conditions,
  parameters: Parameters,
  random: Random,
): readonly [firstHalf: number, secondHalf: number] {
  const half = parameters.truth.futures / 2
  const churned: [number, number] = [0, 0]
  for (let future = 0; future < parameters.truth.futures; future += 1) {
    random.at(STREAM.future, account.traits.number, day * 4096 + future)
    if (churns({ ...account }, day, conditions, parameters, random)) churned[future < half ? 0 : 1] += 1
  }
  return churned
}

function churns(
  account: Account,
  day: number,
  conditions: (day: number) => Conditions,
  parameters: Parameters,
  random: Random,
): boolean {
  const horizon = (day + 1 + HORIZON_DAYS) * DAY
  const { spells } = account
  for (let ahead = 1; ahead <= HORIZON_DAYS + RETURN_DAYS; ahead += 1) {
    liveDay(account, conditions(day + ahead), parameters, random, null)
    if (account.spells !== spells) return account.brokenAt < horizon
    if (account.state === 'covered') {
      if (ahead >= HORIZON_DAYS) return false
      // Paid past the horizon: only a revocation could still end it. Living those days for that would double the cost.
      if (account.endAt >= horizon && account.startAt <= (day + ahead + 1) * DAY) {
        return random.chance(revocationRisk(account, HORIZON_DAYS - ahead, parameters))
      }
    } else {
      if (account.endAt >= horizon) return false
      if (account.endAt + RETURN <= (day + ahead + 1) * DAY) return true
    }
  }
  return account.state !== 'covered'
}
