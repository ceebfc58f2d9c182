import type { AssetKey, Graph } from '../../lib/graph/index.ts'
import type {
  CurrentVersion,
  HistoryEntry,
  PartitionRecord,
  RecordedInput,
  RecordedState,
  StoredLocation,
} from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'

interface StateRow {
  asset_key: string
  partition: string
  seq: number | null
  run_id: string | null
  made_at: Date | null
  as_of: Date | null
  code_version: string | null
  data_version: string | null
  partitions_signature: string | null
  inputs: RecordedInput[] | null
  location: StoredLocation | null
  metadata: Record<string, unknown> | null
  failed_at: Date | null
  failed_run_id: string | null
  failure: string | null
  unfinished: boolean
}

/**
 * Everything that planning needs of a graph: three queries, whatever the number of partitions.
 * Only assets that are read `asOf` need their history.
 */
export async function loadState(lineage: Lineage, graph: Graph): Promise<RecordedState> {
  const keys = [...graph.assets.keys()]
  const readAsOf = [...graph.downstream.values()]
    .flat()
    .filter((edge) => edge.mapping.kind === 'asOf')
    .map((edge) => edge.upstream)
  return lineage.transaction(async (client) => {
    const states = await client.query<StateRow>(
      `SELECT s.*, i.asset_key IS NOT NULL AS unfinished
       FROM partition_state s LEFT JOIN intents i USING (asset_key, partition)
       WHERE asset_key = ANY($1)
       UNION ALL
       SELECT i.asset_key, i.partition, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true
       FROM intents i LEFT JOIN partition_state s USING (asset_key, partition)
       WHERE i.asset_key = ANY($1) AND s.asset_key IS NULL`,
      [keys],
    )
    const history = await client.query<{
      asset_key: string
      partition: string
      seq: number
      as_of: Date
      data_version: string
      location: StoredLocation
      metadata: Record<string, unknown>
    }>(
      `SELECT asset_key, partition, seq, as_of, data_version, location, metadata
       FROM materializations WHERE asset_key = ANY($1) ORDER BY seq`,
      [readAsOf],
    )
    const seq = await client.query<{ seq: number }>(
      `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS seq FROM materialization_seq`,
    )
    return {
      records: grouped(states.rows, (row) => row.asset_key, recordOf),
      history: grouped(history.rows, (row) => row.asset_key, historyOf),
      seq: Number(seq.rows[0]!.seq),
    }
  })
}

function recordOf(row: StateRow): PartitionRecord {
  return {
    partition: row.partition,
    current: currentOf(row),
    failure: row.failed_at
      ? { at: row.failed_at, message: row.failure ?? '', runId: row.failed_run_id ?? '' }
      : undefined,
    unfinished: row.unfinished,
  }
}

function currentOf(row: StateRow): CurrentVersion | undefined {
  if (row.seq === null) return undefined
  return {
    seq: Number(row.seq),
    runId: row.run_id!,
    madeAt: row.made_at!,
    asOf: row.as_of!,
    codeVersion: row.code_version!,
    dataVersion: row.data_version!,
    partitionsSignature: row.partitions_signature!,
    inputs: row.inputs!,
    location: row.location!,
    metadata: row.metadata!,
  }
}

function historyOf(row: {
  partition: string
  seq: number
  as_of: Date
  data_version: string
  location: StoredLocation
  metadata: Record<string, unknown>
}): HistoryEntry {
  return {
    partition: row.partition,
    seq: Number(row.seq),
    effectiveAt: row.as_of,
    dataVersion: row.data_version,
    location: row.location,
    metadata: row.metadata,
  }
}

function grouped<Row, T>(rows: readonly Row[], key: (row: Row) => AssetKey, make: (row: Row) => T): Map<AssetKey, T[]> {
  const groups = new Map<AssetKey, T[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(make(row))
    else groups.set(key(row), [make(row)])
  }
  return groups
}
