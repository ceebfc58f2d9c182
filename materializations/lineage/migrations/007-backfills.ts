import type { Migration } from '../../../lib/postgres/index.ts'

export const backfills: Migration = {
  name: '007_backfills',
  sql: `
-- What was asked for, and where it stands. How far it is follows from what was recorded since: nothing is counted here.
CREATE TABLE backfills (
  backfill_id uuid PRIMARY KEY,
  command text NOT NULL,
  selection text NOT NULL,
  request jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('requested', 'running', 'cancelling', 'cancelled', 'failed', 'completed')),
  as_of timestamptz NOT NULL,
  -- A wanted partition is made when its current version has a greater number.
  since_seq bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz,
  error text,
  -- The one process that drives it, by this server's clock.
  token uuid,
  holder jsonb,
  expires_at timestamptz
);
CREATE INDEX backfills_created ON backfills (created_at DESC);

-- One row an asset. Partitions are ranges of keys, [first, last, count]: never a row for each.
CREATE TABLE backfill_assets (
  backfill_id uuid NOT NULL REFERENCES backfills ON DELETE CASCADE,
  position int NOT NULL,
  asset_key text NOT NULL,
  code_version text NOT NULL,
  partitions_signature text NOT NULL,
  deps_signature text NOT NULL,
  wanted jsonb NOT NULL,
  wanted_count int NOT NULL,
  blocked_count int NOT NULL,
  blocked_because text,
  PRIMARY KEY (backfill_id, asset_key)
);

-- A run says in its request which backfill it belongs to.
ALTER TABLE runs ADD COLUMN backfill_id uuid GENERATED ALWAYS AS ((request ->> 'backfillId')::uuid) STORED;
CREATE INDEX runs_backfill ON runs (backfill_id, started_at) WHERE backfill_id IS NOT NULL;
`,
}
