import { type Channel, type ContactState, channels } from './candidate.ts'
import type { Offers } from './offers.ts'

/** Why no channel is open. */
export type Unreachable = 'no_consent' | 'contact_frequency'

/** Channels by which an account may be contacted today; where there is none, why. */
export interface Reach {
  readonly channels: readonly Channel[]
  readonly suppressed: Unreachable | null
}

/** Channels with consent, a verified address (push needs none), not unsubscribed, and within every limit of frequency. */
export function reachOf(contact: ContactState, offers: Pick<Offers, 'channels' | 'frequency'>): Reach {
  const allowed = channels.filter(
    (channel) =>
      contact.consents.includes(channel) &&
      (channel === 'push' || contact.verified.includes(channel)) &&
      !contact.unsubscribed.includes(channel),
  )
  if (allowed.length === 0) return { channels: [], suppressed: 'no_consent' }
  const { frequency } = offers
  const tired = contact.contacts7d >= frequency.contacts_7d || contact.contacts30d >= frequency.contacts_30d
  const open = tired ? [] : allowed.filter((channel) => isOpen(channel, contact, offers))
  return { channels: open, suppressed: open.length === 0 ? 'contact_frequency' : null }
}

function isOpen(channel: Channel, contact: ContactState, offers: Pick<Offers, 'channels'>): boolean {
  const { weekly_cap, quiet_days } = offers.channels[channel]
  const rested = contact.daysSinceContact === null || contact.daysSinceContact >= quiet_days
  return rested && (contact.contacts7dByChannel[channel] ?? 0) < weekly_cap
}
