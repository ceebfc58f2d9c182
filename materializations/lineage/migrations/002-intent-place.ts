import type { Migration } from '../../../lib/postgres/index.ts'

export const intentPlace: Migration = {
  name: '002_intent_place',
  sql: `
-- What to swap, in the engine's words: recovery needs it also when today's definitions no longer have the partition.
ALTER TABLE intents ADD COLUMN place text NOT NULL;
`,
}
