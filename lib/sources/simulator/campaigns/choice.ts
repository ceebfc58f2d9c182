/** Whom the marketing system contacts: for reasons that are logged, for one that is not, and by lot. */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import type { Contact, ContactArm, ContactChannel } from '../contact-log.ts'
import type { Random } from '../random.ts'
import type { Conditions } from '../season.ts'
import { crudeScore, quietDays } from './crude-score.ts'
import type { CampaignParameters } from './parameters.ts'

const CHANNELS: readonly ContactChannel[] = ['email', 'push', 'sms']
const CHANNEL_SHARES = [0.55, 0.33, 0.12]

/** What the marketing system does with an account that it looks at today; null = nothing. */
export function chooseContact(
  account: Account,
  { day, pressure }: Conditions,
  campaigns: CampaignParameters,
  random: Random,
): Contact | null {
  const score = crudeScore(account, day)
  const { cohort } = account.traits
  if (cohort === 'randomised') {
    const treated = random.chance(campaigns.propensity)
    const propensity = treated ? campaigns.propensity : 1 - campaigns.propensity
    return contactOf(treated ? 'randomised' : 'control', propensity, score, campaigns, random)
  }
  const arm = armOf(account, day, score, campaigns)
  if (arm === null || !random.chance(arm === 'policy' ? Math.min(1, 0.5 * pressure) : 0.5)) return null
  if (cohort === 'held_out') return contactOf('control', campaigns.heldOut, score, campaigns, random)
  return contactOf(arm, null, score, campaigns, random)
}

function armOf(account: Account, day: number, score: number, campaigns: CampaignParameters): ContactArm | null {
  if (score >= campaigns.scoreFrom) return 'policy'
  const quiet = quietDays(account, day)
  if (quiet >= campaigns.quietFrom && quiet <= campaigns.quietUntil) return 'rule'
  return account.stress >= campaigns.stressFrom ? 'manual' : null
}

function contactOf(
  arm: ContactArm,
  propensity: number | null,
  score: number,
  campaigns: CampaignParameters,
  random: Random,
): Contact {
  const channel = CHANNELS[random.weighted(CHANNEL_SHARES)] as ContactChannel
  const offer = random.chance(campaigns.offered) ? `FREE${campaigns.offerDays}` : ''
  return { channel, campaign: CAMPAIGNS[arm], offer, arm, propensity, score }
}

const CAMPAIGNS: Readonly<Record<ContactArm, string>> = {
  policy: 'retention_score',
  rule: 'we_miss_you',
  manual: 'personal_care',
  randomised: 'exploration',
  control: 'exploration',
}

/** May the marketing system write to the account today? */
export function isContactable(account: Account, day: number, campaigns: CampaignParameters): boolean {
  if (account.state !== 'covered' || account.phase === 'partner' || account.phase === 'gift') return false
  return account.startAt < day * DAY && day - account.contactedOn >= campaigns.peaceDays
}
