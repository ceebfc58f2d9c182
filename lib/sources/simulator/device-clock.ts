/** Clocks of devices: most are right, some are minutes off, few hours or days. */
import { DAY } from './calendar.ts'
import type { Parameters } from './parameters.ts'
import { type Random, STREAM } from './random.ts'

const HOUR = 3600

/**
 * Whole seconds by which a device's clock is ahead; the same on every day. `device`: its position among the account's
 * devices of all kinds. `random` is left anywhere in the device's own sequence.
 */
export function clockError(account: number, device: number, parameters: Parameters, random: Random): number {
  const { daysOff, hoursOff, minutesOff } = parameters.dirt.clocks
  random.at(STREAM.clock, account, device)
  const luck = random.uniform()
  if (luck >= daysOff + hoursOff + minutesOff) return 0
  if (luck >= daysOff + hoursOff) return Math.round(180 * random.normal())
  const sign = random.chance(0.5) ? 1 : -1
  return luck < daysOff ? sign * (1 + random.integer(30)) * DAY : sign * (1 + random.integer(12)) * HOUR
}
