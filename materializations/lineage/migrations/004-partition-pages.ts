import type { Migration } from '../../../lib/postgres/index.ts'
import { rebuildPages } from '../partition-pages.ts'

export const partitionPages: Migration = {
  name: '004_partition_pages',
  sql: `
-- What planning reads of current versions, several partitions of an asset a row, in columns: see planner/state-page.ts.
-- Derived from partition_state, materializations, materialization_inputs and acceptances, and written with them.
CREATE TABLE partition_pages (
  asset_key text NOT NULL,
  page text NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (asset_key, page)
) WITH (toast_tuple_target = 8160);
ALTER TABLE partition_pages ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE partition_state
  DROP COLUMN run_id, DROP COLUMN made_at, DROP COLUMN as_of, DROP COLUMN code_version, DROP COLUMN data_version,
  DROP COLUMN partitions_signature, DROP COLUMN inputs, DROP COLUMN location, DROP COLUMN metadata;
CREATE INDEX partition_state_failed ON partition_state (asset_key) WHERE failed_at IS NOT NULL;
-- What was recorded since a moment, of one asset.
CREATE INDEX materializations_since ON materializations (asset_key, seq);

CREATE VIEW v_current AS
  SELECT s.asset_key, s.partition, m.seq, m.run_id, m.code_version, m.data_version, m.location, m.metadata, m.as_of,
         m.made_at
  FROM partition_state s JOIN materializations m USING (seq);
`,
  run: rebuildPages,
}
