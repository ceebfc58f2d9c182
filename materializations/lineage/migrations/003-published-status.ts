import type { Migration } from '../../../lib/postgres/index.ts'

export const publishedStatus: Migration = {
  name: '003_published_status',
  sql: `
-- How each published asset's newest partition stood when a run last looked, for readers who know SQL and not the graph.
CREATE TABLE published_status (
  asset_key text PRIMARY KEY,
  partition text NOT NULL,
  state text NOT NULL CHECK (state IN ('current', 'stale', 'missing')),
  stale_since timestamptz,
  blocked_by text,
  looked_at timestamptz NOT NULL
);
`,
}
