import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSimulatedSources, type SimulatedSources } from '../../../lib/sources/index.ts'
import type { BillingLog } from '../../../lib/sources/simulator/billing-log.ts'
import { createCalendar, DAY } from '../../../lib/sources/simulator/calendar.ts'
import { DirtLedger } from '../../../lib/sources/simulator/dirt-ledger.ts'
import { isoMillisText, isoText, localText, utcText } from '../../../lib/sources/simulator/formats/clock-text.ts'
import { createContacts } from '../../../lib/sources/simulator/formats/contacts.ts'
import type { Parameters } from '../../../lib/sources/simulator/index.ts'
import { establishedAccount } from '../../../lib/sources/simulator/population.ts'
import { Random } from '../../../lib/sources/simulator/random.ts'
import { createConditions } from '../../../lib/sources/simulator/season.ts'
import type { Warehouse } from '../../../lib/warehouse/index.ts'
import { openTestWarehouse, type SmallWorld, simulateSmall, smallParameters, temporaryFolder } from './world.ts'

type TextSource = 'web_events' | 'app_events' | 'tv_events' | 'catalogue'
/** A row as the source sent it; of a line that cannot be read, nothing but the line. */
type Fields = Record<string, unknown> & { readonly line: string }

const silentLog: BillingLog = {
  entitlement: () => undefined,
  revocation: () => undefined,
  replacement: () => undefined,
  autoRenew: () => undefined,
  cancellation: () => undefined,
  payment: () => undefined,
  access: () => undefined,
}
const forever = new Date('2030-01-01T00:00:00Z')
let world: SmallWorld
let sources: SimulatedSources['sources']
let warehouse: Warehouse
let days: string[]
let delivered: Record<TextSource, ReadonlyMap<string, readonly Fields[]>>

beforeAll(async () => {
  // More dirt than usual: a little of every kind even in a small world.
  const dirt = { ...smallParameters.dirt, duplicateShare: 0.02, malformedShare: 0.01 }
  world = await simulateSmall({ users: 400, days: 40, parameters: { ...smallParameters, dirt } })
  sources = (await openSimulatedSources(world.folder)).sources
  warehouse = await openTestWarehouse()
  days = Array.from({ length: 40 }, (_, day) =>
    Temporal.PlainDate.from(world.world.start).add({ days: day }).toString(),
  )
  delivered = {
    web_events: await readAll('web_events', tsvRows),
    app_events: await readAll('app_events', documentRows),
    tv_events: await readAll('tv_events', jsonRows),
    catalogue: await readAll('catalogue', jsonRows),
  }
})
afterAll(() => warehouse.close())

async function readAll(source: TextSource, parse: (text: string) => Fields[]): Promise<Map<string, Fields[]>> {
  const byDay = new Map<string, Fields[]>()
  for (const day of days) {
    byDay.set(day, parse(Buffer.from(await sources[source].payload(day, forever)).toString('utf8')))
  }
  return byDay
}

function tsvRows(text: string): Fields[] {
  const [header = '', ...lines] = text.trimEnd().split('\n')
  const names = header.split('\t')
  return lines.map((line) => {
    const cells = line.split('\t')
    return cells.length === names.length
      ? { line, ...Object.fromEntries(names.map((name, i) => [name, cells[i]])) }
      : { line }
  })
}

function documentRows(text: string): Fields[] {
  return (JSON.parse(text) as { data: Record<string, string>[] }).data.map((row) => ({
    line: JSON.stringify(row),
    ...row,
  }))
}

function jsonRows(text: string): Fields[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      try {
        return { line, ...(JSON.parse(line) as object) }
      } catch {
        return { line }
      }
    })
}

const text = (row: Fields, field: string): string => String(row[field] ?? '')
const serviceDay = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Europe/Moscow').toPlainDate().toString()
const localMs = (local: string): number => Date.parse(`${local.replace(' ', 'T')}+03:00`)

/** What a reader that knows nothing of the simulator would refuse, and what names a row. */
const readers: Record<TextSource, { refuses(row: Fields, day: string): boolean; key: string }> = {
  web_events: {
    key: 'ym:pv:watchID',
    refuses: (row, day) => !text(row, 'ym:pv:clientID') || !text(row, 'ym:pv:dateTime').startsWith(day),
  },
  app_events: {
    key: 'event_id',
    refuses: (row) => {
      const [happened, received] = [Number(row.event_timestamp), Number(row.event_receive_timestamp)]
      return !row.event_id || happened < 1_000_000_000 || happened > received + DAY
    },
  },
  tv_events: {
    key: 'event_id',
    refuses: (row, day) => {
      const moment = Date.parse(text(row, 'event_time'))
      return !row.account_id || Number(row.load_ms) < 0 || Number.isNaN(moment) || serviceDay(moment) !== day
    },
  },
  catalogue: { key: '_id', refuses: (row) => !row._id || !(Number(row.duration_s) > 0) },
}

