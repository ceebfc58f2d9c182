import {
  type AssetKey,
  type Check,
  type FunctionAsset,
  partitionOf,
  type SqlAsset,
  type SqlCheck,
  sets,
} from '../../lib/graph/index.ts'
import { metadataResults } from '../executor/metadata-checks.ts'
import { valueResults } from '../executor/value-checks.ts'
import { assetTables } from '../lineage/asset-tables.ts'
import { insertCheckResults } from '../lineage/check-results.ts'
import type { GraphState } from '../planner/graph-state.ts'
import { type PartitionRequest, requestedPartitions } from '../planner/request.ts'
import type { Session } from '../session.ts'
import { type CheckResult, inspectPartitions } from '../stores/staging.ts'
import { shapeOf } from '../stores/warehouse-tables.ts'
import { groupBy } from './group-by.ts'
import { type StoredVersion, storedVersions } from './stored-versions.ts'

/** Partitions that one statement looks at. */
const BATCH = 100

/**
 * Makes the checks of assets anew on what is stored, without remaking it, and records what they find. A schema check has
 * nothing to compare with then, and keeps its last result.
 *
 * @returns how many results there were
 */
export async function runChecks(
  session: Session,
  state: GraphState,
  keys: readonly AssetKey[],
  request: PartitionRequest,
): Promise<number> {
  const requested = requestedPartitions(state, keys, request)
  let count = 0
  for (const key of keys) {
    const asset = session.graph.asset(key)
    if ((asset.kind !== 'sql' && asset.kind !== 'function') || asset.checks.length === 0) continue
    const wanted = requested.get(key) ?? sets.EMPTY
    const stored = (await storedVersions(session, state, key)).filter(({ ordinal }) => sets.has(wanted, ordinal))
    const results =
      asset.store.kind === 'value' || asset.store.kind === 'objects'
        ? await valuesResults(session, asset, stored)
        : [
            ...stored.flatMap(({ partition, metadata }) => metadataResults(asset.checks, [partition], metadata)),
            ...(await tableResults(session, state, asset, stored)),
          ]
    await insertCheckResults(session.lineage, null, key, results)
    count += results.length
  }
  return count
}

async function tableResults(
  session: Session,
  state: GraphState,
  asset: SqlAsset | FunctionAsset,
  stored: readonly StoredVersion[],
): Promise<CheckResult[]> {
  const declared: readonly Check[] = asset.checks
  const checks = declared.filter((check): check is SqlCheck => check.kind === 'sql')
  if (checks.length === 0 || stored.length === 0) return []
  const warehouse = await session.stores.warehouse()
  const tables = new Map((await assetTables(session.lineage, asset.key)).map((table) => [table.schemaHash, table]))
  const { space } = state.asset(asset.key)
  const results: CheckResult[] = []
  for (const [schema, versions] of groupBy(stored, ({ location }) =>
    location.kind === 'warehouse' ? location.schema : '',
  )) {
    const table = tables.get(schema)
    if (!table) throw new Error(`unreachable: ${asset.key} has partitions of an unknown schema ${schema}`)
    const shape = shapeOf(asset, table.columns)
    for (let i = 0; i < versions.length; i += BATCH) {
      const partitions = versions.slice(i, i + BATCH).map(({ ordinal }) => partitionOf(space, ordinal))
      const found = await inspectPartitions(warehouse, table.tableName, shape, partitions, { checks })
      results.push(...found.flatMap((one) => one.checks))
    }
  }
  return results
}

async function valuesResults(
  session: Session,
  asset: SqlAsset | FunctionAsset,
  stored: readonly StoredVersion[],
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const { partition, location, metadata } of stored) {
    if (location.kind !== 'objects' && location.kind !== 'value') continue
    const content =
      location.kind === 'value' ? location.value : await (await session.stores.objects()).get(location.object)
    results.push(...(await valueResults(asset.key, asset.checks, partition, content, metadata)))
  }
  return results
}
