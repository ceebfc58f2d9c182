import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contactStateSql } from '../../../lib/decisions/contact-state-sql.ts'
import { defaultRule as rule } from '../../../lib/features/labels/rule.ts'
import { type Engine, openEngine } from '../features/engine.ts'
import { randomFrom } from './random.ts'

interface AccountRow {
  day: string
  change_id: string
  user_id: string
  email_verified: number
  phone_verified: number
  consent_email: number
  consent_push: number
  consent_sms: number
  deleted: number
  changed_at: string
  known_at: string
}

interface ContactRow {
  day: string
  event_id: string
  user_id: string
  action: string
  channel: string
  offer_code: string
  arm: string
  happened_at: string
}

const channels = ['email', 'push', 'sms'] as const
const days = ['2026-03-10', '2026-03-11', '2026-03-25', '2026-04-20']
const users = Array.from({ length: 40 }, (_, u) => `u${u}`)

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
  await engine.command(`CREATE TABLE accounts (day Date, change_id String, user_id String, email_verified UInt8, phone_verified UInt8,
    consent_email UInt8, consent_push UInt8, consent_sms UInt8, deleted UInt8, changed_at DateTime('UTC'), known_at DateTime('UTC'))
    ENGINE = MergeTree ORDER BY user_id`)
  await engine.command(`CREATE TABLE contacts (day Date, event_id String, user_id String, action LowCardinality(String),
    channel LowCardinality(String), offer_code LowCardinality(String), arm LowCardinality(String), happened_at DateTime('UTC'))
    ENGINE = MergeTree ORDER BY user_id`)
})
afterAll(() => engine.close())

async function stateOf(accounts: readonly AccountRow[], contacts: readonly ContactRow[], list = days) {
  for (const [table, rows] of Object.entries({ accounts, contacts })) {
    await engine.command(`TRUNCATE TABLE ${table}`)
    if (rows.length > 0) await engine.insert(table, rows)
  }
  const sql = contactStateSql({ accounts: 'accounts', contacts: 'contacts', days: '{p_list:Array(Date)}', rule })
  return engine.rows<Record<string, unknown>>(`SELECT * FROM (${sql}) ORDER BY snapshot_day, user_id`, { p_list: list })
}

const account = (row: Partial<AccountRow>): AccountRow => ({
  day: '2026-03-01',
  change_id: 'a1',
  user_id: 'u1',
  email_verified: 1,
  phone_verified: 0,
  consent_email: 1,
  consent_push: 0,
  consent_sms: 0,
  deleted: 0,
  changed_at: '2026-03-01 10:00:00',
  known_at: '2026-03-01 11:00:00',
  ...row,
})
const contact = (row: Partial<ContactRow>): ContactRow => ({
  day: '2026-03-05',
  event_id: 'e1',
  user_id: 'u1',
  action: 'send',
  channel: 'email',
  offer_code: 'digest',
  arm: 'policy',
  happened_at: '2026-03-05 10:00:00',
  ...row,
})

describe('the state of contacts', () => {
  it('counts windows from t(D) in the zone of the service, and a redelivered row once', async () => {
    // t(2026-03-10) is 21:00 UTC of that day; seven days before it is 21:00 UTC of the 3rd.
    const rows = await stateOf(
      [account({})],
      [
        contact({ event_id: 'e1', day: '2026-03-03', happened_at: '2026-03-03 20:59:59' }),
        contact({ event_id: 'e2', day: '2026-03-03', happened_at: '2026-03-03 21:00:00', offer_code: 'pause' }),
        contact({ event_id: 'e2', day: '2026-03-04', happened_at: '2026-03-03 21:00:00', offer_code: 'pause' }),
        contact({ event_id: 'e3', action: 'hold', arm: 'control', offer_code: 'other' }),
        contact({ event_id: 'e4', day: '2026-03-11', happened_at: '2026-03-10 12:00:00', channel: 'push' }),
      ],
      ['2026-03-10'],
    )
    expect(rows).toMatchObject([
      {
        user_id: 'u1',
        contacts_7d: 1,
        contacts_7d_email: 1,
        contacts_7d_push: 0,
        contacts_30d: 2,
        last_contact_at: '2026-03-03 21:00:00',
        offers_sent: [
          ['digest', '2026-03-03 20:59:59'],
          ['pause', '2026-03-03 21:00:00'],
        ],
        opted_out: 0,
      },
    ])
  })

  it.each<[string, Partial<AccountRow>[], Partial<ContactRow>[], number]>([
    ['consent stands', [{}], [], 0],
    ['there never was any consent', [{ consent_email: 0 }], [], 0],
    ['consent was withdrawn', [{}, { change_id: 'a2', changed_at: '2026-03-02 10:00:00', consent_email: 0 }], [], 1],
    ['consent was given again', [{ consent_email: 0 }, { change_id: 'a2', changed_at: '2026-03-02 10:00:00' }], [], 0],
    ['the only consented channel was unsubscribed', [{}], [{ action: 'unsub' }], 1],
    ['another channel is left', [{ consent_push: 1 }], [{ action: 'unsub' }], 0],
    ['the account is deleted', [{ deleted: 1 }], [], 1],
    ['it will be deleted, but that is not known yet', [{}, { change_id: 'a2', day: '2026-03-11', deleted: 1 }], [], 0],
    [
      'an older change becomes known later',
      [
        { consent_email: 0, changed_at: '2026-03-04 10:00:00' },
        { change_id: 'a2', day: '2026-03-05', known_at: '2026-03-05 10:00:00' },
      ],
      [],
      1,
    ],
  ])('opted out: %s', async (_, accounts, contacts, expected) => {
    const rows = await stateOf(accounts.map(account), contacts.map(contact), ['2026-03-10'])
    expect(rows.map(({ opted_out }) => opted_out)).toEqual([expected])
  })

  it('has accounts that are only known by their contacts, without any consent', async () => {
    const rows = await stateOf([], [contact({ user_id: 'stranger' })], ['2026-03-10'])
    expect(rows).toMatchObject([
      { user_id: 'stranger', account_known: 0, consent_email: 0, opted_out: 0, contacts_30d: 1 },
    ])
  })

  it('equals a slow look at every row, for random histories and several days at once', async () => {
    const { accounts, contacts } = randomHistory()
    const found = await stateOf(accounts, contacts)
    const expected = days.flatMap((day) => users.flatMap((user) => slowState(user, day, accounts, contacts) ?? []))
    expected.sort((a, b) => compare([a.snapshot_day, a.user_id], [b.snapshot_day, b.user_id]))
    expect(found.length).toBeGreaterThan(100)
    expect(found).toEqual(expected)
    const alone = await stateOf(accounts, contacts, [days[2]!])
    expect(alone).toEqual(found.filter(({ snapshot_day }) => snapshot_day === days[2]))
  })
})

