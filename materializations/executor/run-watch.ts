import type { Logger } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { beat } from '../lineage/runs.ts'

/** Seconds until a run sees that it is to stop. */
const BEAT_EVERY_MS = 2_000

/** Beats for a run, and aborts when another process asks the run to stop, or the run's own signal does. */
export interface RunWatch {
  readonly signal: AbortSignal
  stop(): void
}

export function watchRun(lineage: Lineage, runId: string, own: AbortSignal, log: Logger): RunWatch {
  const cancelled = new AbortController()
  let isAsking = false
  let hasFailed = false
  const look = async () => {
    if (isAsking) return
    isAsking = true
    try {
      const { cancelRequested } = await beat(lineage, runId)
      hasFailed = false
      if (!cancelRequested || cancelled.signal.aborted) return
      log.warn('this run was cancelled by another process: the records of what is done are finished first')
      cancelled.abort()
    } catch (error) {
      // The next beat may succeed; the steps themselves find out whether PostgreSQL is gone for good.
      if (!hasFailed) log.warn('the heartbeat of this run failed', { error: String(error) })
      hasFailed = true
    } finally {
      isAsking = false
    }
  }
  const clock = setInterval(() => void look(), BEAT_EVERY_MS)
  clock.unref()
  return { signal: AbortSignal.any([own, cancelled.signal]), stop: () => clearInterval(clock) }
}
