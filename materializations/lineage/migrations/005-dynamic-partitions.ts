import type { Migration } from '../../../lib/postgres/index.ts'

export const dynamicPartitions: Migration = {
  name: '005_dynamic_partitions',
  sql: `
-- Keys of dynamic partitions, by the name that definitions share. Their order is that in which they were added.
CREATE TABLE dynamic_partitions (
  name text NOT NULL,
  key text NOT NULL,
  place bigint GENERATED ALWAYS AS IDENTITY,
  added_at timestamptz NOT NULL DEFAULT now(),
  -- The run whose step added it; null: by command.
  run_id uuid,
  PRIMARY KEY (name, key)
);
`,
}
