import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesOf } from '../files/delivered.ts'
import { groupBy } from '../files/support/group-by.ts'
import { type DataSet, folderOf, missing, openProject, type Project, type Run } from '../files/support/project.ts'
import { activityFeatures, declaredActivitySql, declaredStatesSql } from './support/declared.ts'

const FILE = 'events.csv.gz'
const data: DataSet = { name: 'segment_events', graph: 'segment', variable: 'SEGMENT_DIR', files: [FILE] }
const NOW = '2021-03-01T00:00:00Z'
const DAY_MS = 86_400_000
const IDLE_MS = 1_800_000

const title = 'Segment, real events with ties: visits, daily states, windows'
const absent = missing(data)
if (absent === undefined) describe(title, story)
else it(title, (context) => context.skip(absent))

interface Visit {
  readonly user_id: string
  readonly session_no: number
  readonly began: number
  readonly ended: number
  readonly events: number
  readonly pages: number
  readonly first_type: string
  readonly last_type: string
}

/** Each part goes on from where the one before it ended. */
function story(): void {
  let project: Project
  let lines: string[]
  let events: SegmentEvent[]

  beforeAll(async () => {
    project = await openProject(data)
    lines = linesOf(readFileSync(join(folderOf(data), FILE)))
    events = lines.slice(1).map(parse)
  })
  afterAll(() => project.remove())

  it('all events land by month, and become states of 99 days and snapshots of 31', async () => {
    const run = await project.json<Run>(NOW, 'materialize')
    expect(run.status).toBe('succeeded')
    const made = (key: string) => run.steps.filter((step) => step.key === key).length
    expect([made('raw/events'), made('features/activity_daily'), made('features/activity')]).toEqual([5, 99, 31])
    const found = {
      accounts: await project.rows('SELECT * FROM {raw/accounting}'),
      events: await project.rows(
        `SELECT count() AS rows, uniqExact(user_id) AS users, countIf(type = 'identify') AS identify,
           countIf(type = 'page') AS page, countIf(type = 'track') AS track, countIf(name = 'Feature Selected') AS selected,
           toUnixTimestamp64Milli(min(event_time)) AS first, toUnixTimestamp64Milli(max(event_time)) AS last
         FROM {raw/events}`,
      ),
    }
    expect(found.accounts).toEqual([
      { source: 'events', delivered: 100_000, landed: 100_000, duplicates: 0, quarantined: 0 },
    ])
    expect(found.events).toEqual([
      {
        rows: 100_000,
        users: 8_490,
        identify: 52_148,
        page: 35_148,
        track: 12_704,
        selected: 4_875,
        first: events[0]!.time,
        last: events.at(-1)!.time,
      },
    ])
  })

  it('visits are as reckoned event by event, those of one millisecond in the order of their ids', async () => {
    const found = await project.rows<Visit>(
      `SELECT user_id, session_no, toUnixTimestamp64Milli(began) AS began, toUnixTimestamp64Milli(ended) AS ended, events,
           pages, first_type, last_type
         FROM {features/sessions} ORDER BY user_id, session_no`,
    )
    const visits = [...groupBy(events, ({ user }) => user)].flatMap(([user, own]) =>
      visitsOf(user, own.toSorted(inOrder)),
    )
    visits.sort((a, b) => (a.user_id === b.user_id ? a.session_no - b.session_no : a.user_id < b.user_id ? -1 : 1))
    expect(found).toHaveLength(visits.length)
    expect(found.filter((visit, i) => JSON.stringify(visit) !== JSON.stringify(visits[i])).slice(0, 3)).toEqual([])
    // The ties matter: in the order of receipt reversed, visits would begin otherwise.
    const reversed = [...groupBy(events, ({ user }) => user)].flatMap(([user, own]) =>
      visitsOf(
        user,
        own.toSorted((a, b) => a.time - b.time || b.id - a.id),
      ),
    )
    const begins = (of: readonly Visit[]) => of.filter(({ first_type }) => first_type === 'page').length
    expect(begins(reversed)).not.toBe(begins(visits))
  })

  it('states and snapshots are what the feature declarations compile to, at every day', async () => {
    const names = activityFeatures.map(({ name }) => name)
    const states = 'day, user_id, lag, seen_days, acts, pages, tracks'
    const unlike = (columns: string, one: string, other: string) => {
      const both = `(SELECT ${columns} FROM ${one}) UNION ALL (SELECT ${columns} FROM ${other})`
      return project.rows(
        `SELECT ${columns}, count() AS times FROM (${both}) GROUP BY ${columns} HAVING times != 2 LIMIT 3`,
      )
    }
    expect(await unlike(states, '{features/activity_daily}', `(${declaredStatesSql('{raw/events}')})`)).toEqual([])
    const declared = declaredActivitySql('{features/activity_daily}', '{features/activity}')
    expect(await unlike(`day, user_id, ${names.join(', ')}`, '{features/activity}', `(${declared})`)).toEqual([])
  })

  it('windows and recency are as reckoned event by event', async () => {
    const day = '2021-01-20'
    const found = await project.rows<{ user_id: string; [more: string]: unknown }>(
      `SELECT user_id, acts_7d, acts_30d, seen_days_30d, pages_30d, tracks_30d, recency_days
         FROM {features/activity} WHERE day = '${day}' ORDER BY user_id`,
    )
    const age = ({ time }: SegmentEvent) => Math.floor(Date.parse(day) / DAY_MS) - Math.floor(time / DAY_MS)
    const recent = events.filter((event) => age(event) >= 0 && age(event) < 60)
    const reckoned = [...groupBy(recent, ({ user }) => user)].map(([user_id, own]) => {
      const month = own.filter((event) => age(event) < 30)
      return {
        user_id,
        acts_7d: own.filter((event) => age(event) < 7).length,
        acts_30d: month.length,
        seen_days_30d: new Set(month.map(age)).size,
        pages_30d: month.filter(({ type }) => type === 'page').length,
        tracks_30d: month.filter(({ type }) => type === 'track').length,
        recency_days: own.reduce((least, event) => Math.min(least, age(event)), 60),
      }
    })
    expect(found).toEqual(reckoned.toSorted((a, b) => (a.user_id < b.user_id ? -1 : 1)))
  })
}

interface SegmentEvent {
  readonly user: string
  readonly type: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly id: number
}

function parse(line: string): SegmentEvent {
  const [user, type, time, id] = line.split(',') as [string, string, string, string]
  return { user, type, time: Date.parse(`${time.replace(' ', 'T')}Z`), id: Number(id) }
}

const inOrder = (a: SegmentEvent, b: SegmentEvent): number => a.time - b.time || a.id - b.id

/** Visits of one visitor, whose events are in order. */
function visitsOf(user_id: string, own: readonly SegmentEvent[]): Visit[] {
  const visits: SegmentEvent[][] = []
  for (const [i, event] of own.entries()) {
    if (i === 0 || event.time - own[i - 1]!.time > IDLE_MS) visits.push([event])
    else visits.at(-1)!.push(event)
  }
  return visits.map((visit, i) => ({
    user_id,
    session_no: i + 1,
    began: visit[0]!.time,
    ended: visit.at(-1)!.time,
    events: visit.length,
    pages: visit.filter(({ type }) => type === 'page').length,
    first_type: visit[0]!.type,
    last_type: visit.at(-1)!.type,
  }))
}
