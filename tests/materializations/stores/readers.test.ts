import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type ClientBase } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultHome, openFaultHome } from '../../faults/support/home.ts'
import { described } from '../../faults/support/undisturbed.ts'

/** A mart alone: each load has more rows than the one before, and every row says how many there are. */
const DEFINITIONS = `
import { readFileSync } from 'node:fs'
import { asset, daily, defineGraph, published } from 'ottok'

const mart = asset({
  key: 'scores/mart',
  partitions: daily({ start: '2026-03-01', timezone: 'Europe/Moscow' }),
  store: published({
    schema: 'mart',
    table: 'numbers',
    comment: 'Numbers.',
    columns: [
      { name: 'id', type: 'integer', comment: 'The number.' },
      { name: 'day', type: 'date', comment: 'The day.' },
      { name: 'load', type: 'integer', comment: 'Which load brought it.' },
      { name: 'total', type: 'integer', comment: 'Rows of the load.' },
    ],
    key: ['id'],
    views: [
      { name: 'numbers_status', comment: 'How it stands.', sql: ({ status, assetKey }) =>
        'SELECT partition, state, stale_since, blocked_by FROM ' + status + ' WHERE asset_key = ' + assetKey },
    ],
  }),
  async materialize({ partition, resources }) {
    const { load, broken } = JSON.parse(readFileSync(resources.feed, 'utf8'))
    if (broken) throw new Error('the numbers are broken')
    const total = 3000 + load * 10
    return { kind: 'rows', rows: Array.from({ length: total }, (_, id) => [id, partition.date, load, total]) }
  },
})

export default defineGraph({ assets: [mart], resources: ({ home }) => ({ feed: home + '/feed.json' }) })
`

const LOADS = 50
const KILLED = 10
const ENVIRONMENT = 'readers'
const dayAt = (day: number): string => `2026-03-0${day}T12:00:00+03:00`

let world: FaultHome
let schema: string
const clients: Client[] = []

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: await world.postgresUrl() })
  await client.connect()
  clients.push(client)
  return client
}

async function load(nth: number, day: number): Promise<void> {
  await world.setFeed({ load: nth })
  const ran = await world.run(['materialize', 'scores/mart', '--latest', '--force'], {
    environment: ENVIRONMENT,
    now: dayAt(day),
  })
  expect(ran.code, described(ran)).toBe(0)
}

beforeAll(async () => {
  world = await openFaultHome('readers')
  schema = `mart_${world.fullName(ENVIRONMENT)}`
  await world.write('definitions.ts', DEFINITIONS)
  await load(0, 2)
})
afterAll(async () => {
  for (const client of clients) await client.end()
  await world.remove()
})

interface Seen {
  readonly rows: number
  readonly total: number
  readonly loads: number
  readonly days: number
  readonly day: string
}

const LOOK = (
  view: string,
): string => `SELECT count(*)::int AS rows, max(total) AS total, count(DISTINCT load)::int AS loads,
  count(DISTINCT day)::int AS days, max(day)::text AS day FROM ${view}`

async function look(client: ClientBase, view: string): Promise<Seen> {
  return (await client.query<Seen>(LOOK(view))).rows[0]!
}

