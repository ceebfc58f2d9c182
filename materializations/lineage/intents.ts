import type { PoolClient } from 'pg'
import type { Lineage } from './lineage.ts'
import { insertVersions, lockSequence, type NewVersion, type RecordedVersion, requireLease } from './record.ts'

/** A swap that was decided: staging holds the partition, and the record is ready. */
export interface Intent {
  readonly assetKey: string
  readonly partition: string
  readonly token: string
  readonly staging: string
  /** The partition as the engine names it: what recovery swaps, whatever today's definitions say. */
  readonly place: string
  readonly record: NewVersion
}

interface IntentRow {
  asset_key: string
  partition: string
  token: string
  staging: string
  place: string
  record: NewVersion
}

/** Writes intents in the caller's transaction; it checks the lease and holds the sequence lock. */
export async function insertIntents(client: PoolClient, intents: readonly Intent[]): Promise<void> {
  await client.query(
    `INSERT INTO intents (asset_key, partition, token, run_id, step_no, staging, place, record)
     SELECT asset_key, partition, token, run_id, step_no, staging, place, record
     FROM jsonb_to_recordset($1::jsonb) AS i(asset_key text, partition text, token uuid, run_id uuid, step_no int,
       staging text, place text, record jsonb)`,
    [
      JSON.stringify(
        intents.map((intent) => ({
          asset_key: intent.assetKey,
          partition: intent.partition,
          token: intent.token,
          run_id: intent.record.runId,
          step_no: intent.record.stepNo,
          staging: intent.staging,
          place: intent.place,
          record: intent.record,
        })),
      ),
    ],
  )
}

/** Records what the intents promised and removes them: one transaction under the lease. */
export async function fulfilIntents(
  lineage: Lineage,
  lease: { assetKey: string; token: string },
  intents: readonly Intent[],
): Promise<readonly RecordedVersion[]> {
  return lineage.transaction(async (client) => {
    await requireLease(client, lease.assetKey, lease.token)
    await lockSequence(client, lineage.schema)
    const recorded = await insertVersions(
      client,
      intents.map((intent) => intent.record),
    )
    await client.query('DELETE FROM intents WHERE asset_key = $1 AND partition = ANY($2)', [
      lease.assetKey,
      intents.map((intent) => intent.partition),
    ])
    return recorded
  })
}

export async function openIntents(lineage: Lineage, assetKey: string): Promise<readonly Intent[]> {
  const rows = await lineage.query<IntentRow>(
    'SELECT asset_key, partition, token, staging, place, record FROM intents WHERE asset_key = $1 ORDER BY partition',
    [assetKey],
  )
  return rows.map((row) => ({
    assetKey: row.asset_key,
    partition: row.partition,
    token: row.token,
    staging: row.staging,
    place: row.place,
    record: { ...row.record, asOf: new Date(row.record.asOf) },
  }))
}

export async function assetsWithIntents(lineage: Lineage): Promise<readonly { assetKey: string; token: string }[]> {
  const rows = await lineage.query<{ asset_key: string; token: string }>(
    'SELECT DISTINCT asset_key, token FROM intents',
  )
  return rows.map((row) => ({ assetKey: row.asset_key, token: row.token }))
}
