/** Things that go wrong on a device. */
import type { Account } from '../account.ts'
import type { Parameters } from '../parameters.ts'

/** Who is less satisfied than usual has seen more errors: a factor, 1 at the account's own level. */
export function errorFactor(account: Account, { behaviour }: Parameters): number {
  const below = account.traits.satisfaction - account.satisfaction
  return Math.exp(behaviour.errorsOfDissatisfaction * Math.max(-2, Math.min(2, below)))
}
