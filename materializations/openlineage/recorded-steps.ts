import type { Lineage } from '../lineage/lineage.ts'
import type { RecordedBox, StoredLocation } from '../planner/recorded.ts'

/** A run that has ended. */
export interface EndedRun {
  readonly runId: string
  readonly command: string
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'interrupted'
  readonly startedAt: Date
  readonly endedAt: Date
  readonly error: string | null
}

/** A step of a run, with all that it recorded. */
export interface RecordedStep {
  readonly runId: string
  readonly stepNo: number
  readonly assetKey: string
  readonly partitions: readonly string[]
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'cancelled'
  readonly startedAt: Date
  readonly durationMs: number
  readonly error: string | null
  readonly made: readonly {
    readonly partition: string
    readonly dataVersion: string
    readonly location: StoredLocation
  }[]
  readonly inputs: readonly {
    readonly name: string
    readonly upstream: string
    readonly mapping: string
    readonly box: RecordedBox
    readonly version: string
  }[]
}

/** Runs read together; with their steps they are what is held in memory. */
const RUNS = 50
const STEPS = 500

/** Runs that ended at a moment or later, the earliest first, page by page. */
export async function* runsEndedSince(lineage: Lineage, since: Date): AsyncGenerator<readonly EndedRun[]> {
  let after: readonly [endedAt: string, runId: string] | undefined
  for (;;) {
    const runs = await lineage.query<EndedRun & { cursor: string }>(
      `SELECT run_id AS "runId", command, status, started_at AS "startedAt", ended_at AS "endedAt", error,
         ended_at::text AS cursor
       FROM runs WHERE ended_at >= $1 AND ($2::text IS NULL OR (ended_at, run_id) > ($2::timestamptz, $3::uuid))
       ORDER BY ended_at, run_id LIMIT $4`,
      [since, after?.[0] ?? null, after?.[1] ?? null, RUNS],
    )
    if (runs.length === 0) return
    yield runs
    // As text: a Date has no microseconds, and would meet the same run again.
    after = [runs.at(-1)!.cursor, runs.at(-1)!.runId]
  }
}

/** Steps of a run that made, failed or were stopped, in order, page by page. Steps that had nothing to do are left out. */
export async function* stepsOfRun(lineage: Lineage, runId: string): AsyncGenerator<readonly RecordedStep[]> {
  let after = -1
  for (;;) {
    const page = await lineage.query<RecordedStep>(
      steps('s.run_id = $1 AND s.step_no > $2', 's.step_no', `LIMIT ${STEPS}`),
      [runId, after],
    )
    if (page.length === 0) return
    yield page
    after = page.at(-1)!.stepNo
  }
}

/** The runs and steps that recorded these versions. Two queries. */
export async function stepsOfVersions(
  lineage: Lineage,
  seqs: readonly number[],
): Promise<{ readonly runs: readonly EndedRun[]; readonly steps: readonly RecordedStep[] }> {
  if (seqs.length === 0) return { runs: [], steps: [] }
  const found = await lineage.query<RecordedStep>(
    steps(
      '(s.run_id, s.step_no) IN (SELECT m.run_id, m.step_no FROM materializations m WHERE m.seq = ANY($1))',
      's.run_id, s.step_no',
    ),
    [seqs],
  )
  const runs = await lineage.query<EndedRun>(
    `SELECT run_id AS "runId", command, status, started_at AS "startedAt", ended_at AS "endedAt", error
     FROM runs WHERE run_id = ANY($1) AND ended_at IS NOT NULL ORDER BY started_at, run_id`,
    [[...new Set(found.map(({ runId }) => runId))]],
  )
  return { runs, steps: found }
}

/** Steps on a condition, with what they recorded: joined page by page, since a run may have tens of thousands of steps. */
const steps = (condition: string, order: string, limit = ''): string => `
  WITH page AS (
    SELECT s.*, coalesce(s.started_at, r.started_at) AS began FROM steps s JOIN runs r USING (run_id)
    WHERE s.status <> 'skipped' AND ${condition} ORDER BY ${order} ${limit}
  ), recorded AS MATERIALIZED (
    SELECT m.* FROM page p JOIN materializations m
      ON m.run_id = p.run_id AND m.step_no = p.step_no AND m.asset_key = p.asset_key
  ), made AS (
    SELECT run_id, step_no, jsonb_agg(jsonb_build_object('partition', partition, 'dataVersion', data_version,
      'location', location) ORDER BY seq) AS made
    FROM recorded GROUP BY run_id, step_no
  ), reads AS (
    SELECT run_id, step_no, jsonb_agg(jsonb_build_object('name', i.name, 'upstream', i.upstream, 'mapping', i.mapping,
      'box', i.box, 'version', i.version) ORDER BY i.seq, i.name) AS inputs
    FROM recorded JOIN materialization_inputs i USING (seq) GROUP BY run_id, step_no
  )
  SELECT s.run_id AS "runId", s.step_no AS "stepNo", s.asset_key AS "assetKey", s.partitions, s.status,
    s.began AS "startedAt", s.duration_ms AS "durationMs", s.error,
    coalesce(made.made, '[]') AS made, coalesce(reads.inputs, '[]') AS inputs
  FROM page s LEFT JOIN made USING (run_id, step_no) LEFT JOIN reads USING (run_id, step_no) ORDER BY ${order}`