function usable(source: TextSource): Fields[] {
  return [...delivered[source]].flatMap(([day, rows]) => rows.filter((row) => !readers[source].refuses(row, day)))
}

describe('dirt', () => {
  it.each(['web_events', 'app_events', 'tv_events', 'catalogue'] as const)(
    'of %s is what the truth counts',
    (source) => {
      const { refuses, key } = readers[source]
      const seen = new Set<string>()
      for (const [day, rows] of delivered[source]) {
        const count = { delivered: rows.length, duplicates: 0, malformed: 0 }
        for (const row of rows) {
          // A snapshot of the catalogue holds every title anew.
          const name = source === 'catalogue' ? `${day}/${row[key]}` : String(row[key])
          if (refuses(row, day)) count.malformed += 1
          else if (seen.has(name)) count.duplicates += 1
          else seen.add(name)
        }
        expect(count, day).toEqual(world.truth.dirt[source]?.[day] ?? { delivered: 0, duplicates: 0, malformed: 0 })
      }
      const sum = (part: 'delivered' | 'duplicates' | 'malformed'): number =>
        days.reduce((total, day) => total + (world.truth.dirt[source]?.[day]?.[part] ?? 0), 0)
      expect(sum('duplicates')).toBeGreaterThan(0)
      expect(sum('duplicates') / sum('delivered')).toBeLessThan(0.03)
      expect(sum('malformed')).toBeGreaterThan(0)
      expect(sum('malformed') / sum('delivered')).toBeLessThan(0.03)
    },
  )

  it('of accounts is what the truth counts', async () => {
    const history = Object.keys(world.truth.dirt.accounts ?? {})
    const { table } = await sources.accounts.read(history, forever)
    const found = await warehouse.rows<{ day: string; delivered: number; duplicates: number; malformed: number }>(
      `SELECT day, count() AS delivered, countIf(bad) AS malformed, countIf(NOT bad) - uniqExactIf(change_id, NOT bad) AS duplicates
       FROM (SELECT *, user_id = '' OR registered_at IS NULL OR changed_at IS NULL
         OR greatest(email_verified, phone_verified, consent_email, consent_push, consent_sms, deleted) > 1 AS bad FROM ${table})
       GROUP BY day ORDER BY day`,
      { settings: { output_format_json_quote_64bit_integers: 0 } },
    )
    expect(Object.fromEntries(found.map(({ day, ...count }) => [day, count]))).toEqual(world.truth.dirt.accounts)
  })
})

