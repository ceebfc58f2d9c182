/** What an account makes of a message. What it does to its subscription follows tomorrow, as its own decision. */
import type { Account } from '../account.ts'
import type { Contact, ContactLog } from '../contact-log.ts'
import { engagement } from '../latent.ts'
import type { Parameters } from '../parameters.ts'
import type { Random } from '../random.ts'
import { quietDays } from './crude-score.ts'

/** `at`: when the message was sent; `until`: the end of the day, before which all reactions come. */
export function respond(
  account: Account,
  at: number,
  until: number,
  contact: Contact,
  parameters: Parameters,
  random: Random,
  log: ContactLog,
): void {
  const { campaigns } = parameters
  const { channel } = contact
  if (!account.traits.reachable[channel] || !random.chance(0.97)) return
  const later = (from: number, share: number): number =>
    from + 1 + Math.floor(share * random.uniform() * (until - from - 2))
  const delivered = later(at, 0.02)
  log.reaction(account, delivered, 'deliv')
  const tired = Math.exp(-campaigns.fatigue * account.fatigue)
  if (!random.chance(campaigns.opened[channel] * tired)) return
  const opened = later(delivered, 0.7)
  log.reaction(account, opened, 'open')
  const day = Math.floor(at / 86_400)
  if (account.autoRenew && quietDays(account, day) >= campaigns.sleepingDays && random.chance(campaigns.woken)) {
    account.answer = 'cancel'
    return
  }
  account.satisfaction += campaigns.lift * account.traits.persuadable * tired
  if (!random.chance(campaigns.clicked)) {
    if (random.chance(campaigns.unsubscribed)) log.reaction(account, later(opened, 0.5), 'unsub')
    return
  }
  const clicked = later(opened, 0.4)
  log.reaction(account, clicked, 'click')
  if (contact.offer === '' || account.phase !== 'paid') return
  const leaving = !account.autoRenew
  const wants = leaving || engagement(account, parameters) < 0
  if (!random.chance(wants ? campaigns.redeemedLeaving : campaigns.redeemedStaying)) return
  log.reaction(account, later(clicked, 0.4), 'redeem')
  account.answer = 'redeem'
}
