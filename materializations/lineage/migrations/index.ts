import type { Migration } from '../../../lib/postgres/index.ts'
import { spine } from './001-spine.ts'
import { intentPlace } from './002-intent-place.ts'
import { publishedStatus } from './003-published-status.ts'
import { partitionPages } from './004-partition-pages.ts'
import { dynamicPartitions } from './005-dynamic-partitions.ts'
import { running } from './006-running.ts'
import { backfills } from './007-backfills.ts'
import { automation } from './008-automation.ts'
import { views } from './009-views.ts'

/**
 * Schema of the lineage store, one schema per environment. A migration that has landed is never edited: the next one
 * changes what it made. `seq` is assigned under one lock, so that its order is commit order.
 */
export const lineageMigrations: readonly Migration[] = [
  spine,
  intentPlace,
  publishedStatus,
  partitionPages,
  dynamicPartitions,
  running,
  backfills,
  automation,
  views,
]
