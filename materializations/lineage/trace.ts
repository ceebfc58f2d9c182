import type { RecordedBox, StoredLocation } from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'

/** One recorded version, current or past. */
export interface TracedVersion {
  readonly seq: number
  readonly assetKey: string
  readonly partition: string
  readonly runId: string
  readonly codeVersion: string
  readonly dataVersion: string
  readonly madeAt: Date
  readonly asOf: Date
  readonly location: StoredLocation
  readonly metadata: Readonly<Record<string, unknown>>
}

/** One recorded input of one version. */
export interface TracedInput {
  /** Of the version that read. */
  readonly seq: number
  readonly name: string
  readonly upstream: string
  readonly mapping: string
  readonly box: RecordedBox
  readonly version: string
  readonly asOfSeq: number
  readonly restated: boolean
}

/** Asks for the newest version of a partition up to a sequence number, and in force at a moment if one is given. */
export interface VersionQuestion {
  readonly assetKey: string
  readonly partition: string
  readonly asOfSeq: number
  readonly inForceAt?: Date | undefined
}

const COLUMNS = `m.seq, m.asset_key AS "assetKey", m.partition, m.run_id AS "runId", m.code_version AS "codeVersion",
  m.data_version AS "dataVersion", m.made_at AS "madeAt", m.as_of AS "asOf", m.location, m.metadata`

/** Answers each question, or undefined where there was no version. One query. */
export async function versionsAt(
  lineage: Lineage,
  questions: readonly VersionQuestion[],
): Promise<readonly (TracedVersion | undefined)[]> {
  if (questions.length === 0) return []
  const rows = await lineage.query<TracedVersion & { index: number }>(
    // Before the first version in force, the first: the rule of `asOf`.
    `SELECT q.index, ${COLUMNS}
     FROM jsonb_to_recordset($1::jsonb) AS q(index int, "assetKey" text, partition text, "asOfSeq" bigint, "inForceAt" timestamptz)
     CROSS JOIN LATERAL (
       SELECT * FROM materializations v
       WHERE v.asset_key = q."assetKey" AND v.partition = q.partition AND v.seq <= q."asOfSeq"
       ORDER BY (q."inForceAt" IS NULL OR v.as_of <= q."inForceAt") DESC,
         CASE WHEN q."inForceAt" IS NULL OR v.as_of <= q."inForceAt" THEN -v.seq ELSE v.seq END
       LIMIT 1) m`,
    [JSON.stringify(questions.map((question, index) => ({ ...question, index })))],
  )
  const byIndex = new Map(rows.map((row) => [row.index, versionOf(row)]))
  return questions.map((_, index) => byIndex.get(index))
}

/** The current version of a partition. */
export async function currentVersion(
  lineage: Lineage,
  assetKey: string,
  partition: string,
): Promise<TracedVersion | undefined> {
  const [row] = await lineage.query<TracedVersion>(
    `SELECT ${COLUMNS} FROM partition_state s JOIN materializations m USING (seq)
     WHERE s.asset_key = $1 AND s.partition = $2`,
    [assetKey, partition],
  )
  return row && versionOf(row)
}

/** The partition with the greatest key among those that were made; keys of a time grain sort by time. */
export async function newestPartition(lineage: Lineage, assetKey: string): Promise<string | undefined> {
  const [row] = await lineage.query<{ partition: string }>(
    `SELECT partition FROM partition_state WHERE asset_key = $1 AND seq IS NOT NULL ORDER BY partition DESC LIMIT 1`,
    [assetKey],
  )
  return row?.partition
}

export async function inputsOf(lineage: Lineage, seqs: readonly number[]): Promise<readonly TracedInput[]> {
  if (seqs.length === 0) return []
  const rows = await lineage.query<TracedInput>(
    `SELECT seq, name, upstream, mapping, box, version, as_of_seq AS "asOfSeq", restated
     FROM materialization_inputs WHERE seq = ANY($1) ORDER BY seq, name`,
    [seqs],
  )
  return rows.map((row) => ({ ...row, seq: Number(row.seq), asOfSeq: Number(row.asOfSeq) }))
}

/** Whole versions by their sequence numbers; numbers that are not recorded are left out. One query. */
export async function versionsBySeq(
  lineage: Lineage,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, TracedVersion>> {
  if (seqs.length === 0) return new Map()
  const rows = await lineage.query<TracedVersion>(`SELECT ${COLUMNS} FROM materializations m WHERE m.seq = ANY($1)`, [
    seqs,
  ])
  return new Map(rows.map(versionOf).map((version) => [version.seq, version]))
}

/** The partition of each version by its sequence number. One query. */
export async function placesOf(lineage: Lineage, seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (seqs.length === 0) return new Map()
  const rows = await lineage.query<{ seq: string; partition: string }>(
    'SELECT seq, partition FROM materializations WHERE seq = ANY($1)',
    [seqs],
  )
  return new Map(rows.map(({ seq, partition }) => [Number(seq), partition]))
}

function versionOf(row: TracedVersion): TracedVersion {
  const { seq, assetKey, partition, runId, codeVersion, dataVersion, madeAt, asOf, location, metadata } = row
  return {
    seq: Number(seq),
    assetKey,
    partition,
    runId,
    codeVersion,
    dataVersion,
    madeAt,
    asOf,
    location,
    metadata,
  }
}
