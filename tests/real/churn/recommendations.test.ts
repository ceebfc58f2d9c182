/** The decisions of a day, from tables made by hand: what the asset itself reads, decides and writes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decisionIdSql } from '../../../assets/scores/experiment.ts'
import shipped from '../../../assets/scores/offers.json' with { type: 'json' }
import { recommendations } from '../../../assets/scores/recommendations.ts'
import type { Input, MaterializeContext } from '../../../lib/graph/index.ts'
import { openWarehouse, type Warehouse } from '../../../lib/warehouse/index.ts'
import { type Home, makeHome } from '../seams/support/home.ts'

const day = '2026-09-10'
/** By what they are told apart: the arm is a hash of the account. */
const ACCOUNTS = 2000

let home: Home
let warehouse: Warehouse
beforeAll(async () => {
  home = await makeHome()
  warehouse = await openWarehouse({ home: home.folder, environment: 'test', maxMemory: 2e9 })
  // Ten kinds of accounts, told by the last digit of their number.
  const kind = 'number % 10'
  const table = (name: string, columns: string) =>
    warehouse.command(
      `CREATE TABLE ${name} ENGINE = MergeTree ORDER BY user_id AS
       SELECT concat('u', leftPad(toString(number), 5, '0')) AS user_id, toDate('${day}') AS snapshot_day, ${columns} FROM numbers(${ACCOUNTS})`,
    )
  await table(
    'users',
    `toString(if(${kind} = 1, 'paused', 'scored')) AS status, toNullable(if(${kind} = 2, 'trial', 'paid')) AS segment,
     toUInt16(1) AS spell_no, toInt32(if(${kind} = 2, 3, 300)) AS days_since_signup, toUInt8(${kind} = 2) AS is_intro,
     toUInt16(30) AS plan_days, toInt64(if(${kind} = 2, 0, 40000)) AS price_kopecks, toInt64(40000) AS list_kopecks,
     toUInt8(1) AS auto_renew, toNullable(toInt32(if(${kind} = 3, 50, 2))) AS days_since_view`,
  )
  const reason = (place: number, family: string, direction: string) =>
    `CAST(${family}, 'Nullable(String)') AS reason_${place}_family, CAST(${direction}, 'Nullable(String)') AS reason_${place}_direction`
  await table(
    'scores',
    `toFloat32(if(${kind} = 3, 0.02, 0.4)) AS churn_probability,
     toNullable(if(${kind} = 2, NULL, 'failed_payments_30d')) AS actionable_reason_code,
     ${reason(1, "'viewing_volume'", "'raises'")}, ${reason(2, "'price'", "'lowers'")}, ${reason(3, 'NULL', 'NULL')}`,
  )
  await warehouse.command('ALTER TABLE scores DELETE WHERE toUInt32(substring(user_id, 2)) % 10 IN (1, 4)')
  await table(
    'contact',
    `toUInt8(${kind} = 5) AS opted_out, toUInt8(${kind} NOT IN (5, 6)) AS consent_email, toUInt8(0) AS consent_push, toUInt8(0) AS consent_sms,
     toUInt8(1) AS email_verified, toUInt8(0) AS phone_verified, CAST([], 'Array(String)') AS unsubscribed,
     toNullable(toDateTime('2026-09-09 09:00:00', 'UTC') - if(${kind} = 7, 0, 20 * 86400)) AS last_contact_at,
     toUInt16(${kind} = 7) AS contacts_7d, toUInt16(1) AS contacts_30d,
     toUInt16(${kind} = 7) AS contacts_7d_email, toUInt16(0) AS contacts_7d_push, toUInt16(0) AS contacts_7d_sms,
     if(${kind} = 8, [('card_update', toDateTime('2026-09-08 09:00:00', 'UTC'))], []) AS offers_sent`,
  )
  await warehouse.command('ALTER TABLE contact DELETE WHERE toUInt32(substring(user_id, 2)) % 10 = 9')
})
afterAll(async () => {
  await warehouse.close()
  await home.remove()
})

function input(key: string, table: string, held?: unknown): Input {
  const partition = {
    partition: '',
    dataVersion: 'v1',
    metadata: {},
    bytes: () => Promise.reject(new Error('no object')),
    value: () => held,
    address: () => Promise.reject(new Error('no object')),
  }
  return { key, partitions: [partition], only: () => partition, table }
}

