import { OttokError } from '../../lib/config/errors.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { isGone, requestCancel } from '../lineage/runs.ts'
import { findRun } from './runs.ts'

/**
 * Asks the process of a run to stop, wherever it runs; it sees that within seconds, and finishes its records first.
 *
 * @returns the id of the run
 * @throws OttokError (exit code 2) for a run that has ended
 */
export async function cancelRun(lineage: Lineage, id: string): Promise<string> {
  const run = await findRun(lineage, id)
  const { run_id: runId, holder } = run
  if (run.status === 'running' && isGone(run)) {
    throw new OttokError({
      what: `cannot cancel run ${runId}`,
      cause: `Its process ${holder.pid} on ${holder.host} is gone: it was interrupted.`,
      mend: `Go on with it: \`ottok runs resume ${runId.slice(0, 8)}\`.`,
      exitCode: 2,
    })
  }
  if (run.status === 'running' && (await requestCancel(lineage, runId))) return runId
  throw new OttokError({
    what: `cannot cancel run ${runId}`,
    cause: run.status === 'running' ? 'It has just ended.' : `It has ended: ${run.status}.`,
    mend: `See \`ottok runs show ${runId.slice(0, 8)}\`.`,
    exitCode: 2,
  })
}
