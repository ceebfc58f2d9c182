import { describe, expect, it } from 'vitest'
import type { ScoredAccount } from '../../../lib/decisions/candidate.ts'
import { decide } from '../../../lib/decisions/decide.ts'
import type { Offers } from '../../../lib/decisions/offers.ts'
import { type CandidateParts, candidate, offer, offers } from './builders.ts'

const one = (parts: CandidateParts, document: Offers = offers()) => decide([candidate(parts)], document).decisions[0]!

describe('what the rules decide', () => {
  /** Whom; what comes of it: rule, offer and channel, or the reason for nothing. */
  it.each<[string, CandidateParts, string]>([
    ['a price is the reason', {}, 'price: discount by email'],
    ['the first rule that fits wins', { scored: { families: ['viewing_trend', 'price'] } }, 'price: discount by email'],
    [
      'the band is too low for the first rule',
      { scored: { riskBand: 'medium', families: ['price', 'viewing_trend'] } },
      'watching_less: digest by push',
    ],
    ['the segment has no such offer', { scored: { segment: 'trial' } }, 'no_fitting_offer'],
    ['no rule answers the reason', { scored: { families: ['device'] } }, 'no_fitting_offer'],
    ['the risk is low', { scored: { riskBand: 'low', families: ['device'] } }, 'low_risk'],
    ['an offer fits, but no rule is for low risk', { scored: { riskBand: 'low' } }, 'low_risk'],
    ['there is no score', { scored: null }, 'not_scored'],
    [
      'the discount was sent lately',
      { contact: { offersSent: [{ code: 'discount', daysAgo: 9.9 }], daysSinceContact: 9.9 } },
      'no_fitting_offer',
    ],
    [
      'it was sent long ago',
      { contact: { offersSent: [{ code: 'discount', daysAgo: 10 }], daysSinceContact: 10 } },
      'price: discount by email',
    ],
    ['the account is worth nothing', { scored: { value90dKopecks: 0 } }, 'no_gain'],
    ['no consent', { contact: { consents: [] } }, 'no_consent'],
    ['an address that is not verified', { contact: { consents: ['email', 'sms'], verified: [] } }, 'no_consent'],
    ['unsubscribed everywhere', { contact: { unsubscribed: ['email', 'push'] } }, 'no_consent'],
    ['only a channel that the rule does not use', { contact: { consents: ['push'] } }, 'no_fitting_offer'],
    ['the second channel of the rule', { contact: { consents: ['sms'], verified: ['sms'] } }, 'price: discount by sms'],
    ['too many contacts in a week', { contact: { contacts7d: 3 } }, 'contact_frequency'],
    ['too many contacts in a month', { contact: { contacts30d: 6 } }, 'contact_frequency'],
    ['a contact today', { contact: { daysSinceContact: 0.5 } }, 'contact_frequency'],
    [
      'e-mail is at its cap',
      { contact: { consents: ['email'], contacts7dByChannel: { email: 2 } } },
      'contact_frequency',
    ],
  ])('%s', (_, parts, expected) => {
    const { rule, offer, channel, suppressed } = one(parts)
    expect(suppressed ?? `${rule}: ${offer} by ${channel}`).toBe(expected)
  })

  it('writes the gain and the cost of the assumptions', () => {
    // 0.1 saved x 0.5 x 900 roubles; an e-mail, and a tenth of the accounts redeem 20% of 300 roubles.
    expect(one({})).toEqual({
      userId: 'u1',
      action: 'discount',
      offer: 'discount',
      channel: 'email',
      gainKopecks: 4500,
      costKopecks: 10 + 600,
      basis: 'rules_not_learned',
      propensity: 1,
      eligibleChannels: ['email', 'push'],
      suppressed: null,
      rule: 'price',
    })
  })

  it('asks whether renewal is on, for the rule and for the offer', () => {
    const rules: Offers['rules'] = [{ name: 'off', when: { auto_renew: false }, offer: 'digest', channels: ['email'] }]
    expect(one({ scored: { autoRenew: false } }, offers({ rules })).rule).toBe('off')
    expect(one({ scored: { autoRenew: true } }, offers({ rules })).suppressed).toBe('no_fitting_offer')
    const reminder = offers({
      offers: [offer({ code: 'remind', auto_renew: false })],
      rules: [{ name: 'all', when: {}, offer: 'remind', channels: ['email'] }],
    })
    expect(one({ scored: { autoRenew: false } }, reminder).rule).toBe('all')
    expect(one({ scored: { autoRenew: true } }, reminder).suppressed).toBe('no_fitting_offer')
  })
})