describe('readers of a published table', () => {
  it('never see a torn day, a wrong count, an older day or an error during loads and killed loads', async () => {
    const view = `${schema}.numbers`
    const role = `ottok_reader_${world.fullName(ENVIRONMENT)}`
    let over = false
    const problems: string[] = []
    let looks = 0
    const judge = (seen: Seen, before: string): string => {
      looks++
      if (seen.rows !== seen.total || seen.loads !== 1 || seen.days !== 1)
        problems.push(`torn: ${JSON.stringify(seen)}`)
      if (seen.day < before) problems.push(`moved back from ${before} to ${seen.day}`)
      return seen.day
    }
    const asReader = async (work: (client: Client, day: string) => Promise<string>): Promise<void> => {
      const client = await connected()
      await client.query(`SET ROLE "${role}"`)
      let day = ''
      while (!over) day = await work(client, day)
    }
    const readers = [
      asReader(async (client, day) => judge(await look(client, view), day)),
      // A report that reads twice in one snapshot, with loads between.
      asReader(async (client, day) => {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
        const pointed = await client.query<{ rows: number }>(`SELECT rows::int FROM ${view}_pointer`)
        await sleep(150)
        const seen = await look(client, view)
        await client.query('COMMIT')
        if (pointed.rows[0]!.rows !== seen.rows) problems.push(`pointer ${pointed.rows[0]!.rows}, rows ${seen.rows}`)
        return judge(seen, day)
      }),
      asReader(async (client, day) => {
        const joined = await client.query<{ one: number; other: number }>(
          `SELECT count(*)::int AS one, count(d.id)::int AS other FROM ${view} n LEFT JOIN ${view}_all_days d USING (id, day, load)`,
        )
        const { one, other } = joined.rows[0]!
        if (one !== other || one === 0) problems.push(`the day joins ${other} of its ${one} rows`)
        looks++
        return day
      }),
    ].map((reader) => reader.catch((error: unknown) => problems.push(String(error))))

    const killed: string[] = []
    for (let nth = 1; nth <= LOADS; nth++) {
      const day = 2 + Math.floor((nth * 6) / LOADS)
      if (nth % (LOADS / KILLED) === 0) {
        const at = { environment: ENVIRONMENT, now: dayAt(day) }
        const named = [undefined, 'published-loaded', 'published-recorded'] as const
        const killAt = named[killed.length % named.length]
        await world.setFeed({ load: nth })
        const run = world.start(['materialize', 'scores/mart', '--latest', '--force'], {
          ...at,
          ...(killAt && { killAt }),
        })
        if (!killAt) setTimeout(() => run.child.kill('SIGKILL'), 500 + ((nth * 37) % 300))
        killed.push((await run.ended).signal ?? 'ended before it was killed')
      }
      await load(nth, day)
    }
    over = true
    await Promise.all(readers)

    expect(problems).toEqual([])
    expect(killed.filter((end) => end === 'SIGKILL').length).toBeGreaterThanOrEqual(KILLED - 3)
    expect(looks).toBeGreaterThan(LOADS)
    const last = await look(await connected(), view)
    expect(last).toEqual({ rows: 3500, total: 3500, loads: 1, days: 1, day: '2026-03-07' })
  })

  it('keep what they have begun to read: a load goes some time after it was replaced', async () => {
    const client = await connected()
    const loads = async (): Promise<number> => {
      const found = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_inherits WHERE inhparent = '${schema}.numbers_history'::regclass`,
      )
      return found.rows[0]!.n
    }
    expect(await loads()).toBeGreaterThan(LOADS)
    const lineage = `ottok_${world.fullName(ENVIRONMENT)}`
    await client.query(`UPDATE ${lineage}.materializations SET made_at = made_at - interval '11 minutes'`)

    const reader = await connected()
    await reader.query('BEGIN')
    await reader.query(`SELECT count(*) FROM ${schema}.numbers_history`)
    // A reader holds them all: nothing is dropped, and nobody waits.
    await load(LOADS + 1, 8)
    expect(await loads()).toBeGreaterThan(LOADS)
    await reader.query('COMMIT')

    await load(LOADS + 2, 8)
    // Seven days, each by its current load; the last day's two that were just replaced; and the one that waits.
    expect(await loads()).toBe(7 + 2 + 1)
  })

  it('are told how it stands', async () => {
    const client = await connected()
    const status = async () => (await client.query(`SELECT * FROM ${schema}.numbers_status`)).rows
    expect(await status()).toEqual([{ partition: '2026-03-07', state: 'current', stale_since: null, blocked_by: null }])

    await world.setFeed({ broken: true })
    const ran = await world.run(['materialize', 'scores/mart', '--latest'], {
      environment: ENVIRONMENT,
      now: dayAt(9),
    })
    expect(ran.code).toBe(1)
    expect(await status()).toEqual([
      {
        partition: '2026-03-08',
        state: 'missing',
        stale_since: new Date(dayAt(9)),
        blocked_by: 'scores/mart@2026-03-08: the numbers are broken',
      },
    ])
    const kept = await look(client, `${schema}.numbers`)
    expect(kept.day).toBe('2026-03-07')
  })

  it('find a comment on every table, view and column', async () => {
    const client = await connected()
    const bare = await client.query(
      `SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
       WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('p', 'v') AND c.relname <> 'numbers_status'
         AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)`,
      [schema],
    )
    expect(bare.rows).toEqual([])
  })
})
