import type { Candidate, ContactState, ScoredAccount } from '../../../lib/decisions/candidate.ts'
import type { Offer, Offers } from '../../../lib/decisions/offers.ts'

/** A paying account at high risk who looks at prices and may be reached by e-mail and push. */
export const scored = (more: Partial<ScoredAccount> = {}): ScoredAccount => ({
  segment: 'paid',
  lifecycle: 'regular',
  riskBand: 'high',
  churnProbability: 0.5,
  value90dKopecks: 90_000,
  families: ['price'],
  autoRenew: true,
  daysSinceView: 1,
  ...more,
})

export const contact = (more: Partial<ContactState> = {}): ContactState => ({
  consents: ['email', 'push'],
  verified: ['email'],
  unsubscribed: [],
  contacts7d: 0,
  contacts30d: 0,
  contacts7dByChannel: {},
  daysSinceContact: null,
  offersSent: [],
  ...more,
})

export interface CandidateParts extends Partial<Omit<Candidate, 'scored' | 'contact'>> {
  readonly scored?: Partial<ScoredAccount> | null
  readonly contact?: Partial<ContactState>
}

export const candidate = ({ scored: score = {}, contact: state, ...more }: CandidateParts = {}): Candidate => ({
  userId: 'u1',
  day: '2026-09-01',
  arm: 'policy',
  scored: score === null ? null : scored(score),
  contact: contact(state),
  ...more,
})

export const offer = (more: Partial<Offer> & { readonly code: string }): Offer => ({
  action_code: more.code,
  title: { ru: 'что-то', en: 'something' },
  segments: ['trial', 'paid'],
  lifecycles: ['new', 'regular', 'reactivated'],
  risk_bands: ['medium', 'high'],
  families: [],
  channels: ['email', 'push', 'sms'],
  redeem_cost_kopecks: 0,
  assumed_redeem_share: 0.1,
  assumed_saved_share: 0.1,
  repeat_after_days: 10,
  validity_days: 7,
  ...more,
})

/** A small document: a discount for prices, a digest for the rest. */
export const offers = (more: Partial<Offers> = {}): Offers => ({
  budget: { kopecks_per_day: 1_000_000, contacts_per_day: 1000, exploration_share: 0.5 },
  frequency: { contacts_7d: 3, contacts_30d: 6 },
  channels: {
    email: { contact_cost_kopecks: 10, weekly_cap: 2, quiet_days: 2 },
    push: { contact_cost_kopecks: 1, weekly_cap: 2, quiet_days: 1 },
    sms: { contact_cost_kopecks: 400, weekly_cap: 1, quiet_days: 5 },
  },
  sleeping_dogs: { inactive_days: 21, risk_bands: ['low'] },
  offers: [
    offer({
      code: 'discount',
      segments: ['paid'],
      risk_bands: ['high'],
      families: ['price'],
      discount: { percent: 20, days: 30 },
    }),
    offer({ code: 'digest', risk_bands: ['low', 'medium', 'high'], families: ['viewing_trend', 'price'] }),
  ],
  rules: [
    {
      name: 'price',
      when: { families: ['price'], risk_bands: ['high'] },
      offer: 'discount',
      channels: ['email', 'sms'],
    },
    {
      name: 'watching_less',
      when: { families: ['viewing_trend'], risk_bands: ['medium', 'high'] },
      offer: 'digest',
      channels: ['push', 'email'],
    },
  ],
  ...more,
})
