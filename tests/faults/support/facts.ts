import { isDeepStrictEqual } from 'node:util'
import type { PoolClient } from 'pg'
import { partitionColumns } from '../../../lib/graph/index.ts'
import { assetTables } from '../../../materializations/lineage/asset-tables.ts'
import type { Lineage } from '../../../materializations/lineage/lineage.ts'
import { rebuildPages } from '../../../materializations/lineage/partition-pages.ts'
import { storedVersions } from '../../../materializations/operations/stored-versions.ts'
import { verify } from '../../../materializations/operations/verify.ts'
import { planRun } from '../../../materializations/planner/plan.ts'
import type { StoredLocation } from '../../../materializations/planner/recorded.ts'
import { decodePage, type PageEntry } from '../../../materializations/planner/state-page.ts'
import type { Session } from '../../../materializations/session.ts'

/**
 * What a home holds, without what differs from run to run: ids, times, sequence and load numbers. Of an effect only that
 * it happened: it keeps the versions that it acted on, whatever the code becomes.
 */
export interface Facts {
  /** `key@partition` -> its versions and what is stored. */
  readonly partitions: Readonly<Record<string, PartitionFacts>>
  /** Name of a view that people query -> its rows. */
  readonly views: Readonly<Record<string, readonly unknown[]>>
}

type PartitionFacts =
  | 'happened'
  | {
      readonly dataVersion: string
      readonly codeVersion: string
      readonly inputs: Readonly<Record<string, string>>
      readonly content: unknown
    }

/** What must not be there after a run that ended. */
export interface Leftovers {
  readonly staging: readonly string[]
  readonly intents: readonly string[]
  readonly leases: readonly string[]
  readonly problems: readonly string[]
  readonly stale: readonly string[]
  /** Versions of what logs while it is made whose step has no log. */
  readonly unlogged: readonly string[]
  /** Partitions that one run recorded more than once. */
  readonly recordedTwice: readonly string[]
  /** Pages of recorded state that are not what the tables say which they are derived from. */
  readonly wrongPages: readonly string[]
}

export const NOTHING_LEFT: Leftovers = {
  staging: [],
  intents: [],
  leases: [],
  problems: [],
  stale: [],
  unlogged: [],
  recordedTwice: [],
  wrongPages: [],
}

export async function factsOf(session: Session): Promise<Facts> {
  const state = await session.state()
  const partitions: Record<string, PartitionFacts> = {}
  const views: Record<string, readonly unknown[]> = {}
  for (const key of session.graph.order) {
    const asset = session.graph.asset(key)
    const details = new Map((await storedVersions(session, state, key)).map((version) => [version.partition, version]))
    const records = [...state.asset(key).entries()].sort(([a], [b]) => a - b)
    for (const [, { partition, current }] of records) {
      if (!current) continue
      const detail = details.get(partition)!
      if (asset.kind === 'effect') {
        partitions[`${key}@${partition}`] = 'happened'
        continue
      }
      partitions[`${key}@${partition}`] = {
        dataVersion: detail.dataVersion,
        codeVersion: current.codeVersion,
        inputs: Object.fromEntries(current.inputs.map((input) => [input.name, input.version])),
        content: await contentOf(
          session,
          key,
          partitionColumns(state.asset(key).space)[0]?.name,
          partition,
          detail.location,
        ),
      }
    }
    if (asset.kind !== 'external' && asset.kind !== 'effect' && asset.store.kind === 'warehouse') {
      const view = key.replaceAll('/', '__')
      views[view] = await (await session.stores.warehouse()).rows(`SELECT * FROM ${view} ORDER BY ALL`)
    }
  }
  const schema = `mart_${session.settings.environment}`
  const mart = await session.lineage.pool.query(
    `SELECT day, user_id, mark FROM "${schema}".big_spenders ORDER BY user_id`,
  )
  return { partitions, views: { ...views, mart: mart.rows } }
}

