import type { RecordedBox } from '../planner/recorded.ts'
import type { Lineage } from './lineage.ts'
import type { TracedInput } from './trace.ts'

/** From which sequence number to which a version was the newest of its partition. */
export interface VersionSpan {
  readonly partition: string
  readonly seq: number
  /** Of the version that came after it; null for the newest. */
  readonly nextSeq: number | null
  /** The run's "now": from then on it is in force. */
  readonly asOf: Date
}

/** Asks for the versions of some partitions that were the newest at any moment from `low` to `high`, both inclusive. */
export interface SpanQuestion {
  readonly assetKey: string
  readonly partitions: readonly string[]
  readonly low: number
  readonly high: number
}

/** Answers each question, by partition and in the order of sequence numbers. One query, however many partitions. */
export async function versionSpans(
  lineage: Lineage,
  questions: readonly SpanQuestion[],
): Promise<readonly ReadonlyMap<string, readonly VersionSpan[]>[]> {
  const answers = questions.map(() => new Map<string, VersionSpan[]>())
  if (questions.every(({ partitions }) => partitions.length === 0)) return answers
  const rows = await lineage.query<{ index: number; partition: string; seq: string; next: string | null; as_of: Date }>(
    `SELECT q.index, h.partition, h.seq, h.next, h.as_of
     FROM jsonb_to_recordset($1::jsonb) AS q(index int, key text, partitions text[], low bigint, high bigint)
     CROSS JOIN LATERAL unnest(q.partitions) AS p(partition)
     CROSS JOIN LATERAL (
       SELECT m.partition, m.seq, m.as_of, lead(m.seq) OVER (ORDER BY m.seq) AS next
       FROM materializations m WHERE m.asset_key = q.key AND m.partition = p.partition) h
     WHERE h.seq <= q.high AND (h.next IS NULL OR h.next > q.low)
     ORDER BY q.index, h.seq`,
    [
      JSON.stringify(
        questions.map(({ assetKey, partitions, low, high }, index) => ({
          index,
          key: assetKey,
          partitions,
          low,
          high,
        })),
      ),
    ],
  )
  for (const row of rows) {
    const spans = answers[row.index]!
    const span: VersionSpan = {
      partition: row.partition,
      seq: Number(row.seq),
      nextSeq: row.next === null ? null : Number(row.next),
      asOf: row.as_of,
    }
    const known = spans.get(row.partition)
    if (known) known.push(span)
    else spans.set(row.partition, [span])
  }
  return answers
}

/** A current version that read from a block of another asset. */
export interface CurrentReader extends TracedInput {
  readonly assetKey: string
  readonly partition: string
}

/** Asks who read from an asset since a sequence number; `times` is `[from, to)`, or null where it has no time. */
export interface ReaderQuestion {
  readonly upstream: string
  readonly times: readonly [from: number, to: number] | null
  readonly since: number
}

/** Current versions that read from these blocks, the newest first and `limit` at most for each. One query. */
export async function currentReaders(
  lineage: Lineage,
  questions: readonly ReaderQuestion[],
  limit: number,
): Promise<readonly (readonly CurrentReader[])[]> {
  const answers = questions.map((): CurrentReader[] => [])
  if (questions.length === 0) return answers
  const rows = await lineage.query<
    { index: number; box: RecordedBox; seq: string; asOfSeq: string } & Omit<CurrentReader, 'box' | 'seq' | 'asOfSeq'>
  >(
    `SELECT q.index, r.* FROM jsonb_to_recordset($1::jsonb) AS q(index int, upstream text, "from" bigint, "to" bigint, since bigint)
     CROSS JOIN LATERAL (
       SELECT m.asset_key AS "assetKey", m.partition, i.seq, i.name, i.upstream, i.mapping, i.box, i.version,
              i.as_of_seq AS "asOfSeq", i.restated
       FROM materialization_inputs i
       JOIN materializations m USING (seq)
       JOIN partition_state s ON s.asset_key = m.asset_key AND s.partition = m.partition AND s.seq = m.seq
       WHERE i.upstream = q.upstream AND i.seq > q.since AND i.as_of_seq >= q.since
         AND (q."from" IS NULL OR ((i.box->>'from')::bigint < q."to" AND (i.box->>'to')::bigint > q."from"))
       ORDER BY i.seq DESC LIMIT $2) r
     ORDER BY q.index, r."assetKey", r.seq`,
    [
      JSON.stringify(
        questions.map(({ upstream, times, since }, index) => ({
          index,
          upstream,
          from: times?.[0] ?? null,
          to: times?.[1] ?? null,
          since,
        })),
      ),
      limit,
    ],
  )
  for (const { index, seq, asOfSeq, ...rest } of rows) {
    answers[index]!.push({ ...rest, seq: Number(seq), asOfSeq: Number(asOfSeq) })
  }
  return answers
}

/** What is told of many versions of one asset together. */
export interface RangeFacts {
  readonly madeFrom: Date
  readonly madeTo: Date
  readonly runs: number
  /** Distinct, sorted, at most ten. */
  readonly codeVersions: readonly string[]
  readonly kind: string
}

/** Facts of each group of versions. One query. */
export async function rangeFacts(
  lineage: Lineage,
  groups: readonly (readonly number[])[],
): Promise<readonly RangeFacts[]> {
  if (groups.length === 0) return []
  const rows = await lineage.query<RangeFacts & { index: number }>(
    `SELECT g.index, min(m.made_at) AS "madeFrom", max(m.made_at) AS "madeTo", count(DISTINCT m.run_id)::int AS runs,
       (array_agg(DISTINCT m.code_version))[1:10] AS "codeVersions", min(m.location->>'kind') AS kind
     FROM jsonb_to_recordset($1::jsonb) AS g(index int, seqs bigint[])
     JOIN materializations m ON m.seq = ANY(g.seqs) GROUP BY g.index ORDER BY g.index`,
    [JSON.stringify(groups.map((seqs, index) => ({ index, seqs })))],
  )
  return rows
}
