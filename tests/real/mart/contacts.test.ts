/** The contacts of a day, from a history made by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contactsMart } from '../../../assets/scores/contacts-mart.ts'
import type { Input, MaterializeContext } from '../../../lib/graph/index.ts'
import { openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'
import { type Home, makeHome } from '../seams/support/home.ts'

const day = '2026-09-10'

/** Decision, account, action, channel, offer, when it happened, when it became known (UTC). */
const history: readonly (readonly string[])[] = [
  ['d1', 'ann', 'send', 'email', 'discount_20', '2026-09-08 09:00:00', '2026-09-08 10:00:00'],
  ['d1', 'ann', 'deliv', 'email', 'discount_20', '2026-09-08 09:00:05', '2026-09-08 10:00:00'],
  ['d1', 'ann', 'open', 'email', 'discount_20', '2026-09-08 19:00:00', '2026-09-08 20:00:00'],
  ['d1', 'ann', 'open', 'email', 'discount_20', '2026-09-08 18:00:00', '2026-09-09 20:00:00'],
  ['d1', 'ann', 'click', 'email', 'discount_20', '2026-09-08 18:01:00', '2026-09-08 20:00:00'],
  // Known after c(D), 03:00 UTC of the day after.
  ['d1', 'ann', 'redeem', 'email', 'discount_20', '2026-09-10 18:01:00', '2026-09-11 03:00:01'],
  // Told of at c(D) itself; the same message twice.
  ['d2', 'bob', 'send', 'push', '', '2026-09-10 18:00:00', '2026-09-11 03:00:00'],
  ['d2', 'bob', 'send', 'push', '', '2026-09-10 18:00:00', '2026-09-11 03:00:00'],
  ['d2', 'bob', 'unsub', 'push', '', '2026-09-10 18:05:00', '2026-09-11 02:00:00'],
  // The line of the sending could not be used.
  ['d3', 'cat', 'open', 'sms', '', '2026-09-09 12:00:00', '2026-09-09 13:00:00'],
  // Held out, and a campaign that no decision stands behind.
  ['d4', 'dan', 'hold', 'email', 'discount_20', '2026-09-08 09:00:00', '2026-09-08 10:00:00'],
  ['', 'eve', 'send', 'email', '', '2026-09-08 09:00:00', '2026-09-08 10:00:00'],
]

let home: Home
let warehouse: Warehouse
beforeAll(async () => {
  home = await makeHome()
  warehouse = await openWarehouse({ home: home.folder, environment: 'test', maxMemory: 2e9 })
  await warehouse.command(
    `CREATE TABLE contacts (event_id String, decision_id String, user_id String, action LowCardinality(String),
       channel LowCardinality(String), offer_code LowCardinality(String), happened_at DateTime('UTC'), known_at DateTime('UTC'))
     ENGINE = MergeTree ORDER BY event_id`,
  )
  await warehouse.insertRows(
    'contacts',
    ['event_id', 'decision_id', 'user_id', 'action', 'channel', 'offer_code', 'happened_at', 'known_at'],
    history.map((row, i) => [`e${i}`, ...row]),
  )
})
afterAll(async () => {
  await warehouse?.close()
  await home?.remove()
})

async function contactsOf(): Promise<readonly (readonly unknown[])[]> {
  const contacts: Input = {
    key: 'raw/contacts',
    partitions: [],
    only: () => {
      throw new Error('no single partition')
    },
    table: 'contacts',
  }
  const made = await contactsMart.materialize({
    inputs: { contacts },
    warehouse,
    partition: { key: day, date: day, values: {} },
    signal: new AbortController().signal,
  } as unknown as MaterializeContext)
  if (made.kind !== 'rows') throw new Error('rows were expected')
  return [...made.rows]
}

describe('contacts of a day', () => {
  it('are one row for each decision that was carried out, with the first of each reaction known by the cut-off', async () => {
    const at = (time: string) => `2026-09-${time}Z`
    expect(await contactsOf()).toEqual([
      [
        'd1',
        'ann',
        'email',
        'discount_20',
        at('08T09:00:00'),
        at('08T09:00:05'),
        at('08T18:00:00'),
        at('08T18:01:00'),
        null,
        null,
      ],
      ['d2', 'bob', 'push', null, at('10T18:00:00'), null, null, null, null, at('10T18:05:00')],
      ['d3', 'cat', 'sms', null, null, null, at('09T12:00:00'), null, null, null],
    ])
  })
})
