import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { type Asset, asset, daily, defineGraph, eager, through, trailing, value } from '../../../lib/graph/index.ts'
import { removePostgres } from '../../../lib/postgres/index.ts'
import { whileLeading } from '../../../materializations/automation/lead.ts'
import { type Tick, tick } from '../../../materializations/automation/tick.ts'
import { openSessionOn, type Session } from '../../../materializations/session.ts'

const ASSETS = 1_000
const days = daily({ start: '2025-01-01', timezone: 'UTC' })

/** Ten layers of a hundred assets; each reads two of the layer before, one of them over a month. */
function layers(): Asset[] {
  const assets: Asset[] = []
  for (let i = 0; i < ASSETS; i++) {
    const above = i - 100
    const deps: Record<string, Asset | ReturnType<typeof through>> =
      above < 0
        ? {}
        : { one: assets[above]!, month: through(assets[above - (above % 100 === 0 ? 0 : 1)]!, trailing({ days: 30 })) }
    const materialize = async () => ({ kind: 'value' as const, value: 0 })
    assets.push(asset({ key: `layer/asset_${i}`, partitions: days, deps, store: value, materialize }))
  }
  return assets
}

let home: string
let session: Session

beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'ottok-tick-scale-')))
  await chmod(home, 0o755)
  await mkdir(join(home, 'cache'))
  const env = { ...process.env, OTTOK_HOME: home, OTTOK_ENV: `scale_${process.pid}` }
  const graph = defineGraph({ assets: layers(), automation: eager() })
  session = await openSessionOn(
    { graph, root: home, cacheDir: join(home, 'cache'), module: {} },
    // One day of partitions is made; a year of them exists for the evaluation.
    { settings: await loadSettings({ env }), asOf: '2025-01-31T12:00:00Z' },
  )
})
afterAll(async () => {
  await session.close()
  await removePostgres(home)
  await rm(home, { recursive: true, force: true })
})

it(`a tick over ${ASSETS} assets: a few statements, whatever their number`, async () => {
  const once = (): Promise<Tick> =>
    whileLeading(session.lineage, { wait: false, signal: new AbortController().signal }, (leader) =>
      tick(session, leader, {
        command: 'ottok tick',
        signal: new AbortController().signal,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      }),
    )
  const first = await once()
  // A month of every input is missing, of all but those that read nothing.
  expect(first).toMatchObject({ status: 'succeeded' })
  expect(first.evaluation.requested.size).toBe(100)

  const query = vi.spyOn(pg.Client.prototype, 'query')
  const figures: string[] = []
  for (let i = 0; i < 3; i++) {
    query.mockClear()
    const started = process.cpuUsage()
    const idle = await once()
    const { user, system } = process.cpuUsage(started)
    expect(idle).toMatchObject({ status: 'idle' })
    expect(idle.evaluation.decisions).toHaveLength(ASSETS)
    expect(query.mock.calls.length).toBeLessThan(50)
    figures.push(`${Math.round((user + system) / 1000)} ms CPU, ${query.mock.calls.length} statements`)
  }
  query.mockRestore()
  console.info(`an idle tick over ${ASSETS} assets: ${figures.join('; ')}`)
})
