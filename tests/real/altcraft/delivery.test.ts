import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { openPostgres, removePostgres } from '../../../lib/postgres/index.ts'
import type { Profile } from '../../../lib/sources/altcraft/index.ts'
import { type AltcraftStandIn, startAltcraft } from '../../standins/altcraft.ts'
import type { FeedDay } from './support/definitions.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const USERS = 2_000

let home: string
let altcraft: AltcraftStandIn
let environment: string
let client: pg.Client

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ottok-altcraft-'))
  // The embedded server runs as another user, which must be able to reach its files.
  await chmod(home, 0o755)
  const postgres = await openPostgres(await loadSettings({ home }))
  await postgres.close()
  client = new pg.Client(postgres.url)
  await client.connect()
})
beforeEach(async () => {
  environment = `altcraft_${randomBytes(4).toString('hex')}`
  altcraft = await startAltcraft()
})
afterEach(() => altcraft.stop())
afterAll(async () => {
  await client.end()
  await removePostgres(home)
  await rm(home, { recursive: true, force: true })
})

const profile = (n: number, day: string, more: Partial<Profile> = {}): Profile => ({
  user_id: `u${String(n).padStart(5, '0')}`,
  // Each account and day has a decision of its own.
  decision_id: `00000000-0000-4000-8${day.slice(-2)}0-${String(n).padStart(12, '0')}`,
  action: 'discount',
  offer: 'discount_20',
  channel: 'email',
  risk_band: 'high',
  churn_percent: n % 100,
  reason_ru: `Не смотрел ничего уже ${n % 60} дней`,
  valid_until: '2026-03-12T03:00:00.000Z',
  ...more,
})
const many = (day: string, more: Partial<Profile> = {}) =>
  Array.from({ length: USERS }, (_, n) => profile(n, day, more))

const setFeed = (days: Readonly<Record<string, FeedDay>>) => writeFile(join(home, 'feed.json'), JSON.stringify(days))

interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** All that it printed. */
  readonly said: string
}

