/**
 * Rows of Pass.Media, by the serving day on which each became known: the whole row at every change.
 *
 * Typing must refuse rows without a user, without times, or with a flag that is neither 0 nor 1. A broken row is an
 * attempt that failed: the right one follows.
 */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import { type ContactChannel, contactChannels } from '../contact-log.ts'
import { engagement } from '../latent.ts'
import { logistic, Random, STREAM } from '../random.ts'
import type { AccountRow } from '../shapes.ts'
import { sourceFaults } from '../source-faults.ts'
import type { StreamOptions } from './delivery.ts'

const HOUR_MS = 3_600_000
/** The earliest moment that a world's calendar knows is a little before this. */
const OLDEST = -780 * DAY

const REGIONS = [
  'RU-MOW',
  'RU-SPE',
  'RU-MOS',
  'RU-KDA',
  'RU-SVE',
  'RU-TA',
  'RU-ROS',
  'RU-NIZ',
  'RU-NVS',
  'RU-BA',
  'RU-SAM',
  '',
]
const REGION_SHARES = [0.24, 0.11, 0.1, 0.07, 0.07, 0.06, 0.06, 0.05, 0.05, 0.05, 0.05, 0.09]
const AGES = ['18-24', '25-34', '35-44', '45-54', '55+', '']
const AGE_SHARES = [0.12, 0.27, 0.25, 0.14, 0.1, 0.12]

type Flag = 'email_verified' | 'phone_verified' | 'consent_email' | 'consent_push' | 'consent_sms'
type Person = Pick<AccountRow, 'registered_at' | Flag | 'region' | 'age_band'> & { changes: number; deleted: boolean }
type MutablePerson = { -readonly [K in keyof Person]: Person[K] }

export interface PassMedia {
  /** The account comes into sight: on the day of its first subscription; `null`: it was there when the log was first loaded. */
  join(account: Account, day: number | null): void
  /** A later day of an account: now and then its row changes. */
  liveDay(account: Account, day: number): void
  /** Has the account consented to be contacted this way? False before `join` and once it is deleted. */
  allows(account: Account, channel: ContactChannel): boolean
  /** Takes the consent back. */
  withdraw(account: Account, at: number, channel: ContactChannel): void
}

interface RowWriter {
  add(day: number, row: AccountRow, arrivedMs: number): void
}

