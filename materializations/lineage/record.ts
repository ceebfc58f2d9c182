import type { PoolClient } from 'pg'
import { OttokError } from '../../lib/config/errors.ts'
import { memberHash } from '../planner/combined-version.ts'
import type { RecordedInput, StoredLocation } from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'
import { changePages } from './partition-pages.ts'

/** One materialization or observation about to be recorded. */
export interface NewVersion {
  readonly assetKey: string
  readonly partition: string
  readonly runId: string
  readonly stepNo: number
  readonly codeVersion: string
  readonly dataVersion: string
  readonly partitionsSignature: string
  readonly inputs: readonly RecordedInput[]
  readonly location: StoredLocation
  readonly metadata: Readonly<Record<string, unknown>>
  /** The run's "now". */
  readonly asOf: Date
}

export interface RecordedVersion extends NewVersion {
  readonly seq: number
  readonly madeAt: Date
  /** H(partition, data version). */
  readonly hash: Uint32Array
}

/** An upstream was made anew between the reading of its version and the commit of ours. */
export class InputsMoved extends Error {
  readonly upstream: string

  constructor(upstream: string) {
    super(`the input ${upstream} was made anew while this step ran`)
    this.name = 'InputsMoved'
    this.upstream = upstream
  }
}

/** Another run has taken over the lease of an asset. */
export class LeaseLost extends OttokError {
  constructor(assetKey: string) {
    super({
      what: `cannot record ${assetKey}`,
      cause: 'Another run has taken over its lease.',
      mend: 'Run the command again; nothing of this step was recorded.',
    })
    this.name = 'LeaseLost'
  }
}

/** Held until commit: no other transaction can draw a sequence number in between. */
export async function lockSequence(client: PoolClient, schema: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [sequenceName(schema)])
}

/** What the lock of a schema's sequence is the hash of. */
export function sequenceName(schema: string): string {
  return `${schema}.materialization_seq`
}

/** The lease must still be ours in the transaction that writes; a taken-over run must not record. */
export async function requireLease(client: PoolClient, assetKey: string, token: string): Promise<void> {
  const held = await client.query('SELECT 1 FROM leases WHERE name = $1 AND token = $2 FOR SHARE', [assetKey, token])
  if (held.rowCount !== 1) throw new LeaseLost(assetKey)
}

/** Tells whether a partition lies in the block that an input was read from. */
export type InBox = (input: RecordedInput, partition: string) => boolean

/** Throws InputsMoved when a partition of an input block has a newer version than the one read. */
export async function requireUnmovedInputs(
  client: PoolClient,
  versions: readonly NewVersion[],
  inBox: InBox,
): Promise<void> {
  const inputs = versions.flatMap((v) => v.inputs).filter((input) => input.mapping !== 'asOf')
  const oldest = new Map<string, number>()
  for (const { upstream, asOfSeq } of inputs) {
    oldest.set(upstream, Math.min(oldest.get(upstream) ?? Number.POSITIVE_INFINITY, asOfSeq))
  }
  if (oldest.size === 0) return
  const newer = await client.query<{ asset_key: string; partition: string; seq: string }>(
    `SELECT m.asset_key, m.partition, m.seq FROM materializations m
     JOIN unnest($1::text[], $2::bigint[]) AS u(asset_key, seq) ON m.asset_key = u.asset_key AND m.seq > u.seq`,
    [[...oldest.keys()], [...oldest.values()]],
  )
  for (const row of newer.rows) {
    const hit = inputs.some(
      (input) => input.upstream === row.asset_key && Number(row.seq) > input.asOfSeq && inBox(input, row.partition),
    )
    if (hit) throw new InputsMoved(`${row.asset_key}@${row.partition}`)
  }
}

