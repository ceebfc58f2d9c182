import { mkdtemp, rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSettings } from '../../../lib/config/index.ts'
import { daily, type Graph, sets } from '../../../lib/graph/index.ts'
import { openPostgres, type Postgres, removePostgres } from '../../../lib/postgres/index.ts'
import { type Lineage, openLineage } from '../../../materializations/lineage/lineage.ts'
import { loadState } from '../../../materializations/lineage/load-state.ts'
import { GraphState } from '../../../materializations/planner/graph-state.ts'
import { planRun } from '../../../materializations/planner/plan.ts'
import { chain, codeOf, freshPages } from './recorded-world.ts'

const NOW = new Date('2026-06-01T00:00:00Z')

let home: string
let postgres: Postgres

beforeAll(async () => {
  home = await mkdtemp('/tmp/ottok-scale-')
  postgres = await openPostgres(await loadSettings({ home, environment: 'scale', env: {} }))
})

afterAll(async () => {
  await postgres.close()
  await removePostgres(home)
  await rm(home, { recursive: true, force: true })
})

interface Figures {
  readonly load: number
  readonly plan: number
  readonly queries: number
}

/** Loads the state of a graph and plans everything, counting statements and this process's CPU time in ms. */
async function planned(lineage: Lineage, graph: Graph): Promise<Figures & { readonly state: GraphState }> {
  let queries = 0
  const counted: Lineage = {
    ...lineage,
    transaction: (work) =>
      lineage.transaction(async (client) => {
        const { query } = client
        client.query = new Proxy(query, {
          apply: (target, self, args) => {
            queries++
            return Reflect.apply(target, self, args)
          },
        })
        try {
          return await work(client)
        } finally {
          client.query = query
        }
      }),
  }
  const started = process.cpuUsage()
  const state = new GraphState(graph, { code: codeOf(graph) }, await loadState(counted, graph), NOW)
  const loaded = process.cpuUsage(started)
  const plan = planRun(state, { selected: graph.order, request: { kind: 'all' } })
  const done = process.cpuUsage(started)
  expect(plan.entries).toEqual([])
  const ms = ({ user, system }: NodeJS.CpuUsage) => Math.round((user + system) / 1000)
  return { load: ms(loaded), plan: ms(done) - ms(loaded), queries, state }
}

async function open(name: string, graph: Graph): Promise<Lineage> {
  const lineage = await openLineage(postgres, name)
  let batch: [string, string, Buffer][] = []
  const flush = async () => {
    await lineage.query(
      'INSERT INTO partition_pages (asset_key, page, content) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])',
      [batch.map(([key]) => key), batch.map(([, page]) => page), batch.map(([, , content]) => content)],
    )
    batch = []
  }
  for (const { assetKey, page, content } of freshPages(graph, NOW)) {
    batch.push([assetKey, page, Buffer.from(content)])
    if (batch.length === 2000) await flush()
  }
  await flush()
  return lineage
}

const days = (count: number) => {
  const start = new Date(NOW.getTime() - count * 86_400_000).toISOString().slice(0, 10)
  return daily({ start, timezone: 'UTC' })
}

test('planning a million partitions, and ten thousand assets', async () => {
  const few = chain(10, days(100))
  const many = chain(100, days(10_000))
  const wide = chain(10_000, undefined, 3)
  const small = await planned(await open('small', few), few)
  const bigLineage = await open('big', many)
  const big = await planned(bigLineage, many)
  const again = await planned(bigLineage, many)
  const assets = await planned(await open('wide', wide), wide)
  const partitions = many.order.reduce((sum, key) => sum + sets.size(big.state.asset(key).existing), 0)
  expect(partitions).toBe(1_000_000)
  expect([big.queries, assets.queries]).toEqual([small.queries, small.queries])
  const text = ({ load, plan, queries }: Figures) => `load ${load} + plan ${plan} ms CPU, ${queries} queries`
  console.info(
    `1,000 partitions: ${text(small)}\n1,000,000 partitions: ${text(big)}; again: ${text(again)}\n10,000 assets: ${text(assets)}`,
  )
})
