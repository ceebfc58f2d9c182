import { beforeAll, describe, expect, it } from 'vitest'
import type { Account } from '../../../lib/sources/simulator/account.ts'
import type { BillingLog } from '../../../lib/sources/simulator/billing-log.ts'
import { DAY } from '../../../lib/sources/simulator/calendar.ts'
import type { Contact, ContactReaction } from '../../../lib/sources/simulator/contact-log.ts'
import { defaultParameters } from '../../../lib/sources/simulator/parameters.ts'
import { type Rehearsed, rehearse } from '../../../lib/sources/simulator/rehearsal.ts'

interface Sent extends Contact {
  readonly account: Account
  readonly at: number
  readonly quiet: number
  readonly stress: number
  readonly autoRenew: boolean
  readonly reactions: { readonly at: number; readonly action: ContactReaction }[]
}

const sent: Sent[] = []
const cancelled = new Map<Account, number[]>()
const promised: { account: Account; activatedAt: number }[] = []
let world: Rehearsed

const parameters = { ...defaultParameters, burnInDays: 30 }
const nothing = (): void => undefined
const billing: BillingLog = {
  entitlement: (account, { phase, start, end, activatedAt }) => {
    if (phase === 'promo' && end - start === parameters.campaigns.offerDays * DAY)
      promised.push({ account, activatedAt })
  },
  cancellation: (account, at) => void cancelled.set(account, [...(cancelled.get(account) ?? []), at]),
  revocation: nothing,
  replacement: nothing,
  autoRenew: nothing,
  payment: nothing,
  access: nothing,
}

beforeAll(() => {
  world = rehearse(
    { users: 4000, days: 120, seed: 23, start: '2026-02-01', timezone: 'Europe/Moscow', parameters },
    {
      billing: () => billing,
      contacts: {
        contact: (account, at, contact) => {
          const quiet = Math.floor(at / DAY) - 1 - account.viewedOn
          const { stress, autoRenew } = account
          sent.push({ ...contact, account, at, quiet, stress, autoRenew, reactions: [] })
        },
        reaction: (account, at, action) => {
          const latest = sent[sent.length - 1] as Sent
          expect(latest.account).toBe(account)
          latest.reactions.push({ at, action })
        },
      },
      viewing: nothing,
      dayEnd: nothing,
    },
  )
})

const of = (arm: Contact['arm']): Sent[] => sent.filter((each) => each.arm === arm)
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('who is contacted', () => {
  it('is chosen by score, by rule, by a cause that is not logged, and by lot', () => {
    for (const arm of ['policy', 'rule', 'manual', 'randomised', 'control'] as const) {
      expect(of(arm).length, arm).toBeGreaterThan(30)
    }
    expect(of('policy').every(({ score }) => score >= parameters.campaigns.scoreFrom)).toBe(true)
    expect(of('rule').every(({ quiet }) => quiet >= 7 && quiet <= 30)).toBe(true)
    expect(of('manual').every(({ stress }) => stress >= parameters.campaigns.stressFrom)).toBe(true)
  })

  it('is confounded: the contacted are at greater risk than those drawn by lot', () => {
    expect(mean(of('policy').map(({ score }) => score))).toBeGreaterThan(
      1.5 * mean(of('randomised').map(({ score }) => score)),
    )
    expect(mean(of('manual').map(({ stress }) => stress))).toBeGreaterThan(
      mean(of('randomised').map(({ stress }) => stress)) + 0.8,
    )
  })

  it('by lot is by lot: treated and held out are alike, and the propensity is the share', () => {
    const treated = of('randomised')
    const untreated = of('control').filter(({ account }) => account.traits.cohort === 'randomised')
    const share = treated.length / (treated.length + untreated.length)
    expect(Math.abs(share - parameters.campaigns.propensity)).toBeLessThan(
      4 * Math.sqrt(0.25 / (treated.length + untreated.length)),
    )
    expect(treated.every(({ propensity }) => propensity === parameters.campaigns.propensity)).toBe(true)
    expect(Math.abs(mean(treated.map(({ score }) => score)) - mean(untreated.map(({ score }) => score)))).toBeLessThan(
      0.05,
    )
    const lots = world.accounts.map(({ traits }) => traits.cohort)
    for (const [lot, share] of [
      ['randomised', parameters.campaigns.randomised],
      ['held_out', parameters.campaigns.heldOut],
    ] as const) {
      expect(Math.abs(lots.filter((each) => each === lot).length / lots.length - share)).toBeLessThan(0.02)
    }
  })

  it('the hold-out is never written to, and nobody twice in two weeks', () => {
    expect(sent.filter(({ account, arm }) => account.traits.cohort === 'held_out' && arm !== 'control')).toEqual([])
    expect(of('control').flatMap(({ reactions }) => reactions)).toEqual([])
    const latest = new Map<Account, number>()
    for (const { account, at } of sent) {
      const day = Math.floor(at / DAY)
      expect(day - (latest.get(account) ?? -100)).toBeGreaterThanOrEqual(parameters.campaigns.peaceDays)
      latest.set(account, day)
    }
  })
})

describe('what comes of it', () => {
  it('follows in order and on the same day', () => {
    const order = ['deliv', 'open', 'click', 'redeem']
    for (const { at, reactions } of sent) {
      let before = at
      for (const reaction of reactions) {
        expect(reaction.at).toBeGreaterThan(before)
        expect(reaction.at).toBeLessThan((Math.floor(at / DAY) + 1) * DAY)
        before = reaction.at
      }
      const actions = reactions.map(({ action }) => action).filter((action) => action !== 'unsub')
      expect(actions).toEqual(order.slice(0, actions.length))
    }
    const undelivered = sent.filter(({ arm, reactions }) => arm !== 'control' && reactions.length === 0)
    expect(undelivered.length / sent.length).toBeGreaterThan(0.1)
  })

  it('wakes sleeping dogs: quiet automatic payers cancel the day after they open a reminder', () => {
    const asleep = sent.filter(
      ({ arm, autoRenew, quiet }) => arm !== 'control' && autoRenew && quiet >= parameters.campaigns.sleepingDays,
    )
    const cancelsNext = (among: readonly Sent[]): number =>
      mean(
        among.map(({ account, at }) => {
          const next = (Math.floor(at / DAY) + 1) * DAY
          return Number((cancelled.get(account) ?? []).some((moment) => moment >= next && moment < next + DAY))
        }),
      )
    const opened = asleep.filter(({ reactions }) => reactions.some(({ action }) => action === 'open'))
    const unopened = asleep.filter(({ reactions }) => reactions.every(({ action }) => action !== 'open'))
    expect(opened.length).toBeGreaterThan(20)
    expect(cancelsNext(opened)).toBeGreaterThan(0.03)
    expect(cancelsNext(opened)).toBeGreaterThan(2 * cancelsNext(unopened))
  })

  it('gives redeemers free days past a label’s horizon, those who would have stayed among them', () => {
    const redeemed = sent.filter(({ reactions }) => reactions.some(({ action }) => action === 'redeem'))
    expect(parameters.campaigns.offerDays).toBeGreaterThan(32)
    expect(redeemed.length).toBeGreaterThan(10)
    expect(redeemed.every(({ offer }) => offer !== '')).toBe(true)
    expect(promised.length).toBeGreaterThan(0.5 * redeemed.length)
    expect(redeemed.some(({ autoRenew }) => autoRenew)).toBe(true)
  })
})
