import type { AssetKey, Graph } from '../../lib/graph/index.ts'
import type {
  HistoryEntry,
  RecordedAsset,
  RecordedFailure,
  RecordedRows,
  RecordedState,
  StoredLocation,
} from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'
import { loadPages } from './partition-pages.ts'

/**
 * Everything that planning needs of a graph: four queries on one snapshot, whatever the number of partitions. Only assets
 * that are read `asOf` need their history.
 */
export async function loadState(lineage: Lineage, graph: Graph): Promise<RecordedState> {
  const readAsOf = [...graph.downstream.values()]
    .flat()
    .filter((edge) => edge.mapping.kind === 'asOf')
    .map((edge) => edge.upstream)
  return lineage.transaction(async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    const rows = await loadPages(client)
    const failed = await client.query<{
      asset_key: string
      partition: string
      failed_at: Date
      failed_run_id: string | null
      failure: string | null
    }>(
      `SELECT asset_key, partition, failed_at, failed_run_id, failure FROM partition_state WHERE failed_at IS NOT NULL`,
    )
    const intents = await client.query<{ asset_key: string; partition: string }>(
      'SELECT asset_key, partition FROM intents',
    )
    const history =
      readAsOf.length === 0
        ? { rows: [] }
        : await client.query<HistoryRow>(
            `SELECT asset_key, partition, seq, as_of, data_version, location, metadata
             FROM materializations WHERE asset_key = ANY($1) ORDER BY seq`,
            [readAsOf],
          )
    return {
      assets: assetsOf(rows, failed.rows, intents.rows),
      history: grouped(history.rows, (row) => row.asset_key, historyOf),
      // In the order of commits: nothing that is not on this snapshot has a lower number.
      seq: newest(rows),
    }
  })
}

function assetsOf(
  rows: ReadonlyMap<AssetKey, RecordedRows>,
  failed: readonly {
    readonly asset_key: string
    readonly partition: string
    readonly failed_at: Date
    readonly failed_run_id: string | null
    readonly failure: string | null
  }[],
  intents: readonly { readonly asset_key: string; readonly partition: string }[],
): Map<AssetKey, RecordedAsset> {
  const failures = grouped(
    failed,
    (row) => row.asset_key,
    (row): [string, RecordedFailure] => [
      row.partition,
      { at: row.failed_at, message: row.failure ?? '', runId: row.failed_run_id ?? '' },
    ],
  )
  const unfinished = grouped(
    intents,
    (row) => row.asset_key,
    (row) => row.partition,
  )
  return new Map(
    [...new Set([...rows.keys(), ...failures.keys(), ...unfinished.keys()])].map((key) => [
      key,
      {
        rows: rows.get(key),
        failures: new Map(failures.get(key)),
        unfinished: new Set(unfinished.get(key)),
      },
    ]),
  )
}

function newest(rows: ReadonlyMap<AssetKey, RecordedRows>): number {
  let seq = 0
  for (const { columns, from, to } of rows.values()) {
    for (let row = from; row < to; row++) seq = Math.max(seq, columns.numbers.seq[row]!)
  }
  return seq
}

interface HistoryRow {
  readonly asset_key: string
  readonly partition: string
  readonly seq: number
  readonly as_of: Date
  readonly data_version: string
  readonly location: StoredLocation
  readonly metadata: Record<string, unknown>
}

function historyOf(row: HistoryRow): HistoryEntry {
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
