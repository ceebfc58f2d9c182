import { type AssetKey, type Partition, partitionColumns, partitionOf } from '../../lib/graph/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import { assetTables } from '../lineage/asset-tables.ts'
import { livingTokens } from '../lineage/leases.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { VersionDetail } from '../planner/recorded.ts'
import type { Session } from '../session.ts'
import { quoteName } from '../stores/fingerprint.ts'
import { abandonedStaging, inspectPartitions } from '../stores/staging.ts'
import { shapeOf } from '../stores/warehouse-tables.ts'
import { storedVersions } from './stored-versions.ts'
import type { Verdict } from './verify.ts'

/** Partitions read by one fingerprint statement: bounds its text. */
const BATCH = 500

interface Stored {
  readonly partition: Partition
  readonly current: VersionDetail
}

/** Fingerprints the recorded partitions of warehouse assets, and looks for rows and staging that nobody recorded. */
export async function verifyTables(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
): Promise<readonly Verdict[]> {
  const warehouse = await session.stores.warehouse()
  const present = await tableNames(warehouse)
  const verdicts: Verdict[] = []
  for (const key of keys) verdicts.push(...(await verifyAsset(session, warehouse, state, key, present)))
  const leftOver = await abandonedStaging(warehouse, () => livingTokens(session.lineage))
  return [
    ...verdicts,
    ...leftOver.map((name) => ({ key: '', partition: '', ok: false, problem: `left-over staging table ${name}` })),
  ]
}

async function verifyAsset(
  session: Session,
  warehouse: Warehouse,
  state: GraphState,
  key: AssetKey,
  present: ReadonlySet<string>,
): Promise<readonly Verdict[]> {
  const asset = session.graph.asset(key)
  if (asset.kind !== 'sql' && asset.kind !== 'function') return []
  const { space } = state.asset(key)
  const recorded: Stored[] = (await storedVersions(session, state, key)).map((version) => ({
    partition: partitionOf(space, version.ordinal),
    current: version,
  }))
  const schemas = new Map((await assetTables(session.lineage, key)).map((table) => [table.schemaHash, table]))
  const verdicts: Verdict[] = []
  for (const [schema, stored] of bySchema(recorded)) {
    const table = schemas.get(schema)
    if (!table || !present.has(table.tableName)) {
      const problem = `deleted: the table ${table?.tableName ?? schema} is gone`
      verdicts.push(...stored.map(({ partition }) => ({ key, partition: partition.key, ok: false, problem })))
      continue
    }
    const shape = shapeOf(asset, table.columns)
    for (let i = 0; i < stored.length; i += BATCH) {
      const batch = stored.slice(i, i + BATCH)
      const found = await inspectPartitions(
        warehouse,
        table.tableName,
        shape,
        batch.map((one) => one.partition),
        { uncounted: asset.uncounted },
      )
      found.forEach((one, j) => {
        const problem = problemOf(batch[j]!.current, one.rows, one.dataVersion)
        verdicts.push({
          key,
          partition: one.partition.key,
          ok: problem === undefined,
          ...(problem !== undefined && { problem }),
        })
      })
    }
  }
  const columns = partitionColumns(space).map((column) => column.name)
  for (const name of new Set([...schemas.values()].map((table) => table.tableName))) {
    if (!present.has(name)) continue
    const known = recorded.filter(
      ({ current }) => current.location.kind === 'warehouse' && current.location.table === name,
    )
    const foreign = await foreignPartitions(warehouse, name, columns, known)
    verdicts.push(
      ...foreign.map(({ id, rows }) => ({
        key,
        partition: id,
        ok: false,
        problem: `foreign: ${rows} rows in ${name} that lineage does not know`,
      })),
    )
  }
  return verdicts
}

function problemOf(current: VersionDetail, rows: number, dataVersion: string): string | undefined {
  const expected = current.location.kind === 'warehouse' ? current.location.rows : 0
  if (rows === 0 && expected > 0) return `deleted: ${expected} rows are gone`
  if (rows !== expected) return `edited: ${rows} rows instead of ${expected}`
  // Versions by inputs say nothing about content.
  if (current.dataVersion.startsWith('c1:') && current.dataVersion !== dataVersion) {
    return `edited: ${rows} rows whose content is not what was recorded`
  }
  return undefined
}

function bySchema(stored: readonly Stored[]): Map<string, Stored[]> {
  const groups = new Map<string, Stored[]>()
  for (const one of stored) {
    const { location } = one.current
    if (location.kind !== 'warehouse') continue
    const group = groups.get(location.schema)
    if (group) group.push(one)
    else groups.set(location.schema, [one])
  }
  return groups
}

async function tableNames(warehouse: Warehouse): Promise<ReadonlySet<string>> {
  const rows = await warehouse.rows<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = {database:String}',
    { params: { database: warehouse.database } },
  )
  return new Set(rows.map((row) => row.name))
}

/** Partition values with rows in the table that no current record accounts for. */
async function foreignPartitions(
  warehouse: Warehouse,
  table: string,
  columns: readonly string[],
  recorded: readonly Stored[],
): Promise<readonly { readonly id: string; readonly rows: number }[]> {
  const id =
    columns.length === 0 ? "''" : `concat(${columns.map((c) => `toString(${quoteName(c)})`).join(", '|', ")}, '')`
  const rows = await warehouse.rows<{ id: string; row_count: string }>(
    `SELECT ${id} AS id, count() AS row_count FROM ${quoteName(table)} GROUP BY id ORDER BY id`,
  )
  const known = new Set(recorded.map(({ partition }) => columns.map((name) => partition.values[name]!).join('|')))
  return rows.filter((row) => !known.has(row.id)).map((row) => ({ id: row.id, rows: Number(row.row_count) }))
}
