import type { Edge, SqlAsset } from '../../lib/graph/index.ts'
import type { Warehouse } from '../../lib/warehouse/index.ts'
import type { TableColumn } from '../lineage/asset-tables.ts'
import { describeSelect } from '../stores/warehouse-tables.ts'
import { detailsOf } from './details.ts'
import type { RunEnvironment } from './environment.ts'

/** Columns by what decides them; asking the engine costs it an analysis of the whole statement. */
const known = new Map<string, readonly TableColumn[]>()

/**
 * Columns of a SQL asset's SELECT: they depend on its template and on its inputs' columns alone, so that the
 * steps of one asset ask the engine once.
 */
export async function selectColumns(
  env: RunEnvironment,
  warehouse: Warehouse,
  asset: SqlAsset,
  ordinal: number,
  select: { readonly sql: string; readonly params: Record<string, unknown> },
): Promise<readonly TableColumn[]> {
  const inputs: (string | undefined)[] = []
  for (const edge of env.graph.upstream.get(asset.key)!) inputs.push(await inputColumns(env, edge, ordinal))
  if (inputs.includes(undefined)) return describeSelect(warehouse, select, env.signal)
  const key = JSON.stringify([warehouse.kind, asset.sqlTemplate, inputs])
  const columns = known.get(key) ?? (await describeSelect(warehouse, select, env.signal))
  known.set(key, columns)
  return columns
}

/** What identifies the columns of an input; undefined when only a look at its data tells. */
async function inputColumns(env: RunEnvironment, edge: Edge, ordinal: number): Promise<string | undefined> {
  const { upstream } = edge
  const asset = env.graph.asset(upstream)
  if (asset.kind === 'external' || asset.kind === 'effect') return undefined
  if (asset.store.kind === 'objects') return asset.store.structure
  if (asset.store.kind !== 'warehouse' || edge.mapping.kind === 'asOf') return undefined
  const state = env.state.asset(upstream)
  for (const member of state.members(env.state.mapping(edge).boxOf(ordinal))) {
    const seq = state.seq(member)
    if (seq === undefined) continue
    const { location } = (await detailsOf(env, [seq]))(seq)
    // Inputs whose partitions differ in schema are not read at all; one member speaks for all.
    return location.kind === 'warehouse' ? `${upstream} ${location.schema}` : undefined
  }
  return undefined
}
