/**
 * The history of Altcraft, by the serving day on which it became known, as `subscribers/history_get_all` tells it.
 *
 * Typing must refuse what is no JSON, rows without a user and rows without a time.
 */
import type { Account } from '../account.ts'
import { DAY } from '../calendar.ts'
import type { Contact, ContactChannel, ContactLog } from '../contact-log.ts'
import { Random, STREAM } from '../random.ts'
import { sourceFaults } from '../source-faults.ts'
import { isoMillisText, isoText } from './clock-text.ts'
import type { LineWriter, StreamOptions } from './delivery.ts'

const HOUR_MS = 3_600_000

export interface ContactsOptions extends StreamOptions<LineWriter> {
  /** Told of each account that unsubscribes from a channel. */
  readonly unsubscribed: (account: Account, at: number, channel: ContactChannel) => void
}

interface LatestContact {
  readonly contact: Contact
  /** Counts the account's contacts, and the rows of this one. */
  readonly nth: number
  rows: number
}

export function createContacts(options: ContactsOptions): ContactLog {
  const { writer, calendar, parameters, dirt, unsubscribed } = options
  const { delayMs } = sourceFaults(parameters.faults, calendar.days)
  const random = new Random(options.seed)
  const latest = new Map<number, LatestContact>()
  const loadedAt = calendar.servingCutoff(-1) + HOUR_MS

  const write = (account: Account, at: number, action: string, known: LatestContact): void => {
    const { number } = account.traits
    random.at(STREAM.delivery, number, (2 << 20) + known.nth * 16 + known.rows)
    const lag = 600_000 + random.exponential(random.chance(0.02) ? 20 * HOUR_MS : 2 * HOUR_MS)
    const happened = calendar.utc(at)
    const happenedOn = Math.floor(at / DAY)
    const received = Math.max(loadedAt, Math.round(happened + lag)) + delayMs('contacts', happenedOn)
    const day = calendar.servingDayAt(received)
    const way = random.chance(parameters.dirt.malformedShare) ? random.integer(3) : -1
    const line = (seen: number): string => {
      const text = lineOf(account, action, known, way === 0 ? '' : isoText(happened), way === 1, seen)
      return way === 2 ? text.slice(0, text.length >> 1) : text
    }
    known.rows += 1
    // The world is over before it comes.
    if (day >= calendar.days) return
    writer.add(day, line(received), received)
    dirt.count('contacts', day, way >= 0 ? 'malformed' : 'clean')
    const left = calendar.servingCutoff(day) - received
    if (left < 1 || !random.chance(parameters.dirt.duplicateShare)) return
    const again = received + 1 + random.integer(Math.min(left, 4 * HOUR_MS))
    writer.add(day, line(again), again)
    dirt.count('contacts', day, way >= 0 ? 'malformed' : 'duplicate')
  }
  return {
    contact(account, at, contact) {
      const before = latest.get(account.traits.number)
      const begun = { contact, nth: (before?.nth ?? 0) + 1, rows: 0 }
      latest.set(account.traits.number, begun)
      write(account, at, contact.arm === 'control' ? 'hold' : 'send', begun)
    },
    reaction(account, at, action) {
      const known = latest.get(account.traits.number)
      if (known === undefined) throw new RangeError(`A reaction of ${account.traits.userId} came before any contact.`)
      write(account, at, action, known)
      if (action === 'unsub') unsubscribed(account, at, known.contact.channel)
    },
  }
}

function lineOf(
  { traits }: Account,
  action: string,
  { contact, nth, rows }: LatestContact,
  datetime: string,
  nobody: boolean,
  seen: number,
): string {
  const { channel, campaign, offer, arm, propensity, score } = contact
  const { number, userId } = traits
  const campaignId = numberOf(campaign)
  const message = `${campaignId}${channel.length}`
  const decision = `${userId}-c${nth}`
  return `{"event_id":"${number}-${nth}-${rows}","profile_id":${500_000 + number},"user_id":"${nobody ? '' : userId}","action":"${action}","channel":"${channel}","datetime":"${datetime}","message_id":${message},"campaign_id":${campaignId},"campaign_name":${JSON.stringify(campaign)},"custom_data":{"decision_id":"${decision}","offer_code":${JSON.stringify(offer)},"score":${score.toFixed(4)}},"propensity":"${propensity ?? ''}","arm":"${arm}","known_at":"${isoMillisText(seen)}"}`
}

/** A number that stands for a campaign's name. */
function numberOf(name: string): number {
  let hash = 7
  for (let i = 0; i < name.length; i += 1) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) >>> 0
  return 1000 + (hash % 9000)
}
