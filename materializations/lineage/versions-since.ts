import { memberHash } from '../planner/combined-version.ts'
import type { RecordedInput, StoredLocation } from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'
import type { RecordedVersion } from './record.ts'

interface VersionRow {
  asset_key: string
  partition: string
  seq: string
  made_at: Date
  run_id: string
  step_no: number
  code_version: string
  data_version: string
  partitions_signature: string
  location: StoredLocation
  metadata: Record<string, unknown>
  as_of: Date
  inputs: RecordedInput[] | null
}

/** Current versions of some assets that other runs have recorded after a sequence number: one query. */
export async function versionsSince(
  lineage: Lineage,
  assetKeys: readonly string[],
  seq: number,
  exceptRun: string,
): Promise<readonly RecordedVersion[]> {
  const rows = await lineage.query<VersionRow>(
    `SELECT m.asset_key, m.partition, m.seq, m.made_at, m.run_id, m.step_no, m.code_version, m.data_version,
            m.partitions_signature, m.location, m.metadata, m.as_of,
            (SELECT jsonb_agg(jsonb_build_object('name', i.name, 'upstream', i.upstream, 'mapping', i.mapping, 'box', i.box,
                              'version', i.version, 'asOfSeq', i.as_of_seq, 'restated', i.restated) ORDER BY i.name)
             FROM materialization_inputs i WHERE i.seq = m.seq) AS inputs
     FROM materializations m
     WHERE m.asset_key = ANY($1) AND m.seq > $2 AND m.run_id <> $3
       AND EXISTS (SELECT FROM partition_state s
                   WHERE s.asset_key = m.asset_key AND s.partition = m.partition AND s.seq = m.seq)
     ORDER BY m.seq`,
    [assetKeys, seq, exceptRun],
  )
  return rows.map((row) => ({
    assetKey: row.asset_key,
    partition: row.partition,
    seq: Number(row.seq),
    madeAt: row.made_at,
    runId: row.run_id,
    stepNo: row.step_no,
    codeVersion: row.code_version,
    dataVersion: row.data_version,
    partitionsSignature: row.partitions_signature,
    inputs: row.inputs ?? [],
    location: row.location,
    metadata: row.metadata,
    asOf: row.as_of,
    hash: memberHash(row.partition, row.data_version),
  }))
}
