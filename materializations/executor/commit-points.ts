/**
 * Every point at which a run may die and must be recoverable, by name. Tests set
 * `OTTOK_KILL_AT=<name>[:<n>]` to kill the process, as `kill -9` does, when it comes there for the
 * n-th time; otherwise reaching a point does nothing.
 */
export const COMMIT_POINTS = [
  'run-created',
  'step-started',
  'log-written',
  'staging-created',
  'staged',
  'checked',
  'intents-written',
  'partition-swapped',
  'swapped',
  'recorded',
  'staging-dropped',
  'object-written',
  'object-recorded',
  'value-recorded',
  'published-loaded',
  'published-recorded',
  'effect-acted',
  'effect-recorded',
  'journal-closed',
  'old-logs-dropped',
  'run-finished',
  'backfill-created',
  'backfill-started',
  'backfill-batch-ended',
  'backfill-finished',
] as const

export type CommitPoint = (typeof COMMIT_POINTS)[number]

const visits = new Map<CommitPoint, number>()

export function reached(point: CommitPoint): void {
  const target = process.env.OTTOK_KILL_AT
  if (!target) return
  const [name, nth = '1'] = target.split(':')
  const visit = (visits.get(point) ?? 0) + 1
  visits.set(point, visit)
  if (name === point && visit === Number(nth)) process.kill(process.pid, 'SIGKILL')
}
