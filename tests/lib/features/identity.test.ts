import { afterAll, beforeAll, expect, it } from 'vitest'
import { behaviourEventsSql } from '../../../lib/features/behaviour-events-sql.ts'
import { defaultRule as rule } from '../../../lib/features/labels/rule.ts'
import { type AppRow, behaviourDdl, type LinkRow, type TvRow, type WebRow } from './behaviour-world.ts'
import { type Engine, openEngine } from './engine.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine.close())

const noon = (day: number): string => `2026-02-${String(day).padStart(2, '0')} 12:00:00`
/** User, day of the login, day on which it became known. */
type Link = readonly [user: string, linked: number, known: number]
const none: { app: AppRow[]; tv: TvRow[] } = { app: [], tv: [] }

/** Whose a hit of one browser is, and from which lag on. */
const cases: readonly [what: string, links: readonly Link[], hit: number, received: number, whose: string][] = [
  ['of nobody without a login', [], 10, 10, ''],
  ['of nobody before the first login', [['ann', 11, 11]], 10, 10, ''],
  ['of who has logged in', [['ann', 9, 9]], 10, 10, 'ann from 0'],
  ['known when it was received', [['ann', 9, 9]], 10, 13, 'ann from 3'],
  ['known when its login was', [['ann', 9, 12]], 10, 10, 'ann from 2'],
  ['of nobody when its login was known too late', [['ann', 9, 18]], 10, 10, ''],
  [
    'of the latest login',
    [
      ['ann', 8, 8],
      ['bob', 9, 9],
    ],
    10,
    10,
    'bob from 0',
  ],
  [
    'of the latest before it',
    [
      ['ann', 8, 8],
      ['bob', 11, 11],
    ],
    10,
    10,
    'ann from 0',
  ],
  [
    'for good of the first known',
    [
      ['ann', 8, 8],
      ['bob', 9, 12],
    ],
    10,
    10,
    'ann from 0',
  ],
  [
    'of the latest when both were known as it came',
    [
      ['ann', 8, 8],
      ['bob', 9, 12],
    ],
    10,
    13,
    'bob from 3',
  ],
  [
    'known by the first known of two logins',
    [
      ['ann', 8, 14],
      ['ann', 9, 11],
    ],
    10,
    10,
    'ann from 1',
  ],
  [
    'known by the earlier of two logins',
    [
      ['ann', 8, 11],
      ['ann', 9, 14],
    ],
    10,
    10,
    'ann from 1',
  ],
  [
    'of the latest, whose own login repeats',
    [
      ['bob', 7, 7],
      ['ann', 8, 12],
      ['ann', 9, 9],
    ],
    10,
    10,
    'ann from 0',
  ],
  [
    'of the last of many turns',
    [
      ['ann', 5, 5],
      ['ann', 6, 6],
      ['bob', 7, 7],
      ['ann', 8, 8],
      ['ann', 9, 9],
    ],
    10,
    10,
    'ann from 0',
  ],
]

it.each(cases)('a hit is %s', async (_, links, hit, received, whose) => {
  const client_id = 'c1'
  const web: WebRow[] = [
    { hit_id: 'h', visit_id: 'v', client_id, page: 'help', event_time: noon(hit), received_at: noon(received) },
  ]
  const made: LinkRow[] = links.map(([user_id, linked, known]) => ({
    client_id,
    user_id,
    linked_at: noon(linked),
    known_at: noon(known),
  }))
  // A stranger's browser must not matter.
  made.push({ client_id: 'c2', user_id: 'eve', linked_at: noon(1), known_at: noon(1) })
  for (const [name, rows] of Object.entries({ web, links: made, ...none })) {
    const table = name as keyof typeof behaviourDdl
    await engine.command(
      `CREATE OR REPLACE TABLE ${table} (${behaviourDdl[table]}) ENGINE = MergeTree ORDER BY tuple()`,
    )
    if (rows.length > 0) await engine.insert(table, rows)
  }
  const events = behaviourEventsSql({ web: 'web', app: 'app', tv: 'tv', links: 'links', rule })
  const found = await engine.rows<{ whose: string }>(
    `SELECT concat(user_id, ' from ', toString(lag)) AS whose FROM ${events} WHERE event = 'help'`,
  )
  expect(found).toEqual(whose === '' ? [] : [{ whose }])
})
