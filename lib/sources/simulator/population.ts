/** Making accounts: the base that the world begins with, and those who join later. */
import type { Account, Phase, Traits } from './account.ts'
import type { BillingLog } from './billing-log.ts'
import { DAY } from './calendar.ts'
import { grant } from './entitlement.ts'
import { channels, type Parameters, type Plan } from './parameters.ts'
import { type Random, STREAM } from './random.ts'
import { kinds } from './titles.ts'
import { platforms } from './viewing.ts'

const OLDEST = 390 * DAY

/** An account of the initial base; its periods before the world are logged as history. */
export function establishedAccount(number: number, parameters: Parameters, random: Random, log: BillingLog): Account {
  random.at(STREAM.traits, number, 0)
  const account = newcomer(number, parameters.latent.initialShift, parameters, random)
  const trial = random.chance(0.07)
  if (trial) {
    begin(account, 'trial', -Math.floor(random.uniform() * parameters.trialDays * DAY), parameters, log)
    return account
  }
  const partner = random.chance(parameters.beginnings.partner)
  const plan = parameters.plans[account.plan] as Plan
  const days = partner ? 30 : plan.days
  const running = Math.floor(random.uniform() * days * DAY)
  const tenure = Math.min(OLDEST, running + random.exponential(250) * DAY)
  let start = -running - Math.floor((tenure - running) / (days * DAY)) * days * DAY
  switchOn(account, start, log)
  account.startAt = start
  account.endAt = start
  for (; start <= 0; start += days * DAY) renewHistory(account, partner ? 'partner' : 'paid', start, days, plan, log)
  return account
}

/** An account that joins on `day`. */
export function joiningAccount(
  number: number,
  day: number,
  parameters: Parameters,
  random: Random,
  log: BillingLog,
): Account {
  random.at(STREAM.traits, number, 0)
  const account = newcomer(number, 0, parameters, random)
  const shares = parameters.beginnings
  const phases: Phase[] = ['trial', 'intro', 'paid', 'gift', 'partner']
  const phase = phases[random.weighted([shares.trial, shares.intro, shares.paid, shares.gift, shares.partner])] as Phase
  begin(account, phase, day * DAY + 60 + Math.floor(random.uniform() * (DAY - 120)), parameters, log)
  return account
}

function renewHistory(account: Account, phase: Phase, start: number, days: number, plan: Plan, log: BillingLog): void {
  const chargeKopecks = phase === 'paid' ? plan.listKopecks : 0
  if (chargeKopecks > 0) log.payment(account, start, true, '', chargeKopecks)
  grant(account, { phase, start, end: start + days * DAY, activatedAt: start, chargeKopecks, plan }, log)
}

function begin(account: Account, phase: Phase, at: number, parameters: Parameters, log: BillingLog): void {
  const plan = parameters.plans[account.plan] as Plan
  const lengths: Partial<Record<Phase, number>> = {
    trial: parameters.trialDays,
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
  grant(
    account,
    { phase, start: at, end: at + (lengths[phase] ?? plan.days) * DAY, activatedAt: at, chargeKopecks, plan },
    log,
  )
}

function switchOn(account: Account, at: number, log: BillingLog): void {
  account.autoRenew = !account.traits.manual
  log.autoRenew(account, at, account.autoRenew)
}

function newcomer(number: number, shift: number, parameters: Parameters, random: Random): Account {
  const { latent, viewing } = parameters
  const level = shift + latent.satisfactionBetween * random.normal()
  const channel = channels[random.weighted(channels.map((name) => parameters.channelShares[name]))] as Traits['channel']
  const stress = 0.5 * random.normal()
  const traits: Traits = {
    number,
    userId: `u${String(number).padStart(7, '0')}`,
    channel,
    // Stores always renew by themselves.
    manual: (channel === 'card' || channel === 'operator') && random.chance(parameters.manualShare / 0.7),
    addon: random.chance(parameters.addonShare),
    satisfaction: level,
    stress,
    activity: viewing.activity + viewing.activityBetween * random.normal(),
    platform: random.weighted(platforms.map((platform) => platform.share)),
    devices: Array.from({ length: 1 + random.weighted([0.55, 0.3, 0.15]) }, (_, nth) => `d${number}${'abc'[nth]}`),
    payday: [5, 10, 20, 25][random.integer(4)] as number,
    taste: kinds.map((kind) => kind.share * Math.exp(0.9 * random.normal())),
  }
  const satisfaction = level + settled(latent.satisfactionDaily, latent.satisfactionReturn) * random.normal()
  const fit = settled(latent.fitDaily, latent.fitReturn) * random.normal()
  return {
    traits,
    satisfaction,
    fit,
    stress: stress + settled(latent.stressDaily, latent.stressReturn) * random.normal(),
    habit: latent.satisfactionWeight * satisfaction + latent.fitWeight * fit,
    state: 'covered',
    phase: 'trial',
    previousPhase: 'trial',
    startAt: 0,
    endAt: 0,
    plan: random.weighted(parameters.plans.map((plan) => plan.share)),
    entitlements: 0,
    spells: 0,
    brokenAt: 0,
    autoRenew: false,
    cancelled: false,
    fullPricePaid: false,
    tries: 0,
    nextTryAt: 0,
    payAt: Number.NaN,
    cardExpiresAt: channel === 'card' ? random.integer(3 * 365) * DAY : Number.POSITIVE_INFINITY,
  }
}

/** Deviation around its level at which a mood with this daily noise and return settles. */
function settled(daily: number, back: number): number {
  return daily / Math.sqrt(2 * back)
}
