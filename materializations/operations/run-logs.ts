import { setTimeout as sleep } from 'node:timers/promises'
import type { Lineage } from '../lineage/lineage.ts'
import { findRuns, isGone } from '../lineage/runs.ts'
import { type LogEntry, type LogLevel, readLogs } from '../lineage/step-logs.ts'

/** One entry of a run's log, as it is shown. */
export interface ShownLog {
  readonly at: string
  readonly level: LogLevel
  readonly key: string
  readonly partitions: readonly string[]
  readonly attempt: number
  readonly message: string
  readonly fields: unknown
}

export interface LogsRequest {
  readonly runId: string
  readonly key?: string | undefined
  readonly partition?: string | undefined
  /** The least level that is shown. */
  readonly level: LogLevel
  /** Go on until the run has ended. */
  readonly follow: boolean
  readonly signal: AbortSignal
}

export const LOG_LEVELS: readonly LogLevel[] = ['info', 'warn', 'error']

const PAGE = 1_000
const LOOK_EVERY_MS = 500

/** The log of a run in the order in which things were said, page by page. */
export async function* runLogs(lineage: Lineage, request: LogsRequest): AsyncGenerator<readonly ShownLog[]> {
  const { runId, key, partition, level, follow, signal } = request
  const levels = LOG_LEVELS.slice(LOG_LEVELS.indexOf(level))
  let after = 0
  for (;;) {
    // Asked before the entries: what is written after this look is written by the run's end.
    const hasEnded = !follow || (await isOver(lineage, runId))
    for (;;) {
      const question = { runId, assetKey: key, partition, levels, after, limit: PAGE }
      const entries = await readLogs(lineage, question)
      if (entries.length > 0) yield entries.map(shown)
      after = entries.at(-1)?.entryNo ?? after
      if (entries.length < PAGE) break
    }
    if (hasEnded || signal.aborted) return
    await sleep(LOOK_EVERY_MS)
  }
}

async function isOver(lineage: Lineage, runId: string): Promise<boolean> {
  const [run] = await findRuns(lineage, runId)
  return run === undefined || run.status !== 'running' || isGone(run)
}

function shown({ at, level, assetKey, partitions, attempt, message, fields }: LogEntry): ShownLog {
  return { at: at.toISOString(), level, key: assetKey, partitions, attempt, message, fields }
}
