import type { Redact } from '../../lib/config/index.ts'
import type { Logger } from '../../lib/graph/index.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { insertSteps, type StepRow } from '../lineage/runs.ts'
import { insertLogs, type LogEntry, type LogLevel } from '../lineage/step-logs.ts'
import { reached } from './commit-points.ts'
import { boundedFields, boundedText } from './log-bounds.ts'
import type { Step } from './schedule.ts'

/**
 * What a run writes down beside its records: what its steps said, and what became of them. Kept in memory and written in
 * batches; a step's own words are written before its record, so that nothing recorded lacks its log.
 */
export interface Journal {
  /** Takes what one attempt at a step says, and passes it on. */
  logger(step: Step, attempt: number): Logger
  /** Says that a step ended. */
  ended(row: StepRow): void
  /** Resolves when all that was said before is written. Costs nothing when there is nothing. */
  flush(): Promise<void>
  /** Writes the rest. */
  close(): Promise<void>
}

const WRITE_EVERY_MS = 1_000
/** A step that says more is in a loop, and would fill the store. */
const ENTRIES_A_STEP = 20_000
/** Written at once without waiting for the clock, to bound what is in memory. */
const ENTRIES_A_BATCH = 500

export function openJournal(lineage: Lineage, runId: string, redact: Redact, passOn: Logger): Journal {
  let entries: LogEntry[] = []
  let rows: StepRow[] = []
  let entryNo = 0
  const counts = new Map<number, number>()

  const write = async (): Promise<void> => {
    if (entries.length === 0 && rows.length === 0) return
    const writing = { entries, rows }
    entries = []
    rows = []
    try {
      await lineage.transaction(async (client) => {
        if (writing.entries.length > 0) await insertLogs(client, runId, writing.entries)
        if (writing.rows.length > 0) await insertSteps(client, runId, writing.rows)
      })
    } catch (error) {
      // Kept for the next try; both kinds of rows have keys, so that a second writing changes nothing.
      entries = [...writing.entries, ...entries]
      rows = [...writing.rows, ...rows]
      throw error
    }
  }
  let last: Promise<void> = Promise.resolve()
  // One writing at a time; each caller waits for one that began after it asked.
  const flush = (): Promise<void> => {
    const next = last.then(write, write)
    last = next.catch(() => undefined)
    return next
  }
  const inBackground = () => {
    // The next writing tries again, and the last one of the run throws.
    flush().catch((error: unknown) => passOn.warn('the log could not be written yet', { error: String(error) }))
  }
  const clock = setInterval(() => {
    if (entries.length + rows.length > 0) inBackground()
  }, WRITE_EVERY_MS)
  clock.unref()

  const add = (step: Step, attempt: number, level: LogLevel, message: string, fields: object) => {
    const count = (counts.get(step.no) ?? 0) + 1
    counts.set(step.no, count)
    if (count > ENTRIES_A_STEP) return
    const isLast = count === ENTRIES_A_STEP
    entries.push({
      entryNo: ++entryNo,
      stepNo: step.no,
      attempt,
      assetKey: step.key,
      partitions: step.partitions,
      at: new Date(),
      level: isLast ? 'warn' : level,
      message: isLast ? `more than ${ENTRIES_A_STEP} log entries: the rest is not kept` : boundedText(redact(message)),
      fields: isLast ? {} : boundedFields(fields, redact),
    })
    if (entries.length === ENTRIES_A_BATCH) inBackground()
  }
  return {
    logger: (step, attempt) => ({
      info: (message, fields = {}) => {
        add(step, attempt, 'info', message, fields)
        passOn.info(message, fields)
      },
      warn: (message, fields = {}) => {
        add(step, attempt, 'warn', message, fields)
        passOn.warn(message, fields)
      },
      error: (message, fields = {}) => {
        add(step, attempt, 'error', message, fields)
        passOn.error(message, fields)
      },
    }),
    ended: (row) => {
      rows.push(row)
    },
    flush: async () => {
      // What was said may be on its way, and come back if that fails.
      if (entries.length === 0) await last
      if (entries.length === 0) return
      await flush()
      reached('log-written')
    },
    close: async () => {
      clearInterval(clock)
      await flush()
    },
  }
}
