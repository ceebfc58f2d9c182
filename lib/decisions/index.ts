export {
  type Arm,
  type Candidate,
  type Channel,
  type ContactState,
  channels,
  type Lifecycle,
  lifecycles,
  type RiskBand,
  riskBands,
  type ScoredAccount,
} from './candidate.ts'
export { type ContactStateRequest, contactStateSql } from './contact-state-sql.ts'
export { type Decided, type Decision, decide, type Suppressed } from './decide.ts'
export { type OfferEntry, offerDictionary } from './offer-dictionary.ts'
export type { Offer, Offers, Rule } from './offers.ts'
export { type OffersOrigin, parseOffers } from './parse-offers.ts'
