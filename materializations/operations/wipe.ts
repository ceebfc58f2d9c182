import { randomUUID } from 'node:crypto'
import { type AssetKey, type PublishedStore, partitionKey, sets } from '../../lib/graph/index.ts'
import { openLeases } from '../lineage/leases.ts'
import { changePages } from '../lineage/partition-pages.ts'
import { lockSequence } from '../lineage/record.ts'
import { ForeignStore, forgetStores } from '../lineage/store-identity.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { StoredLocation } from '../planner/recorded.ts'
import { type PartitionRequest, requestedPartitions } from '../planner/request.ts'
import type { Session } from '../session.ts'
import { wipeObjects } from './wipe-objects.ts'
import { wipePublished } from './wipe-published.ts'
import { removedKeys } from './wipe-removed.ts'
import { wipeTable } from './wipe-tables.ts'

/** What is to be deleted, or was. */
export interface Wiping {
  readonly key: AssetKey
  /** Partitions with a record. */
  readonly partitions: readonly string[]
  /** Every record of the asset, also of partitions that its definition no longer has. */
  readonly whole: boolean
}

export interface WipeResult {
  readonly assets: readonly { readonly key: AssetKey; readonly partitions: number }[]
  /** Stores that belong to another lineage, whose data were left alone. */
  readonly untouched: readonly string[]
}

/** Which recorded partitions a wipe would delete, those of removed keys too. Two queries. */
export async function planWipe(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
  request: PartitionRequest,
  options: { readonly effects: boolean },
): Promise<readonly Wiping[]> {
  const recorded = await recordedPartitions(session, keys)
  const removed = request.kind === 'keys' ? removedKeys(session.graph, keys, recorded, request.keys) : []
  const requested = requestedPartitions(state, keys, without(request, removed))
  return keys.flatMap((key) => {
    // An effect whose record is gone would be repeated.
    if (session.graph.asset(key).kind === 'effect' && !options.effects) return []
    const known = recorded.get(key) ?? []
    const { space } = state.asset(key)
    const wanted = new Set(
      [...sets.ordinals(requested.get(key) ?? sets.EMPTY)].map((ordinal) => partitionKey(space, ordinal)),
    )
    for (const partition of removed) wanted.add(partition)
    const partitions = request.kind === 'all' ? known : known.filter((partition) => wanted.has(partition))
    return partitions.length === 0 ? [] : [{ key, partitions, whole: partitions.length === known.length }]
  })
}

function without(request: PartitionRequest, removed: readonly string[]): PartitionRequest {
  if (request.kind !== 'keys' || removed.length === 0) return request
  return { kind: 'keys', keys: request.keys.filter((key) => !removed.includes(key)) }
}

/** Deletes data, history and state of partitions. Safe to repeat: state goes last. */
export async function wipe(session: Session, wiping: readonly Wiping[]): Promise<WipeResult> {
  const leases = openLeases(session.lineage, randomUUID())
  const untouched = new Set<string>()
  try {
    for (const one of wiping) await leases.acquire(one.key)
    const everything = await coversEverything(session, wiping)
    for (const one of wiping) {
      await deleteData(session, one).catch((error: unknown) => {
        // A lineage that is given up as a whole may have been recorded against a store that is not this one.
        if (!(error instanceof ForeignStore) || !everything) throw error
        untouched.add(error.kind)
      })
      await deleteRecords(session, one)
    }
    if (everything) await forgetStores(session.lineage)
  } finally {
    await leases.release()
  }
  return {
    assets: wiping.map(({ key, partitions }) => ({ key, partitions: partitions.length })),
    untouched: [...untouched],
  }
}

async function deleteData(session: Session, { key, partitions, whole }: Wiping): Promise<void> {
  const asset = session.graph.asset(key)
  if (asset.kind === 'external' || asset.kind === 'effect') return
  const locations = await recordedLocations(session, key, partitions)
  switch (asset.store.kind) {
    case 'warehouse':
      return wipeTable(session, key, partitions, whole)
    case 'objects':
      return wipeObjects(session, locations)
    case 'published':
      return wipePublished(session, asset.store satisfies PublishedStore, locations)
    case 'value':
      return
  }
}

/** Every version of these partitions, so that earlier ones are deleted too. */
async function recordedLocations(
  session: Session,
  key: AssetKey,
  partitions: readonly string[],
): Promise<readonly StoredLocation[]> {
  const rows = await session.lineage.query<{ location: StoredLocation }>(
    'SELECT location FROM materializations WHERE asset_key = $1 AND partition = ANY($2)',
    [key, partitions],
  )
  return rows.map((row) => row.location)
}

async function deleteRecords(session: Session, { key, partitions, whole }: Wiping): Promise<void> {
  await session.lineage.transaction(async (client) => {
    await lockSequence(client, session.lineage.schema)
    await changePages(
      client,
      partitions.map((partition) => ({ assetKey: key, partition, change: () => undefined })),
    )
    const tables = ['intents', 'partition_state', 'observations', 'check_results', 'materializations']
    for (const table of tables) {
      await client.query(`DELETE FROM ${table} WHERE asset_key = $1 AND partition = ANY($2)`, [key, partitions])
    }
    if (whole) await client.query('DELETE FROM asset_tables WHERE asset_key = $1', [key])
  })
}

async function recordedPartitions(session: Session, keys: readonly AssetKey[]): Promise<Map<AssetKey, string[]>> {
  const rows = await session.lineage.query<{ asset_key: string; partitions: string[] }>(
    `SELECT asset_key, array_agg(DISTINCT partition ORDER BY partition) AS partitions FROM (
       SELECT asset_key, partition FROM partition_state UNION SELECT asset_key, partition FROM intents) AS known
     WHERE asset_key = ANY($1) GROUP BY asset_key`,
    [keys],
  )
  return new Map(rows.map((row) => [row.asset_key, row.partitions]))
}

async function coversEverything(session: Session, wiping: readonly Wiping[]): Promise<boolean> {
  const whole = wiping.filter((one) => one.whole).map((one) => one.key)
  const [row] = await session.lineage.query<{ left: number }>(
    `SELECT count(*) AS left FROM partition_state s LEFT JOIN materializations m USING (seq)
     WHERE s.asset_key <> ALL($1) AND coalesce(m.location->>'kind', '') NOT IN ('observed', 'effect')`,
    [whole],
  )
  return Number(row!.left) === 0
}
