import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesOf } from '../files/delivered.ts'
import { groupBy } from '../files/support/group-by.ts'
import { type DataSet, folderOf, missing, openProject, type Project, type Run } from '../files/support/project.ts'

const LOG = 'events.jsonl.gz'
const data: DataSet = {
  name: 'sparkify_log_2018_11',
  graph: 'sparkify',
  variable: 'SPARKIFY_DIR',
  files: [LOG],
}
/** The whole month is over, and the day after, so that its last sessions are whole. */
const NOW = '2018-12-02T00:00:00Z'
const DAY_MS = 86_400_000

const title = 'Sparkify, a month of a log in JSON by day: events, sessions, what is known of a user'
const absent = missing(data)
if (absent === undefined) describe(title, story)
else it(title, (context) => context.skip(absent))

interface LogEvent {
  readonly userId: string
  readonly sessionId: number
  readonly itemInSession: number
  readonly ts: number
  readonly page: string
  readonly level: 'free' | 'paid'
  readonly artist: string | null
  readonly length: number | null
}

/** Each part goes on from where the one before it ended. */
function story(): void {
  let project: Project
  let lines: string[]
  /** Of known users. */
  let known: LogEvent[]
  const reckoned = () =>
    project.rows<{ day: string; delivered: number; landed: number; duplicates: number; quarantined: number }>(
      'SELECT toString(day) AS day, delivered, landed, duplicates, quarantined FROM {raw/accounting} ORDER BY day',
    )
  const total = (accounts: Awaited<ReturnType<typeof reckoned>>) =>
    (['delivered', 'landed', 'duplicates', 'quarantined'] as const).map((of) =>
      accounts.reduce((sum, account) => sum + account[of], 0),
    )

  beforeAll(async () => {
    project = await openProject(data)
    lines = linesOf(readFileSync(join(folderOf(data), LOG)))
    known = lines.map((line) => JSON.parse(line) as LogEvent).filter(({ userId }) => userId !== '')
  })
  afterAll(() => project.remove())

  it('every day lands; events of nobody are set aside and counted', async () => {
    const run = await project.json<Run>(NOW, 'materialize')
    expect(run.status).toBe('succeeded')
    expect(run.steps.filter(({ key }) => key === 'landing/events')).toHaveLength(30)
    const accounts = await reckoned()
    expect(accounts).toHaveLength(30)
    expect(total(accounts)).toEqual([8_056, 7_770, 0, 286])
    const delivered = groupBy(lines, (line) => dayOf((JSON.parse(line) as LogEvent).ts))
    expect(accounts.map(({ day, delivered }) => [day, delivered])).toEqual(
      [...delivered].map(([day, own]) => [day, own.length]),
    )
  })

  it('events, sessions and days of users are as reckoned event by event', async () => {
    const found = {
      reasons: await project.rows('SELECT reason, count() AS rows FROM {raw/events_quarantine} GROUP BY reason'),
      events: await project.rows(
        `SELECT uniqExact(user_id) AS users, countIf(page = 'NextSong') AS songs, countIf(artist IS NOT NULL) AS artists,
           sum(length_ms) AS ms, countIf(toDate(event_time, 'UTC') != day) AS misplaced
         FROM {raw/events}`,
      ),
      sessions: await project.rows<{ day: string; user_id: string; session_id: number; [more: string]: unknown }>(
        `SELECT toString(day) AS day, user_id, session_id, toUnixTimestamp64Milli(began) AS began,
           toUnixTimestamp64Milli(ended) AS ended, events, songs, listened_ms, paid_before, paid_after
         FROM {features/sessions}`,
      ),
      days: await project.rows<{ user_id: string; [more: string]: unknown }>(
        `SELECT user_id, songs_1d, songs_7d, artists_7d, sessions_7d, active_days_7d, listened_ms_7d, recency_days, is_paid
         FROM {features/user_days} WHERE day = '2018-11-15'`,
      ),
    }
    expect(found.reasons).toEqual([{ reason: 'no user', rows: 286 }])
    expect(found.events).toEqual([
      {
        users: 97,
        songs: 6_820,
        artists: known.filter(({ artist }) => artist !== null).length,
        ms: heardMs(known),
        misplaced: 0,
      },
    ])
    const name = (user: string, session: number) => `${user} ${session}`
    const bySession = groupBy(known, ({ userId, sessionId }) => name(userId, sessionId))
    const sessions = [...bySession.values()].map((own) => {
      const ordered = own.toSorted(inOrder)
      const [first, last] = [ordered[0]!, ordered.at(-1)!]
      return {
        day: dayOf(first.ts),
        user_id: first.userId,
        session_id: first.sessionId,
        began: first.ts,
        ended: last.ts,
        events: own.length,
        songs: songs(own),
        listened_ms: heardMs(own),
        paid_before: Number(first.level === 'paid'),
        paid_after: Number(last.level === 'paid'),
      }
    })
    expect(sessions.filter(({ began, ended }) => dayOf(began) !== dayOf(ended))).toHaveLength(11)
    const sorted = <T extends { user_id: string; session_id: number }>(of: readonly T[]) =>
      of.toSorted((a, b) => (name(a.user_id, a.session_id) < name(b.user_id, b.session_id) ? -1 : 1))
    expect(sorted(found.sessions)).toEqual(sorted(sessions))

    const age = ({ ts }: LogEvent) => Math.floor(Date.parse('2018-11-15') / DAY_MS) - Math.floor(ts / DAY_MS)
    const week = known.filter((event) => age(event) >= 0 && age(event) < 7)
    const days = [...groupBy(week, ({ userId }) => userId)].map(([user_id, own]) => ({
      user_id,
      songs_1d: songs(own.filter((event) => age(event) === 0)),
      songs_7d: songs(own),
      artists_7d: new Set(own.filter(({ page }) => page === 'NextSong').map(({ artist }) => artist)).size,
      sessions_7d: new Set(own.map(({ sessionId }) => sessionId)).size,
      active_days_7d: new Set(own.map(age)).size,
      listened_ms_7d: heardMs(own),
      recency_days: Math.min(...own.map(age)),
      is_paid: Number(own.toSorted(inOrder).at(-1)!.level === 'paid'),
    }))
    const byUser = <T extends { user_id: string }>(of: readonly T[]) =>
      of.toSorted((a, b) => (a.user_id < b.user_id ? -1 : 1))
    expect(byUser(found.days)).toEqual(byUser(days))
  })

  it('a day that is sent again with copies and torn lines: only that day lands anew, its features stay', async () => {
    const day = '2018-11-20'
    const own = lines.filter((line) => dayOf((JSON.parse(line) as LogEvent).ts) === day)
    const torn = own.slice(0, 3).map((line) => line.slice(0, -1))
    await project.deliver(LOG, [...lines, ...own, ...torn])
    const run = await project.json<Run>(NOW, 'materialize')
    expect(run.status).toBe('succeeded')
    const made = run.steps.filter(({ status }) => status === 'succeeded')
    expect(new Set(made.map(({ partition }) => partition))).toEqual(new Set([day]))
    expect(made.map(({ key }) => key)).not.toContain('features/user_days')
    const before = own.filter((line) => (JSON.parse(line) as LogEvent).userId !== '').length
    expect((await reckoned()).find((account) => account.day === day)).toEqual({
      day,
      delivered: 2 * own.length + 3,
      landed: before,
      duplicates: before,
      quarantined: 2 * (own.length - before) + 3,
    })
  })
}

const dayOf = (ts: number): string => new Date(ts).toISOString().slice(0, 10)
const inOrder = (a: LogEvent, b: LogEvent): number => a.ts - b.ts || a.itemInSession - b.itemInSession
const songs = (of: readonly LogEvent[]): number => of.filter(({ page }) => page === 'NextSong').length
const heardMs = (of: readonly LogEvent[]): number =>
  of.reduce((sum, { length }) => sum + Math.round((length ?? 0) * 1000), 0)
