import type { Graph } from '../../lib/graph/index.ts'
import { assetsWithIntents, fulfilIntents, type Intent, openIntents } from '../lineage/intents.ts'
import { dropAbandonedLeases, LeaseHeld, type Leases, livingTokens } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { deadRuns, finishRun } from '../lineage/runs.ts'
import type { Stores } from '../stores/open-stores.ts'
import { publishedSchema } from '../stores/published-table.ts'
import { dropReplacedLoads } from '../stores/replaced-loads.ts'
import { abandonedStaging, dropStaging, swapPartition } from '../stores/staging.ts'
import { objectsOf, unnamedObjects } from '../stores/unnamed-objects.ts'
import { reached } from './commit-points.ts'

export interface Recovery {
  readonly rolledForward: readonly string[]
  readonly droppedStaging: number
  readonly interruptedRuns: readonly string[]
}

interface Recovering {
  readonly lineage: Lineage
  readonly graph: Graph
  readonly stores: Stores
  readonly leases: Leases
  readonly environment: string
}

/**
 * Finishes what dead runs began: takes away their leases, rolls their intents forward (swap again, record), then drops
 * every staging table that no living run owns, so that a sleeper's swap fails, and the objects that they wrote and did not
 * record. What is swapped is what the intents say, whatever today's definitions are. Safe to repeat, and to die in: objects
 * that are left then are told by `ottok verify`.
 */
export async function recover(env: Recovering): Promise<Recovery> {
  const { lineage } = env
  const dead = await deadRuns(lineage)
  const abandoned = await dropAbandonedLeases(lineage)
  const rolledForward = await rollForward(env)
  const droppedStaging = await dropAbandonedStaging(env)
  if (dead.length > 0) await dropLeftLoads(env)
  await dropUnnamedObjects(env, abandoned)
  for (const run of dead) await finishRun(lineage, run.run_id, 'interrupted', 'the process ended before the run did')
  return { rolledForward, droppedStaging, interruptedRuns: dead.map((run) => run.run_id) }
}

async function rollForward({ lineage, stores, leases }: Recovering): Promise<readonly string[]> {
  const withIntents = await assetsWithIntents(lineage)
  // Asked for after the intents: whoever wrote one had its lease before.
  const living = new Set(await livingTokens(lineage))
  const rolledForward: string[] = []
  for (const { assetKey } of withIntents.filter(({ token }) => !living.has(token))) {
    await leases.acquire(assetKey)
    const intents = await openIntents(lineage, assetKey)
    for (const intent of intents) await swapAgain(stores, intent)
    reached('swapped')
    await fulfilIntents(lineage, { assetKey, token: leases.token }, intents)
    reached('recorded')
    rolledForward.push(...intents.map((intent) => `${intent.assetKey}@${intent.partition}`))
  }
  return rolledForward
}

async function swapAgain(stores: Stores, { staging, place, record: { location } }: Intent): Promise<void> {
  if (location.kind !== 'warehouse') throw new Error(`unreachable: an intent of a partition in ${location.kind}`)
  await swapPartition(await stores.warehouse(), { staging, table: location.table, place, rows: location.rows })
  reached('partition-swapped')
}

async function dropAbandonedStaging({ lineage, graph, stores }: Recovering): Promise<number> {
  if (!usesWarehouse(graph)) return 0
  const warehouse = await stores.warehouse()
  const names = await abandonedStaging(warehouse, () => livingTokens(lineage))
  for (const name of names) {
    await dropStaging(warehouse, name)
    reached('staging-dropped')
  }
  return names.length
}

async function dropLeftLoads({ lineage, graph, environment }: Recovering): Promise<void> {
  for (const key of graph.order) {
    const asset = graph.asset(key)
    if (asset.kind !== 'function' || asset.store.kind !== 'published') continue
    const { store } = asset
    await dropReplacedLoads(lineage, store, publishedSchema(store, environment), key)
  }
}

/** Under the lease: what another run has written and is about to record has no name yet either. */
async function dropUnnamedObjects({ lineage, graph, stores, leases }: Recovering, abandoned: readonly string[]) {
  for (const key of abandoned) {
    if (!graph.assets.has(key) || !isStoredAsObjects(graph, key)) continue
    try {
      await leases.acquire(key)
    } catch (error) {
      if (error instanceof LeaseHeld) continue
      throw error
    }
    const objects = await stores.objects()
    for (const object of await unnamedObjects(lineage, key, await objectsOf(objects, key))) await objects.delete(object)
  }
}

function isStoredAsObjects(graph: Graph, key: string): boolean {
  const asset = graph.asset(key)
  return asset.kind === 'function' && asset.store.kind === 'objects'
}

/** Whether any asset of a graph is a warehouse table. */
export function usesWarehouse(graph: Graph): boolean {
  return graph.order.some((key) => {
    const asset = graph.asset(key)
    return asset.kind === 'sql' || (asset.kind === 'function' && asset.store.kind === 'warehouse')
  })
}
