/** Making accounts: the base that the world begins with, and those who join later. */
import type { Account, Phase, Traits } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { DAY } from './calendar.ts'
import { grant } from './entitlement.ts'
import { channels, type Parameters, type Plan } from './parameters.ts'
import { type Random, STREAM } from './random.ts'
import type { Conditions } from './season.ts'
import { kinds } from './titles.ts'
import { platforms } from './viewing.ts'

/** Billing's log goes back this far. */
const OLDEST = 390 * DAY

/** An account of the initial base; its periods before the world are logged as history. */
export function establishedAccount(
  number: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog,
): Account {
  random.at(STREAM.traits, number, 0)
  const trial = random.chance(0.07)
  const age = trial ? 0 : parameters.population.oldest * random.uniform() ** parameters.population.ageing
  const account = newcomer(number, -Math.floor(age), parameters, random)
  if (trial) {
    begin(account, 'trial', -Math.floor(random.uniform() * today.trialDays * DAY), today, parameters, log)
    return account
  }
  const partner = random.chance(parameters.beginnings.partner)
  const plan = today.plans[account.plan] as Plan
  const days = partner ? 30 : plan.days
  const running = Math.floor(random.uniform() * days * DAY)
  const tenure = Math.max(running, Math.min(OLDEST, age * DAY))
  let start = -running - Math.floor((tenure - running) / (days * DAY)) * days * DAY
  account.startAt = start
  account.endAt = start
  // Who has changed the way of paying has done so between the first of the logged periods and today.
  const changes = !partner && random.chance(parameters.mixedShare)
  const changesAt = changes ? start * random.uniform() : Number.NEGATIVE_INFINITY
  const now = account.manual
  if (changes && plan.manual < 1) account.manual = !now
  switchOn(account, start, log)
  for (; start <= 0; start += days * DAY) {
    if (account.manual !== now && start >= changesAt) {
      account.manual = now
      switchOn(account, start, log)
    }
    renewHistory(account, partner ? 'partner' : 'paid', start, days, plan, log)
  }
  if (account.manual !== now) {
    account.manual = now
    switchOn(account, Math.min(-1, account.startAt + DAY), log)
  }
  return account
}

/** An account that joins today. */
export function joiningAccount(
  number: number,
  today: Conditions,
  parameters: Parameters,
  random: Random,
  log: BillingLog,
): Account {
  random.at(STREAM.traits, number, 0)
  const farmed = random.chance(today.farmed / (1 + today.farmed))
  const account = newcomer(number, today.day, parameters, random, farmed)
  const shares = parameters.beginnings
  const phases: Phase[] = ['trial', 'intro', 'paid', 'gift', 'partner']
  const drawn = random.weighted([shares.trial, shares.intro, shares.paid, shares.gift, shares.partner])
  const phase = farmed ? 'trial' : (phases[drawn] as Phase)
  const at = today.day * DAY + 60 + Math.floor(random.uniform() * (DAY - 120))
  begin(account, phase, at, today, parameters, log)
  return account
}

/** How many accounts join the whole world today; `users`: accounts of its initial base. */
export function joiningToday(users: number, today: Conditions, parameters: Parameters, random: Random): number {
  random.at(STREAM.life, -1, today.day)
  const usual = users * parameters.acquisitionRate * today.joining * (1 + today.farmed)
  return Math.floor(usual * (1 + 0.15 * random.normal()) + random.uniform())
}

function renewHistory(account: Account, phase: Phase, start: number, days: number, plan: Plan, log: BillingLog): void {
  const chargeKopecks = phase === 'paid' ? plan.listKopecks : 0
  if (chargeKopecks > 0) log.payment(account, start, true, '', chargeKopecks)
  grant(account, { phase, start, end: start + days * DAY, activatedAt: start, chargeKopecks, plan }, log)
}

function begin(
  account: Account,
  phase: Phase,
  at: number,
  today: Conditions,
  parameters: Parameters,
  log: BillingLog,
): void {
  const plan = today.plans[account.plan] as Plan
  const lengths: Partial<Record<Phase, number>> = {
    trial: today.trialDays,
    intro: 30,
    gift: parameters.giftDays,
    partner: 30,
  }
  const charges: Partial<Record<Phase, number>> = { intro: parameters.introChargeKopecks, paid: plan.listKopecks }
  const chargeKopecks = charges[phase] ?? 0
  account.startAt = at
  account.endAt = at
  if (phase !== 'gift' && phase !== 'partner') switchOn(account, at, log)
  if (chargeKopecks > 0) log.payment(account, at, true, '', chargeKopecks)
  const end = at + (lengths[phase] ?? plan.days) * DAY
  grant(account, { phase, start: at, end, activatedAt: at, chargeKopecks, plan }, log)
}