/** Records versions and makes them current; the caller holds the sequence lock. */
export async function insertVersions(
  client: PoolClient,
  versions: readonly NewVersion[],
): Promise<readonly RecordedVersion[]> {
  if (versions.length === 0) return []
  const rows = versions.map((v, index) => ({
    index,
    asset_key: v.assetKey,
    partition: v.partition,
    run_id: v.runId,
    step_no: v.stepNo,
    code_version: v.codeVersion,
    data_version: v.dataVersion,
    partitions_signature: v.partitionsSignature,
    inputs: v.inputs,
    location: v.location,
    metadata: v.metadata,
    as_of: v.asOf,
  }))
  const inserted = await client.query<{ index: number; seq: string; made_at: Date }>(
    `WITH given AS (
       SELECT g.*, nextval('materialization_seq') AS seq FROM jsonb_to_recordset($1::jsonb) AS g(
         index int, asset_key text, partition text, run_id uuid, step_no int, code_version text, data_version text,
         partitions_signature text, inputs jsonb, location jsonb, metadata jsonb, as_of timestamptz)
     ), made AS (
       INSERT INTO materializations (seq, asset_key, partition, run_id, step_no, code_version, data_version,
                                     partitions_signature, location, metadata, as_of)
       SELECT seq, asset_key, partition, run_id, step_no, code_version, data_version, partitions_signature,
              location, metadata, as_of FROM given
       RETURNING seq, made_at
     ), inputs AS (
       INSERT INTO materialization_inputs (seq, name, upstream, mapping, box, version, as_of_seq, restated)
       SELECT g.seq, i.name, i.upstream, i.mapping, i.box, i.version, i."asOfSeq", i.restated
       FROM given g, jsonb_to_recordset(g.inputs) AS i(
         name text, upstream text, mapping text, box jsonb, version text, "asOfSeq" bigint, restated boolean)
     ), state AS (
       INSERT INTO partition_state (asset_key, partition, seq)
       SELECT asset_key, partition, seq FROM given
       ON CONFLICT (asset_key, partition) DO UPDATE SET
         seq = excluded.seq, failed_at = NULL, failed_run_id = NULL, failure = NULL
     )
     SELECT g.index, g.seq, m.made_at FROM given g JOIN made m USING (seq) ORDER BY g.index`,
    [JSON.stringify(rows)],
  )
  const recorded = inserted.rows.map((row): RecordedVersion => {
    const version = versions[row.index]!
    const hash = memberHash(version.partition, version.dataVersion)
    return { ...version, seq: Number(row.seq), madeAt: row.made_at, hash }
  })
  await changePages(
    client,
    recorded.map((version) => ({ assetKey: version.assetKey, partition: version.partition, change: () => version })),
  )
  return recorded
}

/** Records versions in one transaction, together with what the caller adds to it. */
export async function recordVersions(
  lineage: Lineage,
  versions: readonly NewVersion[],
  options: {
    readonly lease?: { readonly assetKey: string; readonly token: string }
    readonly inBox?: InBox
    /** More work in the same transaction, before the sequence lock is taken. */
    readonly within?: (client: PoolClient) => Promise<void>
  } = {},
): Promise<readonly RecordedVersion[]> {
  return lineage.transaction(async (client) => {
    if (options.lease) await requireLease(client, options.lease.assetKey, options.lease.token)
    await options.within?.(client)
    await lockSequence(client, lineage.schema)
    if (options.inBox) await requireUnmovedInputs(client, versions, options.inBox)
    return insertVersions(client, versions)
  })
}

/** Writes down that an attempt failed; not when another run has taken over, whose word counts. */
export async function recordFailure(
  lineage: Lineage,
  failure: { assetKey: string; partitions: readonly string[]; runId: string; message: string; token: string },
): Promise<void> {
  await lineage.query(
    `INSERT INTO partition_state (asset_key, partition, failed_at, failed_run_id, failure)
     SELECT $1, p, now(), $3, $4 FROM unnest($2::text[]) AS p
     WHERE EXISTS (SELECT 1 FROM leases WHERE name = $1 AND token = $5)
     ON CONFLICT (asset_key, partition) DO UPDATE SET
       failed_at = excluded.failed_at, failed_run_id = excluded.failed_run_id, failure = excluded.failure`,
    [failure.assetKey, failure.partitions, failure.runId, failure.message, failure.token],
  )
}