function randomHistory(): { accounts: AccountRow[]; contacts: ContactRow[] } {
  const random = randomFrom(5)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const bit = (): number => Number(random() < 0.5)
  const moment = (): string => shown(Date.parse('2026-02-01T00:00:00Z') + Math.floor(random() * 85 * 86_400) * 1000)
  const knownDay = (at: string): string =>
    at.slice(0, 10).replace(/\d\d$/, (d) => String(Math.min(28, Number(d) + pick([0, 0, 1, 3]))).padStart(2, '0'))
  const accounts = Array.from({ length: 120 }, (_, i) => {
    const changed_at = moment()
    return account({
      change_id: `a${i}`,
      user_id: pick(users.slice(0, 30)),
      day: knownDay(changed_at),
      changed_at,
      known_at: changed_at,
      email_verified: bit(),
      phone_verified: bit(),
      consent_email: bit(),
      consent_push: bit(),
      consent_sms: bit(),
      deleted: Number(random() < 0.05),
    })
  })
  const contacts = Array.from({ length: 600 }, (_, i) => {
    const happened_at = moment()
    return contact({
      event_id: `e${i}`,
      user_id: pick(users),
      day: knownDay(happened_at),
      happened_at,
      action: pick(['send', 'send', 'deliv', 'open', 'unsub', 'hold']),
      channel: pick(channels),
      offer_code: pick(['', 'digest', 'pause']),
    })
  })
  return { accounts, contacts }
}

/** Row by row, by the words of the description. */
function slowState(user: string, day: string, accounts: readonly AccountRow[], contacts: readonly ContactRow[]) {
  const mine = accounts.filter((row) => row.user_id === user && row.day <= day)
  const told = contacts.filter((row) => row.user_id === user && row.day <= day)
  const sent = told.filter(({ action }) => action === 'send')
  const unsub = told.filter(({ action }) => action === 'unsub')
  if (mine.length === 0 && sent.length + unsub.length === 0) return undefined
  const key = (row: AccountRow): string[] => [row.changed_at, row.known_at, row.change_id]
  const latest = [...mine].sort((a, b) => compare(key(a), key(b))).at(-1)
  const consents = (row: AccountRow): number[] => channels.map((channel) => row[`consent_${channel}`])
  const unsubscribed = channels.filter((channel) => unsub.some((row) => row.channel === channel))
  const standing = channels.some((channel) => latest?.[`consent_${channel}`] === 1 && !unsubscribed.includes(channel))
  const ever = mine.some((row) => consents(row).includes(1))
  const end = Date.parse(`${day}T21:00:00Z`)
  const within = (number: number) =>
    sent.filter((row) => Date.parse(`${row.happened_at.replace(' ', 'T')}Z`) >= end - number * 86_400_000)
  const times = (rows: readonly ContactRow[]): string | null =>
    rows
      .map(({ happened_at }) => happened_at)
      .sort()
      .at(-1) ?? null
  const codes = [...new Set(sent.map(({ offer_code }) => offer_code))].filter((code) => code !== '').sort()
  return {
    user_id: user,
    snapshot_day: day,
    account_known: latest ? 1 : 0,
    deleted: latest?.deleted ?? 0,
    consent_email: latest?.consent_email ?? 0,
    consent_push: latest?.consent_push ?? 0,
    consent_sms: latest?.consent_sms ?? 0,
    email_verified: latest?.email_verified ?? 0,
    phone_verified: latest?.phone_verified ?? 0,
    unsubscribed,
    opted_out: Number(latest?.deleted === 1 || (ever && !standing)),
    last_contact_at: times(sent),
    contacts_7d: within(7).length,
    contacts_30d: within(30).length,
    contacts_7d_email: within(7).filter(({ channel }) => channel === 'email').length,
    contacts_7d_push: within(7).filter(({ channel }) => channel === 'push').length,
    contacts_7d_sms: within(7).filter(({ channel }) => channel === 'sms').length,
    offers_sent: codes.map((code) => [code, times(sent.filter(({ offer_code }) => offer_code === code))]),
  }
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [place, text] of a.entries()) if (text !== b[place]) return text < b[place]! ? -1 : 1
  return 0
}

function shown(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ')
}