/** Makes the day and reads it back from a table of the asset's own columns. */
async function made(offers: unknown = shipped) {
  const inputs = {
    users: input('features/snapshot', 'users'),
    scores: input('scores/churn', 'scores'),
    contact: input('features/contact_state', 'contact'),
    offers: input('scores/offers', '', offers),
  }
  const context = {
    inputs,
    warehouse,
    partition: { key: day, date: day, values: {} },
    signal: new AbortController().signal,
  } as unknown as MaterializeContext
  const result = await recommendations.materialize(context)
  if (result.kind !== 'rows') throw new Error('rows were expected')
  const columns = Object.entries(recommendations.columns!)
  await warehouse.command('DROP TABLE IF EXISTS made')
  await warehouse.command(
    `CREATE TABLE made (${columns.map(([name, type]) => `${name} ${type}`).join(', ')}) ENGINE = MergeTree ORDER BY user_id`,
  )
  await warehouse.insertRows(
    'made',
    columns.map(([name]) => name),
    [...result.rows],
  )
  const rows = await warehouse.rows<Record<string, unknown> & { user_id: string }>(
    'SELECT * FROM made ORDER BY user_id',
  )
  return { rows, metadata: result.metadata! }
}

describe('recommendations of a day', () => {
  it('say of every account what to do, or why nothing is done', async () => {
    const { rows, metadata } = await made()
    expect(rows).toHaveLength(ACCOUNTS)
    const byKind = Array.from({ length: 10 }, (_, kind) => {
      const ruled = rows.filter((row) => Number(row.user_id.slice(1)) % 10 === kind && row.experiment_arm === 'policy')
      return [
        ...new Set(
          ruled.map(
            (row) =>
              `${row.score_status} ${row.suppressed_reason ?? `${row.rule_name} ${row.offer_code} ${row.channel}`}`,
          ),
        ),
      ]
    })
    expect(byKind).toEqual([
      ['scored payment_trouble card_update email'],
      ['paused not_scored'],
      ['scored little_to_watch content_digest email'],
      ['scored sleeping_dog_risk'],
      ['insufficient_data not_scored'],
      ['opted_out not_scored'],
      ['scored no_consent'],
      ['scored contact_frequency'],
      ['scored little_to_watch content_digest email'],
      ['scored no_consent'],
    ])
    expect(metadata.spent).toEqual({
      contacts: rows.filter(({ action_code }) => action_code !== 'none').length,
      kopecks: rows.reduce((sum, row) => sum + Number(row.action_cost_kopecks ?? 0), 0),
    })
  })

  it('never touch control, and draw for those of exploration with the probability that they write', async () => {
    const { rows } = await made()
    const arm = (name: string) => rows.filter(({ experiment_arm }) => experiment_arm === name)
    // 5% of 2000: 100 +- 4 standard deviations of 9.7.
    for (const name of ['control', 'exploration']) expect(Math.abs(arm(name).length - 100)).toBeLessThan(39)
    expect(
      new Set(arm('control').map(({ action_code, decision_basis }) => `${action_code} ${decision_basis}`)),
    ).toEqual(new Set(['none control']))
    // Kind 0: card_update and content_digest by e-mail, and none.
    const drawn = arm('exploration').filter((row) => row.user_id.endsWith('0'))
    expect(new Set(drawn.map(({ propensity }) => propensity))).toEqual(new Set([1 / 3]))
    const drawnOffers = [...new Set(drawn.map(({ offer_code }) => offer_code))]
    expect(drawnOffers.length).toBeGreaterThan(1)
    expect([null, 'card_update', 'content_digest']).toEqual(expect.arrayContaining(drawnOffers))
  })

  it('carry the decision id that the mart and the deliveries compute', async () => {
    const { rows } = await made()
    const ids = await warehouse.rows<{ id: string }>(
      `SELECT ${decisionIdSql('user_id', 'snapshot_day')} AS id FROM users ORDER BY user_id`,
    )
    expect(rows.map(({ decision_id }) => decision_id)).toEqual(ids.map(({ id }) => id))
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ACCOUNTS)
  })

  it('are the same when made again', async () => {
    expect((await made()).rows).toEqual((await made()).rows)
  })

  it('keep within a smaller budget', async () => {
    const { rows, metadata } = await made({ ...shipped, budget: { ...shipped.budget, contacts_per_day: 50 } })
    expect(metadata.spent).toMatchObject({ contacts: rows.filter(({ action_code }) => action_code !== 'none').length })
    expect((metadata.spent as { contacts: number }).contacts).toBeLessThanOrEqual(50)
    expect((metadata.suppressed as Record<string, number>).budget).toBeGreaterThan(300)
  })
})