async function contentOf(
  session: Session,
  key: string,
  column: string | undefined,
  partition: string,
  location: StoredLocation,
): Promise<unknown> {
  switch (location.kind) {
    case 'warehouse': {
      const tables = await assetTables(session.lineage, key)
      // A table keeps columns of other schemas, which are not of this partition.
      const names = tables.find((table) => table.schemaHash === location.schema)?.columns.map((one) => one.name)
      const warehouse = await session.stores.warehouse()
      return warehouse.rows(`SELECT ${names} FROM ${location.table} WHERE ${column} = '${partition}' ORDER BY ALL`)
    }
    case 'objects':
      return new TextDecoder().decode(await (await session.stores.objects()).get(location.object))
    case 'published': {
      const history = `${location.table}_history`
      const found = await session.lineage.pool.query(
        `SELECT day, user_id, mark FROM ${history} WHERE load_id = $1 ORDER BY user_id`,
        [location.load],
      )
      return found.rows
    }
    case 'value':
      return location.value
    case 'observed':
    case 'effect':
      return location.kind
  }
}

export async function leftoversOf(session: Session): Promise<Leftovers> {
  const { lineage, graph } = session
  const warehouse = await session.stores.warehouse()
  const state = await session.state()
  const staging = await warehouse.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = {database:String} AND startsWith(name, 'staging')`,
    { params: { database: warehouse.database } },
  )
  const intents = await lineage.query<{ asset_key: string; partition: string }>(
    'SELECT asset_key, partition FROM intents',
  )
  const leases = await lineage.query<{ name: string }>('SELECT name FROM leases')
  const unlogged = await lineage.query<{ version: string }>(
    `SELECT m.asset_key || '@' || m.partition AS version FROM materializations m
     WHERE m.asset_key LIKE 'reports/%' AND NOT EXISTS (
       SELECT FROM step_logs l WHERE l.run_id = m.run_id AND l.step_no = m.step_no
         AND l.asset_key = m.asset_key AND l.message = 'read ' || m.partition)`,
  )
  const twice = await lineage.query<{ version: string }>(
    `SELECT asset_key || '@' || partition AS version FROM materializations
     GROUP BY asset_key, partition, run_id HAVING count(*) > 1`,
  )
  const verdicts = await verify(session, state, graph.order)
  const plan = planRun(state, { selected: graph.order, request: { kind: 'all' } })
  return {
    staging: staging.map((row) => row.name),
    intents: intents.map((row) => `${row.asset_key}@${row.partition}`),
    leases: leases.map((row) => row.name),
    problems: verdicts.flatMap(({ key, partition, problem }) => (problem ? [`${key}@${partition}: ${problem}`] : [])),
    stale: plan.entries.flatMap((entry) => (entry.proven.length + entry.possible.length > 0 ? [entry.key] : [])),
    unlogged: unlogged.map((row) => row.version),
    recordedTwice: twice.map((row) => row.version),
    wrongPages: await wrongPages(lineage),
  }
}

async function wrongPages(lineage: Lineage): Promise<readonly string[]> {
  const client = await lineage.pool.connect()
  try {
    await client.query(`BEGIN; SET LOCAL search_path TO "${lineage.schema}"`)
    const kept = await pagesOf(client)
    await rebuildPages(client)
    const derived = await pagesOf(client)
    const names = [...new Set([...kept.keys(), ...derived.keys()])]
    return names.filter((name) => !isDeepStrictEqual(kept.get(name), derived.get(name)))
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

/** Pages by name, their entries and their inputs in an order of their own. */
async function pagesOf(client: PoolClient): Promise<ReadonlyMap<string, readonly PageEntry[]>> {
  const found = await client.query<{ name: string; content: Buffer }>(
    `SELECT asset_key || ' ' || page AS name, content FROM partition_pages`,
  )
  return new Map(
    found.rows.map(({ name, content }) => [
      name,
      decodePage(content)
        .map(({ partition, current }) => ({ partition, current: { ...current, inputs: byName(current.inputs) } }))
        .sort((a, b) => (a.partition < b.partition ? -1 : 1)),
    ]),
  )
}

const byName = <T extends { readonly name: string }>(inputs: readonly T[]): readonly T[] =>
  [...inputs].sort((a, b) => (a.name < b.name ? -1 : 1))

/** Status of every run, oldest first. */
export async function runStatuses(session: Session): Promise<readonly string[]> {
  const runs = await session.lineage.query<{ status: string }>('SELECT status FROM runs ORDER BY started_at')
  return runs.map((run) => run.status)
}
