import { OttokError } from '../../lib/config/index.ts'
import type { AssetKey, Logger } from '../../lib/graph/index.ts'
import { ConnectionLost } from '../lineage/connection-lost.ts'
import { observeSources } from '../operations/observe.ts'
import type { GraphState } from '../planner/graph-state.ts'
import type { Session } from '../session.ts'

/** A source that could not be looked at. */
export interface SourceFailure {
  readonly key: AssetKey
  readonly error: string
}

/** Looks at sources one by one: one that cannot be reached keeps only what reads it from being asked for. */
export async function lookAtSources(
  session: Session,
  state: GraphState,
  sources: readonly AssetKey[],
  options: { readonly signal: AbortSignal; readonly log: Logger },
): Promise<readonly SourceFailure[]> {
  const failures: SourceFailure[] = []
  for (const key of sources) {
    options.signal.throwIfAborted()
    try {
      await observeSources(session, state, [key], options.signal)
    } catch (error) {
      if (options.signal.aborted || error instanceof ConnectionLost) throw error
      const message = reasonOf(error)
      options.log.warn(`${key} could not be looked at: what was last seen of it counts`, { reason: message })
      failures.push({ key, error: message })
    }
  }
  return failures
}

function reasonOf(error: unknown): string {
  if (error instanceof OttokError) return error.reason
  return error instanceof Error ? error.message : String(error)
}
