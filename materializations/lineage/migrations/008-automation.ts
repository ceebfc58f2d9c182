import type { Migration } from '../../../lib/postgres/index.ts'

export const automation: Migration = {
  name: '008_automation',
  sql: `
-- Evaluations of automation. Those that ask for nothing and find nothing new share one row, which counts them.
CREATE TABLE ticks (
  tick_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  status text NOT NULL CHECK (status IN ('idle', 'running', 'succeeded', 'failed', 'cancelled', 'stopped', 'died')),
  as_of timestamptz NOT NULL,
  seq bigint NOT NULL,
  assets int NOT NULL,
  partitions bigint NOT NULL,
  looks int NOT NULL DEFAULT 1,
  run_id uuid,
  holder jsonb NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  error text
);

-- What a tick decided for an asset: where it asked for something, or found anything else than the tick before.
CREATE TABLE tick_decisions (
  tick_id bigint NOT NULL REFERENCES ticks ON DELETE CASCADE,
  asset_key text NOT NULL,
  decision jsonb NOT NULL,
  PRIMARY KEY (tick_id, asset_key)
);

-- What the next tick must know of each asset, and the last decision about it.
CREATE TABLE automation_memory (
  asset_key text PRIMARY KEY,
  memory jsonb NOT NULL,
  decision jsonb NOT NULL,
  decided_by bigint NOT NULL,
  decided_at timestamptz NOT NULL
);
`,
}
