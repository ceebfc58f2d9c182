import type { Candidate, Channel, ScoredAccount } from './candidate.ts'
import type { Offer, Offers } from './offers.ts'
import type { Reach, Unreachable } from './reach.ts'

/** One thing that could be done: an offer by a channel, with what it is expected to bring and to cost. */
export interface Option {
  readonly offer: Offer
  readonly channel: Channel
  /** Assumed share saved x probability of leaving x value of 90 days, kopecks; not learned. */
  readonly gainKopecks: number
  /** The contact, and what redeeming costs x assumed share of redeemers, kopecks rounded up. */
  readonly costKopecks: number
}

/** What could be done with an account; without any option, why. */
export interface Options {
  readonly options: readonly Option[]
  readonly suppressed: Unreachable | 'sleeping_dog_risk' | 'low_risk' | 'no_fitting_offer' | null
}

/** Every offer by every channel that an account may get today, in the order of the document: what chance chooses from. */
export function optionsOf(candidate: Candidate, scored: ScoredAccount, reach: Reach, offers: Offers): Options {
  if (reach.suppressed !== null) return { options: [], suppressed: reach.suppressed }
  if (isSleepingDog(scored, offers)) return { options: [], suppressed: 'sleeping_dog_risk' }
  const fitting = offers.offers.filter((offer) => fits(offer, scored) && mayRepeat(offer, candidate))
  const options = fitting.flatMap((offer) =>
    offer.channels
      .filter((channel) => reach.channels.includes(channel))
      .map((channel) => ({
        offer,
        channel,
        gainKopecks: gainOf(offer, scored),
        costKopecks: costOf(offer, channel, scored, offers),
      })),
  )
  return { options, suppressed: options.length > 0 ? null : unfit(scored) }
}

/** Why nothing fits: who is not about to leave needs no offer. */
export function unfit({ riskBand }: ScoredAccount): 'low_risk' | 'no_fitting_offer' {
  return riskBand === 'low' ? 'low_risk' : 'no_fitting_offer'
}

/** Renews by itself, does not watch, and is in a band in which such accounts are left alone. */
function isSleepingDog(scored: ScoredAccount, { sleeping_dogs }: Offers): boolean {
  const inactive = scored.daysSinceView === null || scored.daysSinceView >= sleeping_dogs.inactive_days
  return scored.autoRenew && inactive && sleeping_dogs.risk_bands.includes(scored.riskBand)
}

function fits(offer: Offer, scored: ScoredAccount): boolean {
  return (
    offer.segments.includes(scored.segment) &&
    offer.lifecycles.includes(scored.lifecycle) &&
    offer.risk_bands.includes(scored.riskBand) &&
    (offer.auto_renew === undefined || offer.auto_renew === scored.autoRenew) &&
    (offer.families.length === 0 || offer.families.some((family) => scored.families.includes(family)))
  )
}

function mayRepeat(offer: Offer, { contact }: Candidate): boolean {
  return !contact.offersSent.some(({ code, daysAgo }) => code === offer.code && daysAgo < offer.repeat_after_days)
}

function gainOf(offer: Offer, scored: ScoredAccount): number {
  return Math.round(offer.assumed_saved_share * scored.churnProbability * scored.value90dKopecks)
}

function costOf(offer: Offer, channel: Channel, scored: ScoredAccount, offers: Offers): number {
  const { percent, days } = offer.discount ?? { percent: 0, days: 0 }
  const given = (scored.value90dKopecks * percent * days) / (100 * 90)
  const redeeming = Math.ceil(offer.assumed_redeem_share * (offer.redeem_cost_kopecks + given))
  return offers.channels[channel].contact_cost_kopecks + redeeming
}
