import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionLost } from '../lineage/connection-lost.ts'
import type { Leadership } from '../lineage/leader-lease.ts'
import { forgetOwnRuns } from '../lineage/left-behind.ts'
import type { Lineage } from '../lineage/lineage.ts'
import { AUTOMATION_LEASE } from '../lineage/ticks.ts'
import type { Session } from '../session.ts'
import { waitToLead } from './lead.ts'
import { reportTick } from './report.ts'
import { type TickOptions, tick } from './tick.ts'

/** What happens to a daemon, for its log. */
export type DaemonEvent = (event: string, fields: Readonly<Record<string, unknown>>) => void

export interface DaemonOptions extends TickOptions {
  readonly intervalMs: number
  /** A connection that the lease is held through, apart from those of the ticks. */
  readonly openLineage: () => Promise<{ readonly lineage: Lineage; close(): Promise<void> }>
  /** A session for one tick: today's definitions, and its own "now". */
  readonly openSession: () => Promise<Session>
  readonly event: DaemonEvent
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Ticks until the signal aborts. One process leads, by a lease on PostgreSQL's clock; others stand by and take over. No
 * error ends it: it says what happened, waits a little longer each time, and goes on.
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const { signal, event } = options
  const failures = { inARow: 0 }
  while (!signal.aborted) {
    try {
      await leadForAWhile(options, failures)
    } catch (error) {
      if (signal.aborted) break
      failures.inARow++
      const pauseMs = pauseAfter(failures.inARow)
      event('error', { error: textOf(error), retryInMs: pauseMs })
      await pause(pauseMs, signal)
    }
  }
  event('stopped', {})
}

async function leadForAWhile(options: DaemonOptions, failures: { inARow: number }): Promise<void> {
  const { signal, event, intervalMs } = options
  const place = await options.openLineage()
  try {
    const onStandby = ({ pid, host }: { pid: number; host: string }) =>
      event('standby', { leaderPid: pid, leaderHost: host })
    const leader = await waitToLead(place.lineage, { signal, onStandby })
    event('leading', {})
    try {
      // What a run of ours held when the connection broke.
      await forgetOwnRuns(place.lineage, AUTOMATION_LEASE)
      const stop = AbortSignal.any([signal, leader.lost])
      while (!stop.aborted) {
        const started = performance.now()
        const failed = await tickOnce(options, leader)
        failures.inARow = failed ? failures.inARow + 1 : 0
        const wait = intervalMs - (performance.now() - started)
        await pause(failed ? Math.max(wait, pauseAfter(failures.inARow)) : wait, stop)
        if (failed && !stop.aborted) await forgetOwnRuns(place.lineage, AUTOMATION_LEASE)
      }
      if (leader.lost.aborted) event('leadership lost', {})
    } finally {
      await resign(leader, event)
    }
  } finally {
    await place.close()
  }
}

/** One tick with a session of its own; whether it failed. @throws ConnectionLost, which ends the leadership */
async function tickOnce(options: DaemonOptions, leader: Leadership): Promise<boolean> {
  const { event, signal } = options
  const started = performance.now()
  try {
    const session = await options.openSession()
    try {
      const done = await tick(session, leader, options)
      const { tickId, status, requested, runId, sourceFailures, elapsedMs } = reportTick(
        done,
        performance.now() - started,
      )
      event('tick', {
        tick: tickId,
        status,
        ...(requested.length > 0 && {
          assets: requested.length,
          partitions: requested.reduce((sum, { count }) => sum + count, 0),
        }),
        ...(runId !== null && { run: runId }),
        ...(sourceFailures.length > 0 && { sourceFailures: sourceFailures.map(({ key }) => key) }),
        ms: Math.round(elapsedMs),
      })
    } finally {
      await session.close()
    }
    return false
  } catch (error) {
    if (signal.aborted || leader.lost.aborted) return false
    if (error instanceof ConnectionLost) throw error
    event('tick failed', { error: textOf(error), ms: Math.round(performance.now() - started) })
    return true
  }
}

async function resign(leader: Leadership, event: DaemonEvent): Promise<void> {
  try {
    await leader.resign()
  } catch (error) {
    // The lease ends by itself; whatever broke the connection has been told or is being thrown.
    event('lease left to expire', { error: textOf(error) })
  }
}

function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10))
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
