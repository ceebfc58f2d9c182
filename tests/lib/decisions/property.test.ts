import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, channels, lifecycles, riskBands } from '../../../lib/decisions/candidate.ts'
import { type Decision, decide } from '../../../lib/decisions/decide.ts'
import type { Offers } from '../../../lib/decisions/offers.ts'
import { offer, offers } from './builders.ts'

const families = ['price', 'viewing_trend', 'payment', 'device']
const someChannels = fc.oneof(fc.constant([...channels]), fc.subarray([...channels]))
/** Mostly what hinders nothing. */
const seldom = (most: number) => fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.integer({ min: 0, max: most }))
/** Evenly spread, which doubles of fast-check are not. */
const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000)
const days = share.map((part) => part * 40)

const scored = fc.record({
  segment: fc.constantFrom('trial' as const, 'paid' as const),
  lifecycle: fc.constantFrom(...lifecycles),
  riskBand: fc.constantFrom(...riskBands),
  churnProbability: share,
  value90dKopecks: fc.integer({ min: 0, max: 300_000 }),
  families: fc.subarray(families),
  autoRenew: fc.boolean(),
  daysSinceView: fc.option(fc.integer({ min: 0, max: 89 })),
})
const contact = fc.record({
  consents: someChannels,
  verified: someChannels,
  unsubscribed: fc.subarray([...channels], { maxLength: 1 }),
  contacts7d: seldom(3),
  contacts30d: seldom(8),
  contacts7dByChannel: fc.record({ email: seldom(2) }),
  daysSinceContact: fc.option(days),
  offersSent: fc.array(fc.record({ code: fc.constantFrom('discount', 'digest', 'card'), daysAgo: days }), {
    maxLength: 2,
  }),
})
const candidates: fc.Arbitrary<Candidate[]> = fc
  .array(
    fc.record({
      arm: fc.constantFrom('control' as const, 'exploration' as const, 'policy' as const),
      scored: fc.option(scored, { freq: 8 }),
      contact,
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((list) => list.map((one, i) => ({ ...one, userId: `u${i}`, day: '2026-09-01' })))

const budget = fc.record({
  kopecks_per_day: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.constant(10_000_000)),
  contacts_per_day: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(1000)),
  exploration_share: share,
})
const documents: fc.Arbitrary<Offers> = fc
  .record({ budget, sleepy: fc.boolean(), low: fc.boolean() })
  .map(({ budget, sleepy, low }) =>
    offers({
      budget,
      sleeping_dogs: { inactive_days: 21, risk_bands: sleepy ? ['low', 'medium'] : ['low'] },
      offers: [...offers().offers, offer({ code: 'card', families: ['payment'], redeem_cost_kopecks: 900 })],
      rules: [
        { name: 'pay', when: { families: ['payment'] }, offer: 'card', channels: ['sms', 'push'] },
        ...offers().rules,
        ...(low ? [{ name: 'all', when: {}, offer: 'digest', channels: ['email' as const] }] : []),
      ],
    }),
  )

function check(property: (people: Candidate[], document: Offers) => void, runs = 150): void {
  fc.assert(fc.property(candidates, documents, property), { numRuns: runs, seed: 4 })
}

const acted = (decisions: readonly Decision[]): Decision[] => decisions.filter(({ action }) => action !== 'none')
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

describe('decisions about any accounts under any budget', () => {
  it('cost no more than the budget, in money and in contacts, and say what they cost', () => {
    let spending = 0
    check((people, document) => {
      const { decisions, spent } = decide(people, document)
      const costs = acted(decisions).map(({ costKopecks }) => costKopecks!)
      expect(spent).toEqual({ kopecks: sum(costs), contacts: costs.length })
      expect(spent.kopecks).toBeLessThanOrEqual(document.budget.kopecks_per_day)
      expect(spent.contacts).toBeLessThanOrEqual(document.budget.contacts_per_day)
      const chance = acted(decisions).filter(({ basis }) => basis === 'exploration')
      expect(sum(chance.map(({ costKopecks }) => costKopecks!))).toBeLessThanOrEqual(
        document.budget.kopecks_per_day * document.budget.exploration_share,
      )
      spending += costs.length
    })
    expect(spending).toBeGreaterThan(200)
  })

  it('reach nobody without consent, a verified address, or after unsubscribing; nor control, nor who has no score', () => {
    check((people, document) => {
      const byUser = new Map(people.map((one) => [one.userId, one]))
      const wrong = decide(people, document).decisions.filter(({ userId, channel, eligibleChannels }) => {
        const { arm, scored, contact } = byUser.get(userId)!
        const closed = eligibleChannels.some(
          (open) =>
            !contact.consents.includes(open) ||
            contact.unsubscribed.includes(open) ||
            (open !== 'push' && !contact.verified.includes(open)),
        )
        return closed || (channel !== null && (!eligibleChannels.includes(channel) || arm === 'control' || !scored))
      })
      expect(wrong).toEqual([])
    })
  })

  it('never remind an inactive auto-renewer at low risk', () => {
    check((people, document) => {
      const byUser = new Map(people.map((one) => [one.userId, one]))
      for (const { userId } of acted(decide(people, document).decisions)) {
        const { autoRenew, riskBand, daysSinceView } = byUser.get(userId)!.scored!
        expect(autoRenew && riskBand === 'low' && (daysSinceView ?? 99) >= 21).toBe(false)
      }
    })
  })

  it('are one for each account, and every none says why, but for a draw', () => {
    check((people, document) => {
      const { decisions } = decide(people, document)
      expect(decisions.map(({ userId }) => userId)).toEqual(people.map(({ userId }) => userId).sort())
      for (const { action, suppressed, basis, propensity } of decisions) {
        if (action !== 'none') expect(suppressed).toBeNull()
        else if (suppressed === null) expect([basis, propensity < 1]).toEqual(['exploration', true])
      }
    })
  })

  it('are the same in any order', () => {
    fc.assert(
      fc.property(
        candidates.chain((people) =>
          fc.tuple(fc.constant(people), fc.shuffledSubarray(people, { minLength: people.length })),
        ),
        documents,
        ([people, shuffled], document) => {
          expect(decide(shuffled, document)).toEqual(decide(people, document))
        },
      ),
      { numRuns: 200, seed: 4 },
    )
  })

  it('of the rules do not hang on what chance draws', () => {
    // Another name of an explorer is another draw, and another turn; with room for all of them, turns decide nothing.
    check((people, document) => {
      const roomy = { ...document, budget: { kopecks_per_day: 100_000, contacts_per_day: 200, exploration_share: 0.9 } }
      const ruled = (list: readonly Candidate[]) =>
        decide(list, roomy).decisions.filter(({ basis }) => basis === 'rules_not_learned')
      const renamed = people.map((one) => (one.arm === 'exploration' ? { ...one, userId: `x${one.userId}` } : one))
      const names = new Set(people.filter(({ arm }) => arm !== 'exploration').map(({ userId }) => userId))
      const kept = (list: readonly Decision[]) => list.filter(({ userId }) => names.has(userId))
      expect(kept(ruled(renamed))).toEqual(kept(ruled(people)))
    }, 100)
  })
})

describe('propensities of an explored account', () => {
  it('sum to 1 over what it could have got, each option drawn by some account that is alike', () => {
    const roomy = offers({ budget: { kopecks_per_day: 1e9, contacts_per_day: 1e6, exploration_share: 1 } })
    fc.assert(
      fc.property(scored, contact, (account, state) => {
        const twins = Array.from({ length: 300 }, (_, i) => ({
          userId: `t${i}`,
          day: '2026-09-01',
          arm: 'exploration' as const,
          scored: account,
          contact: state,
        }))
        const ways = new Map(
          decide(twins, roomy).decisions.map(({ offer, channel, propensity }) => [`${offer} ${channel}`, propensity]),
        )
        expect(sum([...ways.values()])).toBeCloseTo(1, 12)
      }),
      { numRuns: 60, seed: 4 },
    )
  })
})
