import type { Candidate, Channel, ScoredAccount } from './candidate.ts'
import type { Offers } from './offers.ts'
import { type Option, type Options, optionsOf } from './options.ts'
import { type Purse, purseOf } from './purse.ts'
import { type Reach, reachOf } from './reach.ts'
import { chooseByRules } from './rules.ts'
import { stableUnit } from './stable-unit.ts'

/** Why an account gets no action. */
export type Suppressed = 'not_scored' | 'control' | NonNullable<Options['suppressed']> | 'no_gain' | 'budget'

/** What is done about one account on a day. */
export interface Decision {
  readonly userId: string
  /** `none` is an action. */
  readonly action: string
  readonly offer: string | null
  readonly channel: Channel | null
  /** Of the chosen action, kopecks; null for `none`. */
  readonly gainKopecks: number | null
  readonly costKopecks: number | null
  readonly basis: 'rules_not_learned' | 'exploration' | 'control'
  /**
   * Probability with which this very action, offer and channel was chosen, given the account's arm and what it was
   * eligible for: 1 for control and for rules, 1 / n where chance chose among n options, `none` included.
   */
  readonly propensity: number
  readonly eligibleChannels: readonly Channel[]
  /** Null when there is an action, and when chance drew `none`. */
  readonly suppressed: Suppressed | null
  /** Rule that chose; null otherwise. */
  readonly rule: string | null
}

/** Decisions of a day and what they are expected to cost. */
export interface Decided {
  /** One for each candidate, by user id. */
  readonly decisions: readonly Decision[]
  readonly spent: { readonly kopecks: number; readonly contacts: number }
}

/**
 * Decides about all accounts of a day; the same candidates give the same decisions in any order.
 *
 * Control is never acted on. Chance decides for the arm of exploration: each option of an account, `none` included, is as
 * likely as any other. So that the draw of one account never moves the probabilities of another, an account is only drawn
 * for when the dearest of its options can be paid, and that sum is set aside whatever is drawn. What remains is given by
 * the rules to the accounts with the greatest expected gain by cost (ties: by a stable hash) until it is spent.
 *
 * @param candidates at most one for each account, all of one day
 */
export function decide(
  candidates: readonly Candidate[],
  offers: Offers,
  budget: Offers['budget'] = offers.budget,
): Decided {
  const cases = candidates.map((candidate) => caseOf(candidate, offers))
  const aside = purseOf(
    Math.floor(budget.kopecks_per_day * budget.exploration_share),
    Math.floor(budget.contacts_per_day * budget.exploration_share),
  )
  const explored = explore(cases.filter(isExplored), aside)
  const rest = purseOf(budget.kopecks_per_day - aside.spent.kopecks, budget.contacts_per_day - aside.spent.contacts)
  const ruled = followRules(cases.filter(isRuled), offers, rest)
  const others = cases.filter((one) => !isExplored(one) && !isRuled(one)).map((one) => none(one, one.suppressed))
  const decisions = [...explored, ...ruled, ...others].sort((a, b) => compare(a.userId, b.userId))
  const acted = decisions.filter(({ action }) => action !== 'none')
  const kopecks = acted.reduce((sum, { costKopecks }) => sum + (costKopecks ?? 0), 0)
  return { decisions, spent: { kopecks, contacts: acted.length } }
}

/** A candidate with what could be done about it. */
interface Case {
  readonly candidate: Candidate
  readonly reach: Reach
  readonly options: readonly Option[]
  readonly suppressed: Suppressed | null
}

function caseOf(candidate: Candidate, offers: Offers): Case {
  const reach = reachOf(candidate.contact, offers)
  const nothing = (suppressed: Suppressed): Case => ({ candidate, reach, options: [], suppressed })
  if (candidate.scored === null) return nothing('not_scored')
  if (candidate.arm === 'control') return nothing('control')
  return { candidate, reach, ...optionsOf(candidate, candidate.scored, reach, offers) }
}

function isExplored({ candidate, options }: Case): boolean {
  return candidate.arm === 'exploration' && options.length > 0
}

function isRuled({ candidate, options }: Case): boolean {
  return candidate.arm === 'policy' && options.length > 0
}

function explore(cases: readonly Case[], purse: Purse): Decision[] {
  return byHash(cases, 'turn').map((one) => {
    const { userId, day } = one.candidate
    const dearest = Math.max(...one.options.map(({ costKopecks }) => costKopecks))
    if (!purse.take(dearest)) return none(one, 'budget')
    const ways = one.options.length + 1
    const drawn = one.options[Math.floor(stableUnit('action', userId, day) * ways) - 1]
    const propensity = 1 / ways
    return drawn === undefined ? { ...none(one, null), propensity } : { ...acted(one, drawn), propensity }
  })
}

function followRules(cases: readonly Case[], offers: Offers, purse: Purse): Decision[] {
  const decisions: Decision[] = []
  const wanted: { readonly one: Case; readonly option: Option; readonly rule: string }[] = []
  for (const one of byHash(cases, 'budget')) {
    // Only scored accounts have options.
    const choice = chooseByRules(one.candidate.scored as ScoredAccount, one.options, offers)
    if (choice.option === null) decisions.push(none(one, choice.suppressed))
    else wanted.push({ one, ...choice })
  }
  // The sort is stable: ties keep the order of the hash. Without division, a cost of 0 is the best there is.
  wanted.sort((a, b) => b.option.gainKopecks * a.option.costKopecks - a.option.gainKopecks * b.option.costKopecks)
  for (const { one, option, rule } of wanted) {
    decisions.push(purse.take(option.costKopecks) ? { ...acted(one, option), rule } : none(one, 'budget'))
  }
  return decisions
}

/** Cases in an order that depends on account and day alone. */
function byHash(cases: readonly Case[], purpose: string): Case[] {
  return cases
    .map((one) => ({ one, unit: stableUnit(purpose, one.candidate.userId, one.candidate.day) }))
    .sort((a, b) => a.unit - b.unit || compare(a.one.candidate.userId, b.one.candidate.userId))
    .map(({ one }) => one)
}

function acted(one: Case, { offer, channel, gainKopecks, costKopecks }: Option): Decision {
  return {
    ...none(one, null),
    action: offer.action_code,
    offer: offer.code,
    channel,
    gainKopecks,
    costKopecks,
  }
}

function none({ candidate, reach }: Case, suppressed: Suppressed | null): Decision {
  return {
    userId: candidate.userId,
    action: 'none',
    offer: null,
    channel: null,
    gainKopecks: null,
    costKopecks: null,
    basis: basisOf(candidate),
    propensity: 1,
    eligibleChannels: reach.channels,
    suppressed,
    rule: null,
  }
}

function basisOf({ arm, scored }: Candidate): Decision['basis'] {
  if (arm === 'control') return 'control'
  return arm === 'exploration' && scored !== null ? 'exploration' : 'rules_not_learned'
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
