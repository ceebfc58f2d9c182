import type { Migration } from '../../../lib/postgres/index.ts'

/** Comments of the views that people with SQL read: of the view, and of each of its columns. */
const COMMENTS: Readonly<Record<string, readonly [view: string, columns: Readonly<Record<string, string>>]>> = {
  v_current: [
    'The current version of every partition. A version may still be out of date: see v_stale.',
    {
      asset_key: 'The asset.',
      partition: "The partition's key; empty where the asset has one partition only.",
      seq: 'Number of the version: greater is later. KEY@PARTITION#SEQ names it on the command line.',
      run_id: 'The run that recorded it.',
      code_version: 'Hash of the code that made it; empty for what was observed.',
      data_version: 'Identity of what was made: the same data have the same.',
      location: 'Where it lies, by kind of store.',
      metadata: 'What the asset told of it.',
      as_of: 'What "now" was to the run.',
      made_at: 'When it was recorded, by the clock of this server.',
    },
  ],
  v_lineage: [
    'Every version ever recorded with each of its inputs, one row an input; a version without inputs has one row.',
    {
      asset_key: 'The asset that was made.',
      partition: 'Its partition.',
      seq: 'Number of the version that was made.',
      run_id: 'The run that recorded it.',
      code_version: 'Hash of the code that made it; empty for what was observed.',
      data_version: 'Identity of what was made.',
      made_at: 'When it was recorded.',
      input: "The input's name in the code.",
      upstream: 'The asset that was read.',
      mapping: 'Which partitions of it a partition reads, as text.',
      box: 'The block that was read: time ordinals from (inclusive) to (exclusive), of these keys or, where null, of all.',
      input_version: 'How many partitions of the block there were, and the sum of their versions.',
      as_of_seq: 'Of each partition the newest version up to this number was read.',
    },
  ],
  v_runs: [
    'Runs, also those that are running.',
    {
      run_id: 'The run.',
      command: 'What was typed.',
      status: 'running, succeeded, failed, cancelled, or interrupted: its process died.',
      as_of: 'What "now" was to it.',
      started_at: 'When it began.',
      ended_at: 'When it ended; null while it runs.',
      duration: 'From its beginning to its end.',
      error: 'Why it failed as a whole; failures of steps are in v_steps.',
    },
  ],
  v_steps: [
    'What became of each partition of each step, one row a partition.',
    {
      run_id: 'The run.',
      step_no: 'The step within it. One step may make several partitions.',
      asset_key: 'The asset.',
      partition: 'The partition.',
      status: 'succeeded, failed, skipped or cancelled; a partition that was recorded has succeeded.',
      attempts: 'How often it was tried.',
      started_at: 'When the step began; null for one that was not begun.',
      duration: 'Of the whole step, whatever the number of its partitions.',
      partitions_in_step: 'Partitions that the step made together.',
      seq: 'Number of the version that it recorded; null for none.',
      skipped_because: 'Why it was skipped.',
      error: 'Why it failed.',
    },
  ],
  v_checks: [
    'The last result of each check of each partition.',
    {
      asset_key: 'The asset.',
      partition: 'The partition.',
      check_name: 'The check.',
      passed: 'Whether it passed.',
      severity: 'error or warn.',
      blocking: 'Whether a failure keeps the data from being put in place.',
      detail: 'What was found.',
      metadata: 'Figures of the check.',
      run_id: 'The run; null for a check of what is stored, outside of any run.',
      checked_at: 'When.',
    },
  ],
  v_stale: [
    'Assets that were not wholly fresh when the last full `ottok status` looked (looked_at). Nothing here is newer than that.',
    {
      asset_key: 'The asset.',
      stale: 'Partitions made from other code or inputs than of that moment.',
      missing: 'Partitions that exist and were never made.',
      failed: 'Partitions whose last attempt failed.',
      possible: 'Fresh partitions that the remaking of an upstream may change.',
      fresh: 'Partitions that were fresh.',
      causes: 'Why, the commonest first: [{kind, upstream, count, example, ...}].',
      since: 'Since when the counts are as they are, by the looks.',
      looked_at: 'When the look was.',
      as_of: 'What "now" was to it.',
    },
  ],
}

const text = (comment: string): string => `'${comment.replaceAll("'", "''")}'`

function comments(): string {
  return Object.entries(COMMENTS)
    .flatMap(([view, [comment, columns]]) => [
      `COMMENT ON VIEW ${view} IS ${text(comment)};`,
      ...Object.entries(columns).map(([column, meaning]) => `COMMENT ON COLUMN ${view}.${column} IS ${text(meaning)};`),
    ])
    .join('\n')
}

export const views: Migration = {
  name: '009_views',
  sql: `
-- How each asset stood at the last look at all of them. Rows change only when the counts or causes do.
CREATE TABLE asset_states (
  asset_key text PRIMARY KEY,
  fresh int NOT NULL,
  stale int NOT NULL,
  missing int NOT NULL,
  failed int NOT NULL,
  possible int NOT NULL,
  causes jsonb NOT NULL,
  since timestamptz NOT NULL
);
CREATE TABLE asset_looks (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  looked_at timestamptz NOT NULL,
  as_of timestamptz NOT NULL
);

CREATE VIEW v_steps AS
  SELECT s.run_id, s.step_no, s.asset_key, p.partition,
         CASE WHEN m.seq IS NULL THEN s.status ELSE 'succeeded' END AS status, s.attempts, s.started_at,
         s.duration_ms * interval '1 millisecond' AS duration, cardinality(s.partitions) AS partitions_in_step, m.seq,
         CASE WHEN m.seq IS NULL THEN s.skipped_because END AS skipped_because,
         CASE WHEN m.seq IS NULL THEN s.error END AS error
  FROM steps s CROSS JOIN LATERAL unnest(s.partitions) AS p(partition)
  LEFT JOIN materializations m
    ON m.run_id = s.run_id AND m.step_no = s.step_no AND m.asset_key = s.asset_key AND m.partition = p.partition;

CREATE VIEW v_checks AS
  SELECT DISTINCT ON (asset_key, partition, check_name)
         asset_key, partition, check_name, passed, severity, blocking, detail, metadata, run_id, checked_at
  FROM check_results ORDER BY asset_key, partition, check_name, seq DESC;

CREATE VIEW v_stale AS
  SELECT s.asset_key, s.stale, s.missing, s.failed, s.possible, s.fresh, s.causes, s.since, l.looked_at, l.as_of
  FROM asset_states s CROSS JOIN asset_looks l
  WHERE s.stale > 0 OR s.missing > 0 OR s.failed > 0 OR s.possible > 0;

${comments()}
`,
}
