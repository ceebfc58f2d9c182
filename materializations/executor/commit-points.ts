/**
 * Every point at which a run may die and must be recoverable, by name. Tests set
 * `OTTOK_KILL_AT=<name>[:<n>]` to kill the process, as `kill -9` does, when it comes there for the
 * n-th time, and `OTTOK_PAUSE_AT` to stop it there until SIGCONT; otherwise reaching a point does nothing.
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

/** What is to happen, and at which visit of which point. */
const targets = (
  [
    ['OTTOK_KILL_AT', 'SIGKILL'],
    ['OTTOK_PAUSE_AT', 'SIGSTOP'],
  ] as const
).flatMap(([variable, signal]) => {
  const [name, nth = '1'] = process.env[variable]?.split(':') ?? []
  return name ? [{ name, nth: Number(nth), signal }] : []
})
const visits = new Map<CommitPoint, number>()

export function reached(point: CommitPoint): void {
  if (targets.length === 0) return
  const visit = (visits.get(point) ?? 0) + 1
  visits.set(point, visit)
  for (const { name, nth, signal } of targets) if (name === point && visit === nth) process.kill(process.pid, signal)
}
