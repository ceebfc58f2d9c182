import type { Graph } from '../../lib/graph/index.ts'
import { partitionColumns, partitionOf, partitionOrdinal } from '../../lib/graph/index.ts'
import { assetsWithIntents, fulfilIntents, type Intent, openIntents } from '../lineage/intents.ts'
import { abandonedLeases, type Leases } from '../lineage/leases.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { deadRuns, finishRun } from '../lineage/runs.ts'
import type { Stores } from '../stores/open-stores.ts'
import { abandonedStaging, dropStaging, swapPartition } from '../stores/staging.ts'
import { reached } from './commit-points.ts'

export interface Recovery {
  readonly rolledForward: readonly string[]
  readonly droppedStaging: number
  readonly interruptedRuns: readonly string[]
}

/**
 * Finishes what dead runs began: takes over their leases, rolls their intents forward (swap again,
 * record), then drops every staging table that no living run owns, so that a sleeper's swap fails.
 * Safe to repeat, and to die in.
 */
export async function recover(lineage: Lineage, graph: Graph, stores: Stores, leases: Leases): Promise<Recovery> {
  const dead = await deadRuns(lineage)
  const abandoned = await abandonedLeases(lineage)
  const living = await lineage.query<{ token: string }>('SELECT DISTINCT token FROM leases')
  const abandonedTokens = new Set(abandoned.map((lease) => lease.token))
  const livingTokens = new Set(living.map((row) => row.token).filter((token) => !abandonedTokens.has(token)))
  const withIntents = (await assetsWithIntents(lineage)).filter((row) => !livingTokens.has(row.token))
  const rolledForward: string[] = []
  let droppedStaging = 0
  if (dead.length > 0 || abandoned.length > 0 || withIntents.length > 0) {
    await lineage.query('DELETE FROM leases WHERE token = ANY($1)', [[...abandonedTokens]])
    const warehouse = await stores.warehouse()
    for (const { assetKey } of withIntents) {
      await leases.acquire(assetKey)
      const intents = await openIntents(lineage, assetKey)
      for (const intent of intents) await swapAgain(graph, stores, intent)
      reached('swapped')
      await fulfilIntents(lineage, { assetKey, token: leases.token }, intents)
      reached('recorded')
      rolledForward.push(...intents.map((intent) => `${intent.assetKey}@${intent.partition}`))
    }
    for (const name of await abandonedStaging(warehouse, [...livingTokens, leases.token])) {
      await dropStaging(warehouse, name)
      reached('staging-dropped')
      droppedStaging++
    }
    for (const run of dead) await finishRun(lineage, run.run_id, 'interrupted', 'the process ended before the run did')
  }
  return { rolledForward, droppedStaging, interruptedRuns: dead.map((run) => run.run_id) }
}

async function swapAgain(graph: Graph, stores: Stores, intent: Intent): Promise<void> {
  const { location } = intent.record
  const asset = graph.assets.get(intent.assetKey)
  if (location.kind !== 'warehouse' || !asset) return
  const space = graph.space(intent.assetKey)
  const ordinal = partitionOrdinal(space, intent.partition)
  // A partition of an older definition: nothing reads it any more, so its record alone is finished.
  if (ordinal === undefined) return
  await swapPartition(
    await stores.warehouse(),
    intent.staging,
    location.table,
    partitionColumns(space).map((column) => column.name),
    { partition: partitionOf(space, ordinal), rows: location.rows },
  )
  reached('partition-swapped')
}