function switchOn(account: Account, at: number, log: BillingLog): void {
  account.autoRenew = !account.manual
  log.autoRenew(account, at, account.autoRenew)
}

/** `registeredDay`: may lie years before day 0. */
function newcomer(
  number: number,
  registeredDay: number,
  parameters: Parameters,
  random: Random,
  farmed = false,
): Account {
  const { latent, viewing, campaigns, population } = parameters
  const years = -registeredDay / 365
  const shift =
    registeredDay >= 0 ? 0 : years >= 4 ? population.oldShift : years >= 0.25 ? population.establishedShift : 0
  const level = farmed ? -2.5 : shift + latent.satisfactionBetween * random.normal()
  const shares = parameters.plans.map(({ share, joining }) => (registeredDay < 0 ? share : joining.share))
  const plan = random.weighted(shares)
  const { manual, joining } = parameters.plans[plan] as Plan
  const byHand = registeredDay < 0 ? manual : joining.manual
  const sold = channels.map((name) => (byHand === 1 && isStore(name) ? 0 : parameters.channelShares[name]))
  const channel = farmed ? 'card' : (channels[random.weighted(sold)] as Traits['channel'])
  const stress = population.stressBetween * random.normal()
  const taste = kinds.map((kind) => kind.share * Math.exp(0.9 * random.normal()))
  const lot = random.uniform()
  const traits: Traits = {
    number,
    userId: `u${String(number).padStart(7, '0')}`,
    channel,
    addon: random.chance(parameters.addonShare),
    satisfaction: level,
    stress,
    activity: viewing.activity + viewing.activityBetween * random.normal(),
    platform: random.weighted(platforms.map((platform) => platform.share)),
    devices: Array.from({ length: 1 + random.weighted([0.55, 0.3, 0.15]) }, (_, nth) =>
      // Whoever opens trials in numbers opens them on few devices.
      farmed ? `farm${number % 16}${'abc'[nth]}` : `d${number}${'abc'[nth]}`,
    ),
    payday: [5, 10, 20, 25][random.integer(4)] as number,
    taste,
    favourite: taste.indexOf(Math.max(...taste)),
    registeredDay,
    profiles: 1 + random.weighted(population.profiles),
    farmed,
    cohort:
      lot < campaigns.randomised ? 'randomised' : lot < campaigns.randomised + campaigns.heldOut ? 'held_out' : 'usual',
    reachable: {
      email: random.chance(campaigns.reached.email),
      push: random.chance(campaigns.reached.push),
      sms: random.chance(campaigns.reached.sms),
    },
    persuadable: random.uniform(),
  }
  const satisfaction = level + settled(latent.satisfactionDaily, latent.satisfactionReturn) * random.normal()
  const fit = settled(latent.fitDaily, latent.fitReturn) * random.normal()
  return {
    traits,
    satisfaction,
    fit,
    stress: stress + settled(latent.stressDaily, latent.stressReturn) * random.normal(),
    habit: latent.satisfactionWeight * satisfaction + latent.fitWeight * fit,
    household: 0,
    spree: 'none',
    viewedOn: registeredDay,
    contactedOn: -3650,
    fatigue: 0,
    answer: 'none',
    state: 'covered',
    phase: 'trial',
    previousPhase: 'trial',
    startAt: 0,
    endAt: 0,
    plan,
    entitlements: 0,
    spells: 0,
    brokenAt: 0,
    manual: !isStore(channel) && random.chance(byHand),
    autoRenew: false,
    cancelled: false,
    fullPricePaid: false,
    tries: 0,
    nextTryAt: 0,
    payAt: Number.NaN,
    // The cards of a trial farm have run out before they are charged.
    cardExpiresAt: farmed ? 0 : channel === 'card' ? random.integer(3 * 365) * DAY : Number.POSITIVE_INFINITY,
  }
}

function isStore(channel: (typeof channels)[number]): boolean {
  return channel === 'app_store' || channel === 'google_play'
}

/** Deviation around its level at which a mood with this daily noise and return settles. */
function settled(daily: number, back: number): number {
  return daily / Math.sqrt(2 * back)
}
