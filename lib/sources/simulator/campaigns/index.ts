/** One day of the marketing system and one account. Never lived in futures: they are those of an account left alone. */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import type { ContactChannel, ContactLog } from '../contact-log.ts'
import type { Parameters } from '../parameters.ts'
import { type Random, STREAM } from '../random.ts'
import type { Conditions } from '../season.ts'
import { chooseContact, isContactable } from './choice.ts'
import { respond } from './response.ts'

export interface Marketing {
  readonly log: ContactLog
  /** Has the account consented to be contacted this way? */
  readonly allows: (account: Account, channel: ContactChannel) => boolean
}

/**
 * Call after `liveDay` and before the day is watched: the system decides in the morning, by what it knew the night before.
 * `random`: is set to the account's own sequence of the day.
 */
export function liveCampaignDay(
  account: Account,
  conditions: Conditions,
  parameters: Parameters,
  random: Random,
  { log, allows }: Marketing,
): void {
  const { campaigns } = parameters
  const { day } = conditions
  random.at(STREAM.campaign, account.traits.number, day)
  const luck = random.uniform()
  // Nearly every day ends here.
  if (luck >= campaigns.looks * conditions.pressure) return
  if (!isContactable(account, day, campaigns)) return
  const contact = chooseContact(account, conditions, campaigns, random)
  if (contact === null || !allows(account, contact.channel)) return
  const at = day * DAY + 10 * 3600 + random.integer(10 * 3600)
  log.contact(account, at, contact)
  account.fatigue *= 2 ** (-Math.min(3650, day - account.contactedOn) / campaigns.fatigueHalfLifeDays)
  account.contactedOn = day
  if (contact.arm === 'control') return
  account.fatigue += 1
  respond(account, at, (day + 1) * DAY, contact, parameters, random, log)
}
