import type { Migration } from '../../../lib/postgres/index.ts'

export const running: Migration = {
  name: '006_running',
  sql: `
ALTER TABLE runs
  -- Written by the run's process every few seconds: one that is silent for long has died, wherever it ran.
  ADD COLUMN heartbeat_at timestamptz NOT NULL DEFAULT now(),
  -- Asked for by another process; the run's own sees it at its next heartbeat.
  ADD COLUMN cancel_requested_at timestamptz,
  -- The code of the selected assets when the run was planned; null for runs before this column.
  ADD COLUMN code_digest text;

-- Code versions by asset, once for all runs that were planned with the same.
CREATE TABLE code_sets (
  digest text PRIMARY KEY,
  versions jsonb NOT NULL
);

-- What steps said while they ran. Kept for a while, apart from lineage, which does not need it.
CREATE TABLE step_logs (
  run_id uuid NOT NULL,
  entry_no int NOT NULL,
  step_no int NOT NULL,
  attempt int NOT NULL,
  asset_key text NOT NULL,
  partitions text[] NOT NULL,
  at timestamptz NOT NULL,
  level text NOT NULL CHECK (level IN ('info', 'warn', 'error')),
  message text NOT NULL,
  fields jsonb NOT NULL,
  PRIMARY KEY (run_id, entry_no)
);
CREATE INDEX step_logs_at ON step_logs (at);

ALTER TABLE check_results
  -- Null for a check of what is stored, outside of any run.
  ALTER COLUMN run_id DROP NOT NULL,
  ADD COLUMN severity text NOT NULL DEFAULT 'error' CHECK (severity IN ('error', 'warn')),
  ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';
`,
}