describe('hits of the site', () => {
  it('are read by the engine as the types that Yandex.Metrica documents', async () => {
    const path = join(temporaryFolder(), 'hits.tsv')
    const header =
      'ym:pv:watchID,ym:pv:visitID,ym:pv:counterID,ym:pv:clientID,ym:pv:dateTime,ym:pv:title,ym:pv:URL,ym:pv:referer,ym:pv:isPageView,ym:pv:deviceCategory,ym:pv:operatingSystemRoot,ym:pv:goalsID,ym:pv:parsedParamsKey1,ym:pv:parsedParamsKey2,received_at'.replaceAll(
        ',',
        '\t',
      )
    const good = usable('web_events')
    writeFileSync(path, `${header}\n${good.map(({ line }) => line).join('\n')}\n`)
    const types = [
      'UInt64',
      'UInt64',
      'UInt32',
      'UInt64',
      'DateTime',
      'String',
      'String',
      'String',
      'UInt8',
      'String',
      'String',
      'Array(UInt32)',
      'Array(String)',
      'Array(String)',
      'DateTime',
    ]
    const structure = header
      .split('\t')
      .map((name, i) => `\`${name}\` ${types[i]}`)
      .join(', ')
    const [row] = await warehouse.rows<Record<string, number>>(
      `SELECT count() AS hits, uniqExact(\`ym:pv:visitID\`) AS visits, countIf(\`ym:pv:parsedParamsKey1\` = ['user_id']) AS logins,
         countIf(match(\`ym:pv:parsedParamsKey2\`[1], '^u[0-9]{7}$')) AS named, countIf(has(\`ym:pv:goalsID\`, 1)) AS goals
       FROM file('${path}', 'TabSeparatedWithNames', '${structure}')`,
      { settings: { output_format_json_quote_64bit_integers: 0 } },
    )
    const logins = good.filter((each) => text(each, 'ym:pv:URL').endsWith('/login')).length
    const visits = new Set(good.map((each) => each['ym:pv:visitID'])).size
    expect(row).toEqual({ hits: good.length, visits, logins, named: logins, goals: logins })
  })

  it('have one browser for a visit, and browsers forget their cookies and now and then have two users', () => {
    const clients = new Map<string, Set<string>>()
    const users = new Map<string, Set<string>>()
    const byUser = new Map<string, Set<string>>()
    const add = (map: Map<string, Set<string>>, key: string, value: string): void =>
      void map.set(key, (map.get(key) ?? new Set()).add(value))
    for (const row of usable('web_events')) {
      const client = text(row, 'ym:pv:clientID')
      add(clients, text(row, 'ym:pv:visitID'), client)
      const user = /u\d{7}/.exec(text(row, 'ym:pv:parsedParamsKey2'))?.[0]
      if (user === undefined) continue
      add(users, client, user)
      add(byUser, user, client)
    }
    expect([...clients.values()].filter(({ size }) => size !== 1)).toEqual([])
    expect([...byUser.values()].filter(({ size }) => size > 1).length).toBeGreaterThan(0)
    const shared = [...users.values()].filter(({ size }) => size > 1).length
    expect(shared / users.size).toBeLessThan(0.1)
  })

  it('are first seen on one of the four mornings after the visit', () => {
    const first = new Map<string, Fields>()
    for (const row of usable('web_events'))
      if (!first.has(text(row, 'ym:pv:watchID'))) first.set(text(row, 'ym:pv:watchID'), row)
    const lags = [...first.values()].map((row) => {
      const received = Date.parse(`${text(row, 'received_at').replace(' ', 'T')}Z`)
      const hour = Temporal.Instant.fromEpochMilliseconds(received).toZonedDateTimeISO('Europe/Moscow').hour
      if (hour !== 4) throw new Error(`seen at ${hour} o'clock: ${row.line}`)
      return Math.round(
        (Date.parse(serviceDay(received)) - Date.parse(text(row, 'ym:pv:dateTime').slice(0, 10))) / 86_400_000,
      )
    })
    expect(Math.min(...lags)).toBe(1)
    // One more for a visit that runs past midnight.
    expect(Math.max(...lags)).toBeLessThanOrEqual(5)
    expect(lags.filter((lag) => lag === 1).length / lags.length).toBeGreaterThan(0.85)
    expect(lags.filter((lag) => lag > 1).length).toBeGreaterThan(0)
  })
})

describe('events of the app', () => {
  it('are texts throughout, in the file of the serving day of their receipt', () => {
    for (const [day, rows] of delivered.app_events) {
      const opened = localMs(`${day} 06:00:00`)
      for (const { line: _line, ...row } of rows) {
        if (!Object.values(row).every((value) => typeof value === 'string')) throw new Error(`not all texts: ${_line}`)
        const received = 1000 * Number(row.event_receive_timestamp)
        if (received <= opened || received > opened + 86_400_000) throw new Error(`not of day ${day}: ${_line}`)
        if (
          `${text({ line: '', ...row }, 'event_receive_datetime').replace(' ', 'T')}Z` !==
          new Date(received).toISOString().replace('.000', '')
        )
          throw new Error(`two times of receipt: ${_line}`)
      }
    }
  })

  it('come late from phones that were offline, up to days', () => {
    const lags = usable('app_events').map((row) => Number(row.event_receive_timestamp) - Number(row.event_timestamp))
    const share = (from: number): number => lags.filter((lag) => lag > from).length / lags.length
    expect(share(3600)).toBeGreaterThan(0.03)
    expect(share(DAY)).toBeGreaterThan(0.005)
    expect(share(DAY)).toBeLessThan(0.06)
  })

  it('tell the title where there is one, and the user of nearly all', () => {
    const rows = usable('app_events')
    for (const row of rows.filter(({ event_name }) => event_name === 'play')) {
      const { title_id: title } = JSON.parse(text(row, 'event_json')) as { title_id: string }
      if (!/^t\d{5}$/.test(title)) throw new Error(`no title: ${row.line}`)
    }
    const named = rows.filter(({ profile_id }) => profile_id !== '').length / rows.length
    expect(named).toBeGreaterThan(0.95)
    expect(named).toBeLessThan(1)
  })
})

