import { type CutoffRule, cutoffSql } from '../features/labels/moments.ts'
import { channels } from './candidate.ts'

export interface ContactStateRequest {
  /** Table expression of the contact history: day (serving day on which a row became known) and the columns of raw/contacts. */
  readonly contacts: string
  /** Table expression of the change log of accounts: day, as above, and the columns of raw/accounts. */
  readonly accounts: string
  /** Expression of type Array(Date): the days D. */
  readonly days: string
  readonly rule: CutoffRule
}

/**
 * SQL of what is known by c(D) of the ways to reach every account, one row for each account and day:
 *
 * - `account_known`, `deleted`, `consent_*`, `*_verified` of the account's latest change;
 * - `unsubscribed`: channels of which a message was ever answered by unsubscribing; nothing but a new account lifts it, since
 *   the consent of an account that was not told of it still says yes;
 * - `opted_out`: deleted, or there was consent once and there is none now that was not unsubscribed;
 * - `last_contact_at`, `contacts_7d`, `contacts_30d`, `contacts_7d_<channel>`: messages that were sent (the hold-out was not
 *   sent any), counted from 7 and 30 x 24 h before t(D) on;
 * - `offers_sent`: each offer with the time of its last sending, by code.
 *
 * None of it may become a feature of a model of what happens without contact: whom a campaign chose tells yesterday's score.
 */
export function contactStateSql({ contacts, accounts, days, rule }: ContactStateRequest): string {
  const since = (number: number): string =>
    `happened_at >= ${cutoffSql('snapshot_day', rule.zone)} - INTERVAL ${number * 24} HOUR`
  // A message told of again on another day is one message.
  const sends = (which: string): string => `toUInt16(uniqExactIf(event_id, action = 'send' AND ${which}))`
  const known = (table: string): string => `${table} ARRAY JOIN arrayFilter(d -> day <= d, ${days}) AS snapshot_day`
  const order = '(changed_at, known_at, change_id)'
  const consents = channels.map((channel) => `consent_${channel}`)
  const standing = channels.map((channel) => `(consent_${channel} AND NOT has(unsubscribed, '${channel}'))`)
  const zero = (column: string): string => `ifNull(contact.${column}, 0) AS ${column}`
  const counts = ['contacts_7d', 'contacts_30d', ...channels.map((channel) => `contacts_7d_${channel}`)]
  const facts = ['deleted', ...consents, 'email_verified', 'phone_verified']
  return `
SELECT
  if(account.user_id = '', contact.user_id, account.user_id) AS user_id,
  if(account.user_id = '', contact.snapshot_day, account.snapshot_day) AS snapshot_day,
  toUInt8(account.user_id != '') AS account_known,
  ${facts.map((name, i) => `account.facts.${i + 1} AS ${name}`).join(', ')},
  contact.unsubscribed AS unsubscribed,
  toUInt8(deleted OR (account.ever_consented AND NOT (${standing.join(' OR ')}))) AS opted_out,
  contact.last_contact_at AS last_contact_at,
  ${counts.map(zero).join(', ')},
  contact.offers_sent AS offers_sent
FROM (
  SELECT user_id, snapshot_day, argMax((${facts.join(', ')}), ${order}) AS facts,
    max(greatest(${consents.join(', ')})) AS ever_consented
  FROM ${known(accounts)}
  GROUP BY user_id, snapshot_day
) AS account
FULL OUTER JOIN (
  SELECT user_id, snapshot_day,
    arraySort(groupUniqArrayIf(toString(channel), action = 'unsub')) AS unsubscribed,
    maxOrNullIf(happened_at, action = 'send') AS last_contact_at,
    ${sends(since(7))} AS contacts_7d,
    ${sends(since(30))} AS contacts_30d,
    ${channels.map((channel) => `${sends(`channel = '${channel}' AND ${since(7)}`)} AS contacts_7d_${channel}`).join(',\n    ')},
    arraySort(arrayMap(offer -> (offer, arrayMax(arrayMap(s -> s.2, arrayFilter(s -> s.1 = offer, sent)))), arrayDistinct(arrayMap(s -> s.1, sent)))) AS offers_sent,
    groupArrayIf((toString(offer_code), happened_at), action = 'send' AND offer_code != '') AS sent
  FROM ${known(`(SELECT * FROM ${contacts} WHERE action IN ('send', 'unsub'))`)}
  GROUP BY user_id, snapshot_day
) AS contact ON contact.user_id = account.user_id AND contact.snapshot_day = account.snapshot_day`
}
