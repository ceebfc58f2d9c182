import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OttokError } from '../../../lib/config/errors.ts'
import { changeLogColumns } from '../../../lib/features/labels/change-log.ts'
import { type DaySource, openSimulatedSources, type SimulatedSources } from '../../../lib/sources/index.ts'
import { type DirtCount, simulate } from '../../../lib/sources/simulator/index.ts'
import type { Warehouse } from '../../../lib/warehouse/index.ts'
import { openTestWarehouse, type SmallWorld, simulateSmall, temporaryFolder } from './world.ts'

let world: SmallWorld
let sources: SimulatedSources['sources']
let warehouse: Warehouse
let days: string[]
beforeAll(async () => {
  world = await simulateSmall()
  sources = (await openSimulatedSources(world.folder)).sources
  warehouse = await openTestWarehouse()
  days = daysBetween(world.world.start, world.world.end)
})
afterAll(() => warehouse.close())

function daysBetween(first: string, last: string): string[] {
  const result: string[] = []
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += 86_400_000) {
    result.push(new Date(ms).toISOString().slice(0, 10))
  }
  return result
}

/** c(D) of Moscow: 06:00 of D + 1 at UTC+3. */
function cutoff(day: string): Date {
  return new Date(Date.parse(day) + (24 + 6 - 3) * 3_600_000)
}

async function one<T>(sql: string): Promise<T> {
  const [row] = await warehouse.rows<T>(sql, { settings: { output_format_json_quote_64bit_integers: 0 } })
  return row as T
}