describe('lines of TV sets', () => {
  it('come minutes to a day after the event, in the file of its day', () => {
    const rows = usable('tv_events')
    const lags = rows.map((row) => Date.parse(text(row, 'received_at')) - Date.parse(text(row, 'event_time')))
    const usual = lags.filter((lag) => lag > 30_000 && lag < 86_400_000).length / lags.length
    // The rest: clocks that are off.
    expect(usual).toBeGreaterThan(0.85)
    expect(usual).toBeLessThan(1)
    expect(lags.filter((lag) => lag > 3_600_000).length).toBeGreaterThan(0)
  })

  it('hold some errors, and loads of seconds', () => {
    const rows = usable('tv_events')
    const errors = rows.filter(({ event }) => event === 'playback_error').length
    const plays = rows.filter(({ event }) => event === 'play_request')
    expect(errors / plays.length).toBeGreaterThan(0.01)
    expect(errors / plays.length).toBeLessThan(0.15)
    const loads = plays.map(({ load_ms }) => Number(load_ms)).sort((a, b) => a - b)
    expect(loads[loads.length >> 1]).toBeGreaterThan(800)
    expect(loads[loads.length >> 1]).toBeLessThan(5000)
  })
})

describe('accounts of Pass.Media', () => {
  it('are whole rows, known after they changed; the first one before or at the first subscription', async () => {
    const { table } = await sources.accounts.read(Object.keys(world.truth.dirt.accounts ?? {}), forever)
    const subscriptions = (await sources.subscriptions.read(Object.keys(world.truth.dirt.subscriptions ?? {}), forever))
      .table
    const [found] = await warehouse.rows(
      `WITH good AS (SELECT * FROM ${table} WHERE user_id != '' AND changed_at IS NOT NULL AND consent_email < 2),
         firsts AS (SELECT user_id, min(start) AS start FROM ${subscriptions} WHERE kind = 'entitlement' AND user_id != '' GROUP BY user_id)
       SELECT (SELECT countIf(known_at < changed_at) FROM good) AS foreseen,
         (SELECT countIf(registered_at > start) FROM good INNER JOIN firsts USING (user_id)) AS late,
         (SELECT uniqExact(user_id) FROM good) = (SELECT count() FROM firsts) AS everybody,
         (SELECT max(n) > 1 FROM (SELECT uniqExact(registered_at, age_band != '') AS n FROM good GROUP BY user_id)) AS moved,
         (SELECT count() > 0 FROM (SELECT user_id FROM good GROUP BY user_id HAVING uniqExact(consent_email) > 1)) AS withdrawn`,
      { settings: { output_format_json_quote_64bit_integers: 0 } },
    )
    expect(found).toEqual({ foreseen: 0, late: 0, everybody: 1, moved: 1, withdrawn: 1 })
  })
})

describe('the history of Altcraft', () => {
  it('is lines as its interface gives them, each known after it happened; who unsubscribes is told of', () => {
    const calendar = createCalendar({
      start: '2026-02-01',
      burnInDays: 10,
      days: 40,
      timezone: 'Europe/Moscow',
      publishLagHours: 6,
    })
    const lines: { day: number; row: Record<string, unknown>; known: number }[] = []
    const writer = {
      add: (day: number, line: string, known: number) => void lines.push({ day, row: JSON.parse(line), known }),
    }
    const dirt = new DirtLedger()
    const clean: Parameters = {
      ...smallParameters,
      dirt: { ...smallParameters.dirt, malformedShare: 0, duplicateShare: 0 },
    }
    const left: string[] = []
    const log = createContacts({
      writer,
      calendar,
      parameters: clean,
      seed: 1,
      dirt,
      unsubscribed: ({ traits }, _, channel) => void left.push(`${traits.userId} ${channel}`),
    })
    const account = establishedAccount(7, createConditions(calendar, clean, 1)(0), clean, new Random(1), silentLog)
    const at = 20 * DAY + 3600
    expect(() => log.reaction(account, at, 'open')).toThrow(/before any contact/)
    const contact = {
      channel: 'email',
      campaign: 'Winter "sale"',
      offer: 'OFF20',
      arm: 'randomised',
      propensity: 0.08,
      score: 0.31,
    } as const
    log.contact(account, at, contact)
    for (const [nth, action] of (['deliv', 'open', 'unsub'] as const).entries())
      log.reaction(account, at + 60 * (nth + 1), action)
    log.contact(account, at + DAY, { ...contact, offer: '', arm: 'control', propensity: 0.05 })
    log.contact(account, at + 2 * DAY, { ...contact, channel: 'push', arm: 'rule', propensity: null })

    expect(left).toEqual(['u0000007 email'])
    expect(lines.map(({ row }) => row.action)).toEqual(['send', 'deliv', 'open', 'unsub', 'hold', 'send'])
    expect(lines.map(({ row }) => row.propensity)).toEqual(['0.08', '0.08', '0.08', '0.08', '0.05', ''])
    const decisions = lines.map(({ row }) => (row.custom_data as { decision_id: string }).decision_id)
    expect(new Set(decisions).size).toBe(3)
    expect(new Set(lines.map(({ row }) => row.event_id)).size).toBe(6)
    expect(lines[0]?.row).toMatchObject({
      user_id: 'u0000007',
      campaign_name: 'Winter "sale"',
      datetime: '2026-02-10T22:00:00Z',
    })
    for (const { day, row, known } of lines) {
      expect(Date.parse(String(row.known_at))).toBe(known)
      expect(known).toBeGreaterThan(Date.parse(String(row.datetime)))
      expect(calendar.servingDayAt(known)).toBe(day)
    }
    const counted = dirt.entries().reduce((sum, { delivered: rows }) => sum + rows, 0)
    expect(counted).toBe(6)
  })
})

