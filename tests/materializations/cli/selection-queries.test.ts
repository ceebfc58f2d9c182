import { mkdtemp, rm } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadSettings, type Settings } from '../../../lib/config/index.ts'
import { asset, daily, defineGraph, type Graph, value } from '../../../lib/graph/index.ts'
import { removePostgres } from '../../../lib/postgres/index.ts'
import { materialize } from '../../../materializations/operations/materialize.ts'
import { selectAssets } from '../../../materializations/operations/select-assets.ts'
import { openSessionOn } from '../../../materializations/session.ts'

const EVERYTHING = { kind: 'all' } as const
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined }

let home: string
beforeAll(async () => {
  home = await mkdtemp('/tmp/ottok-selection-')
})
afterAll(async () => {
  vi.restoreAllMocks()
  await removePostgres(home)
  await rm(home, { recursive: true, force: true })
})

const settingsOf = (environment: string): Promise<Settings> => loadSettings({ home, environment, env: process.env })

function graphOf(assets: number, start: string): Graph {
  return defineGraph({
    assets: Array.from({ length: assets }, (_, i) =>
      asset({
        key: `made/n${i}`,
        partitions: daily({ start, timezone: 'UTC' }),
        store: value,
        range: 1000,
        materialize: async ({ partitions }) => ({
          kind: 'each',
          outputs: new Map(partitions.map(({ key }) => [key, { kind: 'value', value: key }])),
        }),
      }),
    ),
  })
}

/** Makes all of a graph, then selects in a new session, and counts the statements that the selection sent. */
async function statements(environment: string, graph: Graph, expression: string): Promise<number> {
  const settings = await settingsOf(environment)
  const definitions = { graph, root: home, cacheDir: home, module: {} }
  const session = await openSessionOn(definitions, { settings, asOf: '2026-06-01T00:00:00Z' })
  try {
    const request = { selected: graph.order, request: EVERYTHING, look: false, restate: false }
    await materialize(session, { command: 'test', request, signal: new AbortController().signal, log: QUIET })
    const query = vi.spyOn(pg.Client.prototype, 'query')
    try {
      expect(await selectAssets(session, expression)).toEqual(graph.order)
      return query.mock.calls.length
    } finally {
      query.mockRestore()
    }
  } finally {
    await session.close()
  }
}

test('state is read once for all status terms, in as many statements for a day as for years', async () => {
  const few = await statements('few', graphOf(1, '2026-05-31'), 'status:fresh')
  const many = await statements('many', graphOf(20, '2024-01-01'), 'status:fresh and not status:failed or status:stale')
  expect(few).toBeGreaterThan(0)
  expect(many).toBe(few)
})

test('a selection that asks for no state sends no statement', async () => {
  expect(await statements('none', graphOf(2, '2026-05-31'), 'made/* and is:materializable and partitions:daily')).toBe(
    0,
  )
})
