import { servingCutoffSql } from '../../lib/features/labels/moments.ts'
import { asset, published, through, trailing } from '../../lib/graph/index.ts'
import { contacts } from '../raw/contacts.ts'
import { rule, scoreDays } from '../service.ts'

/** How long a contact is shown after what became known of it. */
const SHOWN_DAYS = 90

/** Columns in order; of the times, the action of the contact history that they are of. */
const columns: readonly { name: string; type: string; comment: string; action?: string }[] = [
  {
    name: 'decision_id',
    type: 'text',
    comment: 'Decision that the contact carried out, as the marketing platform handed it back',
  },
  { name: 'user_id', type: 'text', comment: 'Account that was contacted' },
  { name: 'channel', type: 'text', comment: 'email, push or sms' },
  {
    name: 'offer_code',
    type: 'text',
    comment: 'Offer that was told of, by the code that the platform has of it; null: none',
  },
  {
    name: 'sent_at',
    type: 'timestamptz',
    action: 'send',
    comment: `When it was sent; null: nothing usable came of that, or more than ${SHOWN_DAYS} days ago`,
  },
  { name: 'delivered_at', type: 'timestamptz', action: 'deliv', comment: 'When it arrived' },
  { name: 'opened_at', type: 'timestamptz', action: 'open', comment: 'When it was first opened' },
  { name: 'clicked_at', type: 'timestamptz', action: 'click', comment: 'When it was first clicked' },
  { name: 'redeemed_at', type: 'timestamptz', action: 'redeem', comment: 'When the offer was redeemed' },
  {
    name: 'unsubscribed_at',
    type: 'timestamptz',
    action: 'unsub',
    comment: 'When it was answered by unsubscribing from the channel',
  },
]

/** What became of decisions that were carried out; whom the hold-out kept from being contacted is not among them. */
export const contactsMart = asset({
  key: 'scores/contacts_mart',
  description: `The mart table \`mart.contacts\`: contacts by what became known of them in ${SHOWN_DAYS} days.`,
  kinds: ['postgres'],
  partitions: scoreDays,
  deps: { contacts: through(contacts, trailing({ days: SHOWN_DAYS })) },
  store: published({
    schema: 'mart',
    table: 'contacts',
    comment: `What became of the contacts of the last ${SHOWN_DAYS} days, by decision, as it was known at the day's cut-off.`,
    columns: columns.map(({ name, type, comment }) => ({ name, type, comment })),
    key: ['decision_id'],
  }),
  materialize: async ({ partition, inputs, warehouse, signal }) => {
    const rows = await warehouse.rows<Record<string, unknown>>(contactsSql(inputs.contacts.table), {
      params: { day: partition.date },
      signal,
    })
    return { kind: 'rows', rows: rows.map((row) => columns.map(({ name }) => row[name])) }
  },
})

function contactsSql(table: string): string {
  const times = columns.flatMap(({ name, action }) =>
    action === undefined
      ? []
      : `formatDateTime(minOrNullIf(happened_at, action = '${action}'), '%FT%TZ', 'UTC') AS ${name}`,
  )
  // The sending says most surely to whom it went and how.
  const first = (value: string) => `argMin(${value}, (action != 'send', happened_at, event_id))`
  return `
SELECT decision_id, ${first('toString(user_id)')} AS user_id,
  nullIf(${first('toString(channel)')}, '') AS channel, nullIf(${first('toString(offer_code)')}, '') AS offer_code,
  ${times.join(',\n  ')}
FROM (
  SELECT decision_id, user_id, channel, offer_code, action, happened_at, event_id FROM ${table}
  WHERE decision_id != '' AND action != 'hold' AND known_at <= ${servingCutoffSql('{day:Date}', rule)}
)
GROUP BY decision_id
ORDER BY decision_id`
}