describe('the catalogue', () => {
  it('names people once a title: one director for films, and actors', () => {
    for (const row of usable('catalogue').slice(0, 2000)) {
      const persons = row.persons as { id: string; name: string; role: string }[]
      expect(new Set(persons.map(({ id }) => id)).size).toBe(persons.length)
      if (row.kind !== 'sport') expect(persons.filter(({ role }) => role === 'director').length).toBe(1)
    }
  })

  it('numbers the seasons of a series from 1 on, keeps its people, and ends it once', () => {
    const last = days.at(-1) as string
    const rows = (delivered.catalogue.get(last) ?? []).filter((row) => !readers.catalogue.refuses(row, last))
    const series = new Map<string, Fields[]>()
    for (const row of rows.sort((a, b) => text(a, '_id').localeCompare(text(b, '_id')))) {
      const id = text(row, 'series_id')
      if (id !== '') series.set(id, [...(series.get(id) ?? []), row])
    }
    expect([...series.values()].filter(({ length }) => length > 1).length).toBeGreaterThan(20)
    for (const seasons of series.values()) {
      const ordered = [...new Map(seasons.map((row) => [row._id, row])).values()]
      expect(ordered.map(({ season }) => season)).toEqual(ordered.map((_, index) => index + 1))
      expect(ordered.slice(0, -1).filter(({ finale }) => finale)).toEqual([])
      expect(new Set(ordered.map(({ persons }) => JSON.stringify(persons))).size).toBe(1)
    }
  })

  it('is the same on the next day but for what was announced', () => {
    const known = (day: string): string[] => {
      const rows = (delivered.catalogue.get(day) ?? []).filter((row) => !readers.catalogue.refuses(row, day))
      return [...new Set(rows.map(({ received_at: _, line: __, ...row }) => JSON.stringify(row)))]
    }
    const [today, tomorrow] = [known(days[10] as string), known(days[11] as string)]
    expect(today.filter((row) => !tomorrow.includes(row))).toEqual([])
    expect(tomorrow.length).toBeGreaterThan(today.length)
    expect(tomorrow.length).toBeLessThan(today.length + 10)
  })
})

describe('times', () => {
  it('are written as Temporal writes them, in every zone and over both changes of the clocks', () => {
    const calendar = createCalendar({
      start: '2026-03-01',
      burnInDays: 0,
      days: 300,
      timezone: 'Europe/Berlin',
      publishLagHours: 6,
    })
    for (const day of ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-25', '2026-12-31']) {
      for (let hour = 0; hour < 30; hour += 1) {
        const ms = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000 + 12_345
        const instant = Temporal.Instant.fromEpochMilliseconds(ms)
        expect(isoMillisText(ms)).toBe(instant.toString({ fractionalSecondDigits: 3 }))
        expect(isoText(ms)).toBe(instant.toString({ smallestUnit: 'second' }))
        expect(utcText(ms)).toBe(isoText(ms).replace('T', ' ').replace('Z', ''))
        const wall = instant.toZonedDateTimeISO('Europe/Berlin').toPlainDateTime()
        expect(localText(ms, calendar)).toBe(wall.toString({ smallestUnit: 'second' }).replace('T', ' '))
      }
    }
  })
})
