import type { TableColumn } from './asset-tables.ts'
import type { Lineage } from './lineage.ts'

/** Identity of what was made, by sequence number. One query. */
export async function dataVersions(lineage: Lineage, seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (seqs.length === 0) return new Map()
  const rows = await lineage.query<{ seq: string; data_version: string }>(
    'SELECT seq, data_version FROM materializations WHERE seq = ANY($1)',
    [seqs],
  )
  return new Map(rows.map((row) => [Number(row.seq), row.data_version]))
}

/** When each code version first made a partition of its asset, by `asset code`. One query. */
export async function codeFirstUsed(
  lineage: Lineage,
  codes: readonly { readonly assetKey: string; readonly codeVersion: string }[],
): Promise<(assetKey: string, codeVersion: string) => Date | undefined> {
  const rows = await lineage.query<{ key: string; code: string; at: Date }>(
    `SELECT c.key, c.code, min(m.made_at) AS at
     FROM (SELECT DISTINCT * FROM jsonb_to_recordset($1::jsonb) AS g(key text, code text)) c
     JOIN materializations m ON m.asset_key = c.key AND m.code_version = c.code GROUP BY c.key, c.code`,
    [JSON.stringify(codes.map(({ assetKey, codeVersion }) => ({ key: assetKey, code: codeVersion })))],
  )
  const found = new Map(rows.map(({ key, code, at }) => [JSON.stringify([key, code]), at]))
  return (assetKey, codeVersion) => found.get(JSON.stringify([assetKey, codeVersion]))
}

/** Columns of warehouse tables by asset and schema hash. One query. */
export async function tableSchemas(
  lineage: Lineage,
  assetKeys: readonly string[],
): Promise<(assetKey: string, schema: string) => readonly TableColumn[] | undefined> {
  const rows = await lineage.query<{ asset_key: string; schema_hash: string; columns: TableColumn[] }>(
    'SELECT asset_key, schema_hash, columns FROM asset_tables WHERE asset_key = ANY($1)',
    [[...new Set(assetKeys)]],
  )
  const found = new Map(rows.map((row) => [JSON.stringify([row.asset_key, row.schema_hash]), row.columns]))
  return (assetKey, schema) => found.get(JSON.stringify([assetKey, schema]))
}

/** One line of a partition's history. */
export interface RecordedVersionRow {
  readonly seq: number
  readonly runId: string
  readonly madeAt: Date
  readonly codeVersion: string
  readonly dataVersion: string
  readonly isCurrent: boolean
}

/** Versions of a partition, the newest first, older than `before` where that is given. */
export async function versionsOfPartition(
  lineage: Lineage,
  assetKey: string,
  partition: string,
  options: { readonly limit: number; readonly before?: number | undefined },
): Promise<readonly RecordedVersionRow[]> {
  const rows = await lineage.query<Omit<RecordedVersionRow, 'seq'> & { seq: string }>(
    `SELECT m.seq, m.run_id AS "runId", m.made_at AS "madeAt", m.code_version AS "codeVersion",
       m.data_version AS "dataVersion", s.seq IS NOT NULL AS "isCurrent"
     FROM materializations m LEFT JOIN partition_state s
       ON s.asset_key = m.asset_key AND s.partition = m.partition AND s.seq = m.seq
     WHERE m.asset_key = $1 AND m.partition = $2 AND ($3::bigint IS NULL OR m.seq < $3)
     ORDER BY m.seq DESC LIMIT $4`,
    [assetKey, partition, options.before ?? null, options.limit],
  )
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }))
}
