import { beatBackfill } from '../lineage/backfills.ts'
import type { Lineage } from '../lineage/lineage.ts'

/** How soon a driver hears that it is to stop; far below the lease's life. */
const HEARTBEAT_MS = 2_000

/** The driver's hold on a backfill, renewed until let go. */
export interface Hold {
  /** Aborts when the backfill is cancelled from elsewhere, when the hold is lost, and with the caller's signal. */
  readonly signal: AbortSignal
  /** Another process has taken the backfill over. */
  readonly lost: boolean
  letGo(): void
}

export function holdBackfill(lineage: Lineage, id: string, token: string, outer: AbortSignal): Hold {
  const stopping = new AbortController()
  let lost = false
  let beating = false
  const beat = async () => {
    const status = await beatBackfill(lineage, id, token)
    lost = status === undefined
    if (status !== 'running') stopping.abort()
  }
  const timer = setInterval(() => {
    if (beating) return
    beating = true
    beat()
      // A missed beat is not fatal: the next may succeed, and the end checks the token itself.
      .catch((error: unknown) => process.emitWarning(`backfill heartbeat failed: ${String(error)}`))
      .finally(() => {
        beating = false
      })
  }, HEARTBEAT_MS)
  return {
    signal: AbortSignal.any([outer, stopping.signal]),
    get lost() {
      return lost
    },
    letGo: () => clearInterval(timer),
  }
}