async function count(source: DaySource, at: readonly string[], now: Date, where = '1'): Promise<number> {
  const { table } = await source.read(at, now)
  return (await one<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE ${where}`)).n
}

/** Counts by day what a reader without any knowledge of the world finds in `rows` (day, id, refused, content). */
async function accounting(rows: string): Promise<Record<string, DirtCount>> {
  const found = await warehouse.rows<DirtCount & { day: string }>(
    `SELECT day, sum(n) AS delivered, sum(if(refused, 0, n - 1)) AS duplicates, sum(if(refused, n, 0)) AS malformed
     FROM (SELECT day, id, refused, count() AS n FROM (${rows}) GROUP BY day, id, refused
       HAVING throwIf(uniqExact(content) != 1, 'a redelivered row differs') = 0)
     GROUP BY day ORDER BY day`,
    { settings: { output_format_json_quote_64bit_integers: 0 } },
  )
  return Object.fromEntries(found.map(({ day, ...count }) => [day, count]))
}

function sums(counts: Record<string, DirtCount>): [delivered: number, duplicates: number, malformed: number] {
  const sum = (name: keyof DirtCount): number => Object.values(counts).reduce((total, each) => total + each[name], 0)
  return [sum('delivered'), sum('duplicates'), sum('malformed')]
}

const forever = new Date('2030-01-01T00:00:00Z')

describe('what has arrived', () => {
  it('is what observe counts and read returns, at any moment', async () => {
    for (const source of [sources.player_events, sources.subscriptions, sources.accounts]) {
      for (const now of [cutoff('2026-02-10'), new Date('2026-02-20T13:37:11Z'), new Date(world.world.now), forever]) {
        const observed = await source.observe(days, now)
        const { table } = await source.read(days, now)
        const read = await warehouse.rows<{ day: string; n: number }>(
          `SELECT day, count() AS n FROM ${table} GROUP BY day ORDER BY day`,
          { settings: { output_format_json_quote_64bit_integers: 0 } },
        )
        const counted = observed.filter(({ rows }) => rows > 0).map(({ day, rows }) => ({ day, n: rows }))
        expect(read).toEqual(counted)
      }
    }
  })

  it('never holds a row that arrives later', async () => {
    const now = new Date('2026-02-20T13:37:11Z')
    for (const [source, arrival] of [
      [sources.player_events, 'received_at'],
      [sources.subscriptions, 'known_at'],
    ] as const) {
      const { table } = await source.read(days, now)
      const { last } = await one<{ last: number }>(
        `SELECT toUnixTimestamp64Milli(max(${arrival})) AS last FROM ${table}`,
      )
      expect(last).toBeLessThanOrEqual(now.getTime())
      expect(last).toBeGreaterThan(now.getTime() - 6 * 3_600_000)
    }
  })

  it('changes its version only when rows arrive', async () => {
    const before = await sources.player_events.observe(days, cutoff('2026-02-20'))
    const after = await sources.player_events.observe(days, cutoff('2026-02-21'))
    for (const [index, { day, rows, version }] of before.entries()) {
      const later = after[index]
      expect(later?.version === version, day).toBe(later?.rows === rows)
    }
    const settled = after.filter(({ day }) => day < '2026-02-10')
    expect(settled).toEqual(
      await sources.player_events.observe(
        settled.map(({ day }) => day),
        forever,
      ),
    )
    expect(before.filter(({ rows }, index) => rows > 0 && rows !== after[index]?.rows).length).toBeGreaterThan(1)
  })

  it('leaves out days that the source does not have, and refuses to read them', async () => {
    expect(await sources.player_events.observe(['2020-01-01', world.world.end, '2031-01-01'], forever)).toHaveLength(1)
    await expect(sources.player_events.read(['2020-01-01'], forever)).rejects.toThrow(/2026-02-01 \.\. 2026-03-17/)
  })

  it('of no days is an empty table with the same columns', async () => {
    expect(await count(sources.subscriptions, [], forever)).toBe(0)
  })

  it('can be read whole where the engine does not see the files: the condition does the same', async () => {
    const now = cutoff('2026-02-10')
    const { files, arrived, table } = await sources.player_events.read(['2026-02-09'], now)
    const path = files[0]?.path
    const cut = await one<{ n: number }>(`SELECT count() AS n FROM file('${path}', 'Parquet') WHERE ${arrived}`)
    expect(cut).toEqual(await one(`SELECT count() AS n FROM ${table}`))
  })
})

describe('player events', () => {
  it('come late: most within the publish lag, some after it, none after a week', async () => {
    const settled = days.slice(0, 30)
    let late = 0
    let all = 0
    for (const day of settled) {
      const total = await count(sources.player_events, [day], forever)
      const inTime = await count(sources.player_events, [day], cutoff(day))
      const week = new Date(cutoff(day).getTime() + 7 * 86_400_000)
      expect(await count(sources.player_events, [day], week)).toBe(total)
      late += total - inTime
      all += total
    }
    expect(late / all).toBeGreaterThan(0.005)
    expect(late / all).toBeLessThan(0.08)
  })

  it('hold the duplicates and malformed rows that the truth counts, day by day', async () => {
    const { table } = await sources.player_events.read(days, forever)
    const moment = "parseDateTime64BestEffortOrNull(event_time, 3, 'UTC')"
    const found = await accounting(
      `SELECT day, event_id AS id, user_id = '' OR ${moment} IS NULL OR toDate(${moment}, 'Europe/Moscow') != day
         OR watched_s < 0 OR watched_s > 86400 AS refused, sipHash64(tuple(* EXCEPT received_at)) AS content FROM ${table}`,
    )
    expect(found).toEqual(world.truth.dirt.player_events)
    const [all, duplicates, malformed] = sums(found)
    expect(all).toBe(world.rows.player_events)
    expect(duplicates / all).toBeGreaterThan(0.004)
    expect(duplicates / all).toBeLessThan(0.006)
    // Broken rows, and those that a clock puts on another day.
    expect(malformed / all).toBeGreaterThan(0.0008)
    expect(malformed / all).toBeLessThan(0.004)
  })

  it('lie in the file of the day on which they happened, whatever the clock of the device says', async () => {
    const { table } = await sources.player_events.read(days, forever)
    const found = await one<Record<string, number>>(
      `SELECT count() AS n, countIf(toDate(happened, 'Europe/Moscow') != day) AS otherDay,
         countIf(happened > received_at) AS future, countIf(happened > received_at + INTERVAL 40 DAY) AS absurd
       FROM (SELECT day, received_at, assumeNotNull(parseDateTime64BestEffortOrNull(event_time, 3, 'UTC')) AS happened
         FROM ${table} WHERE parseDateTime64BestEffortOrNull(event_time, 3, 'UTC') IS NOT NULL)`,
    )
    const { n, otherDay, future, absurd } = found as Record<'n' | 'otherDay' | 'future' | 'absurd', number>
    expect(otherDay).toBeGreaterThan(0)
    expect(otherDay / n).toBeLessThan(0.004)
    expect(future / n).toBeGreaterThan(0.005)
    expect(future / n).toBeLessThan(0.06)
    expect(absurd).toBe(0)
  })

  it('stop when access ends', async () => {
    const events = (await sources.player_events.read(days, forever)).table
    const changes = (await sources.subscriptions.read(daysBetween(world.world.historyStart, world.world.end), forever))
      .table
    const { n } = await one<{ n: number }>(
      `SELECT count() AS n FROM (SELECT user_id, max(received_at) AS last FROM ${events} WHERE user_id != '' GROUP BY user_id) AS seen
       INNER JOIN (SELECT user_id, max(greatest(end_promised, ifNull(until, end_promised))) AS over FROM ${changes}
         WHERE kind IN ('entitlement', 'access') GROUP BY user_id) AS access USING (user_id)
       WHERE last > over + INTERVAL 7 DAY`,
    )
    expect(n).toBe(0)
  })
})

describe('the change log', () => {
  it('has the columns that labels are made from', () => {
    expect(sources.subscriptions.columns.map(({ name }) => name)).toEqual(changeLogColumns.map(({ name }) => name))
  })

  it('holds in day K what became known in (c(K-1), c(K)]', async () => {
    const all = daysBetween(world.world.historyStart, world.world.end)
    for (const day of [all[0], all[20], days[3], days[days.length - 1]] as string[]) {
      const before = new Date(cutoff(day).getTime() - 86_400_000)
      expect(await count(sources.subscriptions, [day], before)).toBe(0)
      const inTime = await count(sources.subscriptions, [day], cutoff(day))
      expect(inTime).toBeGreaterThan(0)
      expect(await count(sources.subscriptions, [day], forever)).toBe(inTime)
    }
  })

  it('holds every kind of change, and nothing known before it took place', async () => {
    const all = daysBetween(world.world.historyStart, world.world.end)
    const { table } = await sources.subscriptions.read(all, forever)
    const found = await one(
      `SELECT arraySort(groupUniqArray(kind)) AS kinds, countIf(known_at < if(kind = 'entitlement', activated_at, at)) AS foreseen
       FROM ${table}`,
    )
    expect(found).toEqual({
      kinds: ['access', 'auto_renew', 'cancellation', 'entitlement', 'payment', 'replacement', 'revocation'],
      foreseen: 0,
    })
    const phases = await one(
      `SELECT arraySort(groupUniqArray(phase)) AS phases FROM ${table} WHERE kind = 'entitlement'`,
    )
    expect(phases).toEqual({ phases: ['gift', 'intro', 'paid', 'partner', 'pause', 'promo', 'trial'] })
  })
})

describe('the dirt of the change log', () => {
  it('is what the truth counts, day by day, and every change arrives whole in the end', async () => {
    const all = daysBetween(world.world.historyStart, world.world.end)
    const { table } = await sources.subscriptions.read(all, forever)
    const refused = "user_id = '' OR (kind = 'entitlement' AND end_promised < start)"
    // Two ways to be broken may befall one change: then it is delivered broken twice, and differently.
    const found = await accounting(
      `SELECT day, concat(change_id, user_id, ifNull(toString(end_promised), '')) AS id, ${refused} AS refused,
         sipHash64(tuple(* EXCEPT known_at)) AS content FROM ${table}`,
    )
    expect(found).toEqual(world.truth.dirt.subscriptions)
    const [delivered, duplicates, malformed] = sums(found)
    const { changes, periods, unsized } = await one<Record<'changes' | 'periods' | 'unsized', number>>(
      `SELECT uniqExact(change_id) AS changes, uniqExactIf(change_id, kind = 'entitlement') AS periods,
         uniqExactIf(change_id, kind = 'entitlement' AND plan_days = 0) AS unsized FROM ${table} WHERE NOT (${refused})`,
    )
    expect(changes).toBe(delivered - duplicates - malformed)
    expect(duplicates / delivered).toBeGreaterThan(0.003)
    expect(malformed / delivered).toBeGreaterThan(0.001)
    expect(malformed / delivered).toBeLessThan(0.004)
    expect(unsized / periods).toBeGreaterThan(0.0003)
    expect(unsized / periods).toBeLessThan(0.004)
  })
})

describe('what has arrived of a source of text', () => {
  it('is what observe counts and payload holds, at any moment, and nothing that arrives later', async () => {
    for (const source of [
      sources.web_events,
      sources.app_events,
      sources.tv_events,
      sources.contacts,
      sources.catalogue,
    ]) {
      for (const now of [cutoff('2026-02-10'), new Date('2026-02-20T13:37:11Z'), forever]) {
        for (const { day, rows } of await source.observe([days[5], days[18], days[19]] as string[], now)) {
          const text = Buffer.from(await source.payload(day, now)).toString('utf8')
          expect(rowsIn(source.format, text), `${source.name} of ${day} at ${now.toISOString()}`).toHaveLength(rows)
        }
      }
    }
  })

  it('has rows, each counted in the truth', () => {
    for (const name of ['web_events', 'app_events', 'tv_events', 'catalogue', 'accounts'] as const) {
      const counts = Object.values(world.truth.dirt[name] ?? {})
      expect(world.rows[name], name).toBeGreaterThan(500)
      expect(
        counts.reduce((sum, { delivered }) => sum + delivered, 0),
        name,
      ).toBe(world.rows[name])
    }
  })
})

function rowsIn(format: DaySource['format'], text: string): unknown[] {
  if (format === 'JSON') return (JSON.parse(text) as { data: unknown[] }).data
  const lines = text.split('\n').slice(0, -1)
  return format === 'TSV' ? lines.slice(1) : lines
}

describe('the catalogue', () => {
  it('is a dated snapshot without titles of the future', async () => {
    for (const day of [days[0], days[20]] as string[]) {
      const text = Buffer.from(await sources.catalogue.payload(day, forever)).toString('utf8')
      const titles = rowsIn('JSONLines', text).flatMap((line) => {
        try {
          return [JSON.parse(line as string) as { _id: string; known_at: string }]
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          return []
        }
      })
      expect(titles.filter(({ known_at }) => Date.parse(known_at) > cutoff(day).getTime())).toEqual([])
      expect(new Set(titles.map(({ _id }) => _id)).size).toBeGreaterThan(900)
    }
  })
})

describe('a world on disk', () => {
  it('keeps its truth out of reach of the sources', async () => {
    expect(Object.keys(sources).sort()).toEqual([
      'accounts',
      'app_events',
      'catalogue',
      'contacts',
      'player_events',
      'subscriptions',
      'tv_events',
      'web_events',
    ])
    for (const day of ['../../truth/truth', '../subscriptions/2026-02-03']) {
      expect(await sources.player_events.observe([day], forever)).toEqual([])
      await expect(sources.player_events.read([day], forever)).rejects.toThrow(OttokError)
    }
    expect(JSON.stringify(sources)).not.toContain('truth')
  })

  it('ends one hour after the last serving cut-off', () => {
    expect(world.world.now).toBe(new Date(cutoff(world.world.end).getTime() + 3_600_000).toISOString())
  })

  it('is opened only when it is finished and of this format', async () => {
    const folder = temporaryFolder()
    await expect(openSimulatedSources(folder)).rejects.toThrow(/did not finish/)
    writeFileSync(join(folder, 'world.json'), '{"format":99}')
    await expect(openSimulatedSources(folder)).rejects.toThrow(/not of format 2/)
  })

  it('is never written over something else', async () => {
    const out = temporaryFolder()
    mkdirSync(join(out, 'something'))
    const options = { users: 10, days: 5, seed: 1, start: '2026-02-01', timezone: 'Europe/Moscow', out }
    await expect(simulate(options)).rejects.toMatchObject({ exitCode: 2 })
  })
})
