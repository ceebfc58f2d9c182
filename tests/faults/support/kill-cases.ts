import type { CommitPoint } from '../../../materializations/executor/commit-points.ts'

/** Where a run is killed: `<point>` at the first visit, or `<point>:<n>` at the n-th. */
export type KillAt = CommitPoint | `${CommitPoint}:${number}`

/** Points of runs, values, objects, published tables and effects. */
export const RECORD_KILLS: readonly KillAt[] = [
  'run-created',
  'step-started',
  'log-written',
  'object-written',
  // On the fifth day, the second of four objects of one step of `reports/archive`, and its record: `reports/daily` is before.
  'object-written:6',
  'object-recorded',
  'object-recorded:5',
  'value-recorded',
  // The four days of `reports/totals`.
  'value-recorded:2',
  'published-loaded',
  'published-recorded',
  'effect-acted',
  'effect-recorded',
  'journal-closed',
  'old-logs-dropped',
  'run-finished',
]

/** Points of a backfill, and of its second and third runs. */
export const BACKFILL_KILLS: readonly KillAt[] = [
  'backfill-created',
  'backfill-started',
  'backfill-batch-ended',
  'backfill-batch-ended:3',
  'run-created:2',
  'intents-written:5',
  'partition-swapped:6',
  'object-written:6',
  'published-loaded:2',
  'backfill-finished',
]

/**
 * Points of warehouse tables. The first visits are those of `raw/events`, a step a day: four of them, or five on the sixth
 * day. The next lie in the one statement that makes four days of `features/daily`, an empty one among them.
 */
export const TABLE_KILLS: readonly KillAt[] = [
  'staging-created',
  'staged',
  'checked',
  'intents-written:5',
  'intents-written:6',
  'partition-swapped:6',
  'partition-swapped:7',
  'swapped:5',
  'recorded:5',
  'staging-dropped',
]

/** Points at which a run that replaces what is there is killed and gone on with. */
export const REPLACING_KILLS: readonly KillAt[] = ['partition-swapped:7', 'published-recorded:2', 'effect-recorded']

/** Points of the run of a tick: inside steps of many days, of every store, and where the tick itself has not ended. */
export const TICK_KILLS: readonly KillAt[] = [
  'run-created',
  'partition-swapped:6',
  'object-written:6',
  'value-recorded:2',
  'published-loaded',
  'effect-acted',
  'run-finished',
]