describe('sleeping dogs', () => {
  const rules: Offers['rules'] = [{ name: 'all', when: {}, offer: 'digest', channels: ['email'] }]
  const asleep = { riskBand: 'low', autoRenew: true, daysSinceView: 21 } as const

  it.each<[string, Partial<ScoredAccount>, string | null]>([
    ['renew by themselves and do not watch', asleep, 'sleeping_dog_risk'],
    ['were never seen', { ...asleep, daysSinceView: null }, 'sleeping_dog_risk'],
    ['watch', { ...asleep, daysSinceView: 20 }, null],
    ['have to renew by hand', { ...asleep, autoRenew: false }, null],
    ['are about to leave', { ...asleep, riskBand: 'medium' }, null],
  ])('accounts that %s', (_, parts, expected) => {
    expect(one({ scored: parts }, offers({ rules })).suppressed).toBe(expected)
  })

  it('are left alone by chance too', () => {
    const decisions = Array.from({ length: 50 }, (_, i) =>
      one({ userId: `u${i}`, arm: 'exploration', scored: asleep }, offers({ rules })),
    )
    expect(new Set(decisions.map(({ action, suppressed }) => `${action} ${suppressed}`))).toEqual(
      new Set(['none sleeping_dog_risk']),
    )
  })
})

describe('the budget', () => {
  const rich = (budget: Partial<Offers['budget']>) => offers({ budget: { ...offers().budget, ...budget } })
  const who = (parts: readonly CandidateParts[], document: Offers) =>
    decide(
      parts.map((part, i) => candidate({ userId: `u${i}`, ...part })),
      document,
    ).decisions.map(({ offer, suppressed }) => offer ?? suppressed)

  it('goes where a kopeck brings most', () => {
    // Gains are 4500 and 9000 for the same cost of 610.
    const parts = [{}, { scored: { churnProbability: 1 } }]
    expect(who(parts, rich({ kopecks_per_day: 610 }))).toEqual(['budget', 'discount'])
    expect(who(parts, rich({ contacts_per_day: 1 }))).toEqual(['budget', 'discount'])
    expect(who(parts, rich({ kopecks_per_day: 1220 }))).toEqual(['discount', 'discount'])
  })

  it('passes over what cannot be paid and pays what can', () => {
    const cheap = { scored: { families: ['viewing_trend'], churnProbability: 0.01, value90dKopecks: 2_000 } }
    expect(who([{}, cheap], rich({ kopecks_per_day: 100 }))).toEqual(['budget', 'digest'])
  })

  it('is 0: nobody gets anything', () => {
    expect(who([{}, { arm: 'exploration' }], rich({ kopecks_per_day: 0 }))).toEqual(['budget', 'budget'])
  })

  it('keeps a share for chance, which never takes more', () => {
    const explorers = Array.from({ length: 40 }, () => ({ arm: 'exploration' as const }))
    const found = decide(
      explorers.map((part, i) => candidate({ userId: `u${i}`, ...part })),
      rich({ contacts_per_day: 20, exploration_share: 0.5 }),
    ).decisions
    expect(found.filter(({ suppressed }) => suppressed === 'budget')).toHaveLength(30)
    expect(found.filter(({ propensity }) => propensity < 1)).toHaveLength(10)
  })
})

describe('chance', () => {
  /** Two offers by two channels each, and none. */
  const drawn = Array.from({ length: 2000 }, (_, i) => one({ userId: `u${i}`, arm: 'exploration' }))

  it('draws every option and none alike, with the propensity that it writes', () => {
    const counts = new Map<string, number>()
    for (const { offer, channel } of drawn)
      counts.set(`${offer} ${channel}`, (counts.get(`${offer} ${channel}`) ?? 0) + 1)
    expect([...counts.keys()].sort()).toEqual([
      'digest email',
      'digest push',
      'discount email',
      'discount push',
      'null null',
    ])
    // Binomial with p = 1/5: 400 +- 4 standard deviations of 17.9.
    for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(72)
    expect(new Set(drawn.map(({ propensity }) => propensity))).toEqual(new Set([0.2]))
    expect(new Set(drawn.map(({ basis, suppressed }) => `${basis} ${suppressed}`))).toEqual(
      new Set(['exploration null']),
    )
  })

  it('draws anew on another day', () => {
    const later = Array.from({ length: 200 }, (_, i) => one({ userId: `u${i}`, arm: 'exploration', day: '2026-09-02' }))
    const same = later.filter(
      ({ offer, channel }, i) => offer === drawn[i]!.offer && channel === drawn[i]!.channel,
    ).length
    // 1 in 5 by chance: 40 +- 4 standard deviations of 5.7.
    expect(Math.abs(same - 40)).toBeLessThan(23)
  })

  it('has one thing only to choose where nothing is open', () => {
    expect(one({ arm: 'exploration', contact: { consents: [] } })).toMatchObject({
      action: 'none',
      basis: 'exploration',
      propensity: 1,
      suppressed: 'no_consent',
    })
  })
})

it('never acts on control, and says what would have been open', () => {
  expect(one({ arm: 'control' })).toMatchObject({
    action: 'none',
    basis: 'control',
    propensity: 1,
    suppressed: 'control',
    eligibleChannels: ['email', 'push'],
  })
})

it('names the action apart from the offer', () => {
  const document = offers({
    offers: [offer({ code: 'ten_off', action_code: 'discount' })],
    rules: [{ name: 'all', when: {}, offer: 'ten_off', channels: ['push'] }],
  })
  expect(one({}, document)).toMatchObject({ action: 'discount', offer: 'ten_off', channel: 'push' })
})
