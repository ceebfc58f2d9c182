/** The hidden moods: mean-reverting noise with shocks. Nothing here is ever written to the archive. */
import type { Account } from './account.ts'
import type { Parameters } from './parameters.ts'
import type { Random } from './random.ts'
import type { Conditions } from './season.ts'

/** What drives both viewing and leaving, in units of about one standard deviation. */
export function engagement(account: Account, { latent }: Parameters): number {
  return latent.satisfactionWeight * account.satisfaction + latent.fitWeight * account.fit
}

/**
 * One day of satisfaction, catalogue fit and budget stress: x' = x + k (level - x) + w z, so that the deviation
 * around the level settles near w / sqrt(2k). Habit follows engagement slowly and without noise.
 */
export function liveLatentDay(account: Account, today: Conditions, parameters: Parameters, random: Random): void {
  const { latent } = parameters
  account.satisfaction +=
    latent.satisfactionReturn * (account.traits.satisfaction + account.household - account.satisfaction) +
    latent.satisfactionDaily * random.normal()
  account.fit += -latent.fitReturn * account.fit + latent.fitDaily * random.normal()
  account.stress +=
    latent.stressReturn * (account.traits.stress - account.stress) + latent.stressDaily * random.normal()
  for (const { kind, by } of today.fit) if (kind === account.traits.favourite) account.fit += by
  const luck = random.uniform()
  if (account.spree !== 'none') endSpree(account, luck, parameters)
  else if (luck < RARE) strike(account, luck, parameters, random)
  account.habit += latent.habitRate * (engagement(account, parameters) - account.habit)
}

/** The chances of all that `strike` may bring stay below this. */
const RARE = 0.1

/** What seldom happens: a disappointment, a broken budget, a change in the household, days away, a series that holds. */
function strike(account: Account, luck: number, { latent }: Parameters, random: Random): void {
  let rest = luck
  const falls = (chance: number): boolean => {
    rest -= chance
    return rest < 0
  }
  if (falls(latent.shockChance)) account.satisfaction -= latent.shockSize
  else if (falls(latent.budgetChance)) account.stress += latent.budgetSize
  else if (falls(latent.householdChance)) account.household = latent.householdSize * random.normal()
  else if (falls(latent.awayChance)) account.spree = 'away'
  else if (falls(latent.bingeChance)) account.spree = 'binge'
}

/** Binges and days away end by chance; after a binge there may be nothing left to watch. */
function endSpree(account: Account, luck: number, { latent }: Parameters): void {
  const ends = 1 / (account.spree === 'binge' ? latent.bingeDays : latent.awayDays)
  if (luck >= ends) return
  if (account.spree === 'binge' && luck < ends * latent.exhaustionShare) account.fit -= latent.exhaustionSize
  account.spree = 'none'
}