/** Starts `materialize` on the day after `day`, when its partition exists. */
function start(day: string, env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ran> } {
  const live = {
    ALTCRAFT_MODE: 'live',
    ALTCRAFT_URL: altcraft.url,
    ALTCRAFT_TOKEN: altcraft.token,
    ALTCRAFT_DATABASE: '7',
  }
  const now = new Date(Date.parse(`${day}T00:00:00Z`) + 33 * 3_600_000).toISOString()
  const line = [join(ROOT, 'bin/ottok.mjs'), 'materialize', '--as-of', now]
  const child = spawn(process.execPath, line, {
    env: {
      ...process.env,
      OTTOK_HOME: home,
      OTTOK_ENV: environment,
      OTTOK_DEFINITIONS: join(ROOT, 'tests/real/altcraft/support/definitions.ts'),
      ...live,
      ...env,
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  return { child, ended: new Promise((done) => child.on('close', (code, signal) => done({ code, signal, said }))) }
}

async function materialize(day: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const ran = await start(day, env).ended
  expect(ran.code, ran.said).toBe(0)
}

async function log(): Promise<Record<string, number>> {
  const rows = await client.query<{ state: string; n: number }>(
    `SELECT state, count(*)::int AS n FROM mart_${environment}.deliveries GROUP BY state`,
  )
  return Object.fromEntries(rows.rows.map(({ state, n }) => [state, n]))
}

function expectEverythingOnce(): void {
  expect(altcraft.profiles.size).toBe(USERS)
  expect([...altcraft.profiles.values()].filter(({ changes }) => changes !== 1)).toEqual([])
}

describe('a delivery to Altcraft', () => {
  it('sends every decision once; the next day, with nothing new, sends nothing', async () => {
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') }, '2026-03-02': { profiles: many('2026-03-02') } })
    await materialize('2026-03-01')
    expectEverythingOnce()
    expect(altcraft.profiles.get('u00007')!.fields).toEqual({
      user_id: 'u00007',
      ottok_decision_id: profile(7, '2026-03-01').decision_id,
      ottok_action: 'discount',
      ottok_offer: 'discount_20',
      ottok_channel: 'email',
      ottok_risk_band: 'high',
      ottok_churn_percent: 7,
      ottok_reason: 'Не смотрел ничего уже 7 дней',
      ottok_valid_until: '2026-03-12T03:00:00.000Z',
    })
    const calls = altcraft.calls.length
    await materialize('2026-03-02')
    expect(altcraft.calls.length).toBe(calls)
    expect(await log()).toEqual({ sent: USERS })
  })

  it('sends what changed, and takes back what is not in force any more', async () => {
    const next = many('2026-03-02')
      .slice(0, USERS - 3)
      .map((one, n) => (n < 5 ? { ...one, offer: 'pause_30', action: 'pause' } : one))
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') }, '2026-03-02': { profiles: next } })
    await materialize('2026-03-01')
    const calls = altcraft.calls.length
    await materialize('2026-03-02')
    expect(altcraft.calls.slice(calls).map(({ elements }) => elements)).toEqual([8])
    expect(altcraft.profiles.get('u00004')!.fields).toMatchObject({ ottok_offer: 'pause_30' })
    expect(altcraft.profiles.get(profile(USERS - 1, '').user_id)!.fields).toMatchObject({ ottok_action: 'none' })
  })

  it('looks at consent, deletion, refusal and subscription again when it sends', async () => {
    const day = '2026-03-01'
    const user = (n: number) => profile(n, day).user_id
    await setFeed({
      [day]: {
        profiles: [
          ...Array.from({ length: 8 }, (_, n) => profile(n, day)),
          profile(8, day, { valid_until: '2026-03-02T08:00:00Z' }),
        ],
        accounts: [
          [user(1), 0, 0, 1, 1],
          [user(2), 1, 1, 1, 1],
          [user(3), 0, 1, 0, 0],
        ],
        contacts: [
          [user(4), 'unsub', 'email'],
          [user(5), 'unsub', 'sms'],
        ],
        changes: [
          [user(6), 'revocation', '2026-04-01 00:00:00'],
          [user(7), 'entitlement', '2026-03-01 10:00:00'],
        ],
      },
    })
    await materialize(day)
    expect([...altcraft.profiles.keys()]).toEqual([user(0), user(3), user(5)])
  })

  it.each([
    ['5% of elements are refused at first', { refuseEvery: 20 }],
    ['every second call is one too many', { tooManyEvery: 2 }],
    ['connections are cut before and after a batch is applied', { cutBeforeEvery: 2, cutAfterEvery: 3 }],
  ])('delivers everything once although %s', async (_, mischief) => {
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') } })
    Object.assign(altcraft.mischief, mischief)
    await materialize('2026-03-01')
    expectEverythingOnce()
    expect(await log()).toEqual({ sent: USERS })
  })

  it('is gone on with after kill -9 in the middle: nothing is lost, nothing is done twice', async () => {
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') } })
    altcraft.mischief.refuseEvery = 20
    const called = altcraft.nextCall()
    const release = altcraft.hold()
    const run = start('2026-03-01')
    await called
    // The batch is applied, and its answer never arrives.
    run.child.kill('SIGKILL')
    expect((await run.ended).signal).toBe('SIGKILL')
    release()
    expect(await log()).toEqual({ pending: USERS })
    await materialize('2026-03-01')
    expectEverythingOnce()
    expect(await log()).toEqual({ sent: USERS })
  })

  it('is gone on with after kill -9 between the last answer and the record', async () => {
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') } })
    const ran = await start('2026-03-01', { OTTOK_KILL_AT: 'effect-acted' }).ended
    expect(ran.signal).toBe('SIGKILL')
    const calls = altcraft.calls.length
    await materialize('2026-03-01')
    expect(altcraft.calls.length).toBe(calls)
    expectEverythingOnce()
  })

  it('fails when Altcraft refuses, and delivers the rest in the next run', async () => {
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') } })
    altcraft.mischief.error = { error: 403, error_text: 'No access' }
    const refused = await start('2026-03-01').ended
    expect(refused.code).toBe(1)
    expect(refused.said).toContain('Altcraft refused profiles/import_batch')
    expect(refused.said).not.toContain(altcraft.token)
    delete altcraft.mischief.error
    await materialize('2026-03-01')
    expectEverythingOnce()
  })

  it('is dry unless it is said to be live: batches are written down, nobody is called', async () => {
    await setFeed({ '2026-03-01': { profiles: many('2026-03-01') } })
    await materialize('2026-03-01', { ALTCRAFT_MODE: '' })
    expect(altcraft.calls).toEqual([])
    const rows = await client.query(`SELECT DISTINCT mode, state, batch FROM mart_${environment}.deliveries`)
    expect(rows.rows).toMatchObject([{ mode: 'dry', state: 'sent' }])
    if (process.env.S3_BUCKET === undefined) {
      const objects = await loadSettings({ home, environment })
      const file = join(objects.home, 'objects', environment, 'effects/altcraft', `${rows.rows[0].batch}.json`)
      const body = JSON.parse(await readFile(file, 'utf8'))
      expect(body.data).toHaveLength(USERS)
      expect(body).toMatchObject({ matching: 'custom', field_name: 'user_id' })
    }
  })

  it('refuses half a configuration', async () => {
    const ran = await start('2026-03-01', { ALTCRAFT_TOKEN: '' }).ended
    expect(ran.code).toBe(2)
    expect(ran.said).toContain('ALTCRAFT_TOKEN')
  })
})
