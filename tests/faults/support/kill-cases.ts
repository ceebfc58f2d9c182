import type { CommitPoint } from '../../../materializations/executor/commit-points.ts'

/** Where a run is killed: `<point>` at the first visit, or `<point>:<n>` at the n-th. */
export type KillAt = CommitPoint | `${CommitPoint}:${number}`

/** Where a run is killed that makes everything for the first time, and where one that replaces everything by other code. */
export interface RevertCase {
  readonly making: KillAt
  readonly replacing: KillAt
}

/**
 * Points of runs, values, objects, published tables and effects. The first visits of objects are those of `reports/daily`,
 * a step a day: four of them, or five on the sixth day; the next lie in the one step that makes four days of
 * `reports/archive`. Of values, `models/limit` is first, and `reports/totals` makes four days in its step.
 */
export const RECORD_KILLS: readonly RevertCase[] = [
  { making: 'run-created', replacing: 'step-started' },
  { making: 'log-written', replacing: 'old-logs-dropped' },
  { making: 'object-written', replacing: 'object-written:7' },
  { making: 'object-written:6', replacing: 'object-recorded:6' },
  { making: 'object-recorded:5', replacing: 'object-recorded' },
  { making: 'value-recorded:2', replacing: 'value-recorded' },
  { making: 'published-loaded', replacing: 'published-loaded' },
  { making: 'published-recorded', replacing: 'published-recorded' },
  { making: 'effect-acted', replacing: 'effect-acted' },
  { making: 'effect-recorded', replacing: 'effect-recorded' },
  { making: 'journal-closed', replacing: 'run-finished' },
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
export const TABLE_KILLS: readonly RevertCase[] = [
  { making: 'staging-created', replacing: 'checked' },
  { making: 'staged', replacing: 'staging-dropped' },
  { making: 'intents-written:5', replacing: 'intents-written:6' },
  { making: 'partition-swapped:6', replacing: 'partition-swapped:7' },
  { making: 'swapped:5', replacing: 'swapped:6' },
  { making: 'recorded:5', replacing: 'recorded:6' },
]

/** Points at which a run that replaces what is there is killed and gone on with. */
export const REPLACING_KILLS: readonly KillAt[] = ['partition-swapped:7', 'published-recorded:2', 'effect-recorded']

/** Points of the run of a tick: inside steps of many days, of every store, and where the tick itself has not ended. */
export const TICK_KILLS: readonly KillAt[] = [
  'run-created',
  'partition-swapped:6',
  'object-written:6',
  'value-recorded',
  'published-loaded',
  'effect-acted',
  'run-finished',
]