export function createPassMedia(options: StreamOptions<RowWriter>): PassMedia {
  const { writer, calendar, parameters, dirt } = options
  const { account: rates } = parameters.behaviour
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const random = new Random(options.seed)
  const people = new Map<number, MutablePerson>()
  const loadedAt = calendar.servingCutoff(-1) + HOUR_MS

  const write = (account: Account, person: MutablePerson, at: number): void => {
    const { userId, number } = account.traits
    person.changes += 1
    random.at(STREAM.delivery, number, (1 << 20) + person.changes)
    const lag = 60_000 + random.exponential(random.chance(0.03) ? 6 * HOUR_MS : 40 * 60_000)
    const changed = calendar.utc(Math.max(at, OLDEST))
    const changedOn = Math.floor(at / DAY)
    const known = Math.max(loadedAt, Math.round(changed + lag)) + delayMs('accounts', changedOn)
    const { changes, deleted, ...facts } = person
    const row: AccountRow = {
      change_id: `${userId}-p${changes}`,
      user_id: userId,
      ...facts,
      deleted: deleted ? 1 : 0,
      changed_at: changed,
      known_at: known,
    }
    const day = calendar.servingDayAt(known)
    // The world is over before it comes.
    if (day >= calendar.days) return
    if (random.chance(parameters.dirt.malformedShare)) {
      writer.add(day, broken(row, random.integer(3)), known)
      dirt.count('accounts', day, 'malformed')
    }
    writer.add(day, row, known)
    dirt.count('accounts', day, 'clean')
    const left = calendar.servingCutoff(day) - known
    if (left < 1 || !random.chance(parameters.dirt.duplicateShare)) return
    const again = known + 1 + random.integer(Math.min(left, 4 * HOUR_MS))
    writer.add(day, { ...row, known_at: again }, again)
    dirt.count('accounts', day, 'duplicate')
  }

  /** When an account of the initial base, all of whose periods were as long as the latest, began. */
  const firstStart = ({ startAt, endAt, entitlements }: Account): number =>
    Math.max(OLDEST, startAt - (entitlements - 1) * (endAt - startAt))

  return {
    join(account, day) {
      const { number, satisfaction } = account.traits
      random.at(STREAM.passMedia, number, -1)
      const start = day === null ? firstStart(account) : account.startAt
      const before = random.chance(rates.registeredBefore)
        ? DAY + random.exponential(300) * DAY
        : 60 + random.exponential(1200)
      const flag = (share: number): 0 | 1 => (random.chance(share) ? 1 : 0)
      const trusting = (logit: number): 0 | 1 => flag(logistic(logit + rates.verifiedByMood * satisfaction))
      const person: MutablePerson = {
        registered_at: calendar.utc(Math.max(OLDEST, Math.floor(start - before))),
        email_verified: trusting(rates.emailVerified),
        phone_verified: trusting(rates.phoneVerified),
        consent_email: flag(rates.consents.email),
        consent_push: flag(rates.consents.push),
        consent_sms: flag(rates.consents.sms),
        region: REGIONS[random.weighted(REGION_SHARES)] as string,
        age_band: AGES[random.weighted(AGE_SHARES)] as string,
        changes: 0,
        deleted: false,
      }
      people.set(number, person)
      write(account, person, day === null ? start : Math.max(day * DAY, start - 30))
    },
    liveDay(account, day) {
      const { number } = account.traits
      const gone = account.state === 'deleted'
      if (gone && account.endAt < day * DAY) return
      random.at(STREAM.passMedia, number, day)
      const mood = engagement(account, parameters)
      const withdraws = random.strikes(rates.withdrawRate, rates.withdrawByMood * mood)
      if (!gone && !withdraws && !random.chance(rates.changeRate)) return
      const person = people.get(number) as MutablePerson
      const at = day * DAY + random.integer(DAY)
      if (gone) {
        person.deleted = true
        write(account, person, account.endAt + 1)
      } else if (withdraws) {
        const flag = consentOf(contactChannels[random.integer(contactChannels.length)] as ContactChannel)
        if (person[flag] === 0) return
        person[flag] = 0
        write(account, person, at)
      } else if (change(person, random)) write(account, person, at)
    },
    allows({ traits }, channel) {
      const person = people.get(traits.number)
      return person !== undefined && !person.deleted && person[consentOf(channel)] === 1
    },
    withdraw(account, at, channel) {
      const person = people.get(account.traits.number)
      if (person === undefined || person[consentOf(channel)] === 0) return
      person[consentOf(channel)] = 0
      write(account, person, at)
    },
  }
}

function consentOf(channel: ContactChannel): 'consent_email' | 'consent_push' | 'consent_sms' {
  return `consent_${channel}`
}

/** Something else about the person changes; false if it was so already. */
function change(person: MutablePerson, random: Random): boolean {
  const flags: Flag[] = ['email_verified', 'phone_verified', 'consent_email', 'consent_push', 'consent_sms']
  const choice = random.integer(flags.length + 2)
  const flag = flags[choice]
  if (flag !== undefined) {
    if (person[flag] === 1) return false
    person[flag] = 1
    return true
  }
  const [list, shares, field] =
    choice === flags.length ? [REGIONS, REGION_SHARES, 'region' as const] : [AGES, AGE_SHARES, 'age_band' as const]
  const value = list[random.weighted(shares)] as string
  if (person[field] === value) return false
  person[field] = value
  return true
}

function broken(row: AccountRow, way: number): AccountRow {
  if (way === 0) return { ...row, user_id: '' }
  return way === 1 ? { ...row, changed_at: null } : { ...row, consent_email: 9 }
}
