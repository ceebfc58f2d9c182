import type { Migration } from '../../../lib/postgres/index.ts'

export const spine: Migration = {
  name: '001_spine',
  sql: `
CREATE TABLE stores (
  kind text PRIMARY KEY,
  store_id uuid NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now()
);

CREATE SEQUENCE materialization_seq;

CREATE TABLE runs (
  run_id uuid PRIMARY KEY,
  command text NOT NULL,
  request jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')),
  as_of timestamptz NOT NULL,
  holder jsonb NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  error text
);
CREATE INDEX runs_started ON runs (started_at DESC);

CREATE TABLE steps (
  run_id uuid NOT NULL REFERENCES runs ON DELETE CASCADE,
  step_no int NOT NULL,
  asset_key text NOT NULL,
  partitions text[] NOT NULL,
  status text NOT NULL CHECK (status IN ('succeeded', 'failed', 'skipped', 'cancelled')),
  attempts int NOT NULL,
  started_at timestamptz,
  duration_ms double precision NOT NULL,
  skipped_because text,
  error text,
  PRIMARY KEY (run_id, step_no)
);

CREATE TABLE materializations (
  seq bigint PRIMARY KEY,
  asset_key text NOT NULL,
  partition text NOT NULL,
  run_id uuid NOT NULL,
  step_no int NOT NULL,
  code_version text NOT NULL,
  data_version text NOT NULL,
  partitions_signature text NOT NULL,
  location jsonb NOT NULL,
  metadata jsonb NOT NULL,
  as_of timestamptz NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX materializations_asset ON materializations (asset_key, partition, seq DESC);
CREATE INDEX materializations_run ON materializations (run_id);

CREATE TABLE materialization_inputs (
  seq bigint NOT NULL REFERENCES materializations ON DELETE CASCADE,
  name text NOT NULL,
  upstream text NOT NULL,
  mapping text NOT NULL,
  box jsonb NOT NULL,
  version text NOT NULL,
  as_of_seq bigint NOT NULL,
  restated boolean NOT NULL,
  PRIMARY KEY (seq, name)
);
CREATE INDEX materialization_inputs_upstream ON materialization_inputs (upstream, seq);

CREATE TABLE partition_state (
  asset_key text NOT NULL,
  partition text NOT NULL,
  seq bigint,
  run_id uuid,
  made_at timestamptz,
  as_of timestamptz,
  code_version text,
  data_version text,
  partitions_signature text,
  inputs jsonb,
  location jsonb,
  metadata jsonb,
  failed_at timestamptz,
  failed_run_id uuid,
  failure text,
  PRIMARY KEY (asset_key, partition)
);

CREATE TABLE observations (
  asset_key text NOT NULL,
  partition text NOT NULL,
  seq bigint NOT NULL,
  data_version text NOT NULL,
  as_of timestamptz NOT NULL,
  observed_at timestamptz NOT NULL DEFAULT now(),
  metadata jsonb NOT NULL,
  PRIMARY KEY (asset_key, partition, seq)
);

CREATE TABLE check_results (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id uuid NOT NULL,
  asset_key text NOT NULL,
  partition text NOT NULL,
  check_name text NOT NULL,
  passed boolean NOT NULL,
  blocking boolean NOT NULL,
  detail text NOT NULL,
  checked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX check_results_asset ON check_results (asset_key, partition, seq DESC);

CREATE TABLE leases (
  name text PRIMARY KEY,
  token uuid NOT NULL,
  run_id uuid NOT NULL,
  holder jsonb NOT NULL,
  acquired_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);

CREATE TABLE intents (
  asset_key text NOT NULL,
  partition text NOT NULL,
  token uuid NOT NULL,
  run_id uuid NOT NULL,
  step_no int NOT NULL,
  staging text NOT NULL,
  record jsonb NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (asset_key, partition)
);

CREATE TABLE asset_tables (
  asset_key text NOT NULL,
  schema_hash text NOT NULL,
  table_name text NOT NULL,
  columns jsonb NOT NULL,
  current boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (asset_key, schema_hash)
);

CREATE TABLE acceptances (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asset_key text NOT NULL,
  partition text NOT NULL,
  from_code_version text NOT NULL,
  to_code_version text NOT NULL,
  reason text NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT now()
);

CREATE VIEW v_runs AS
  SELECT run_id, command, status, as_of, started_at, ended_at, ended_at - started_at AS duration, error FROM runs;

CREATE VIEW v_lineage AS
  SELECT m.asset_key, m.partition, m.seq, m.run_id, m.code_version, m.data_version, m.made_at,
         i.name AS input, i.upstream, i.mapping, i.box, i.version AS input_version, i.as_of_seq
  FROM materializations m LEFT JOIN materialization_inputs i USING (seq);
`,
}
