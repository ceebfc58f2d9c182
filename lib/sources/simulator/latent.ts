/** The hidden moods: mean-reverting noise with shocks. Nothing here is ever written to the archive. */
import type { Account } from './account.ts'
import type { Parameters } from './parameters.ts'
import type { Random } from './random.ts'

/** What drives both viewing and leaving, in units of about one standard deviation. */
export function engagement(account: Account, { latent }: Parameters): number {
  return latent.satisfactionWeight * account.satisfaction + latent.fitWeight * account.fit
}

/**
 * One day of satisfaction, catalogue fit and budget stress: x' = x + k (level - x) + w z, so that the deviation
 * around the level settles near w / sqrt(2k). Habit follows engagement slowly and without noise.
 */
export function liveLatentDay(account: Account, parameters: Parameters, random: Random): void {
  const { latent } = parameters
  account.satisfaction +=
    latent.satisfactionReturn * (account.traits.satisfaction - account.satisfaction) +
    latent.satisfactionDaily * random.normal()
  account.fit += -latent.fitReturn * account.fit + latent.fitDaily * random.normal()
  account.stress +=
    latent.stressReturn * (account.traits.stress - account.stress) + latent.stressDaily * random.normal()
  const luck = random.uniform()
  if (luck < latent.shockChance) account.satisfaction -= latent.shockSize
  else if (luck < latent.shockChance + latent.exhaustionChance) account.fit -= latent.exhaustionSize
  account.habit += latent.habitRate * (engagement(account, parameters) - account.habit)
}
