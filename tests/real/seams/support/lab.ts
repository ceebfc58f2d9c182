/** Commands of a test, in process: each opens a session at a moment of its own, as a command of the product does. */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../../../lib/config/index.ts'
import { defineGraph, type Logger } from '../../../../lib/graph/index.ts'
import { loadDefinitions } from '../../../../materializations/definitions/index.ts'
import type { PartitionResult } from '../../../../materializations/executor/run-step.ts'
import { describePlan, type PlanReport } from '../../../../materializations/operations/describe-plan.ts'
import { makePlan, materialize, type PlanRequest } from '../../../../materializations/operations/materialize.ts'
import { type StoredVersion, storedVersions } from '../../../../materializations/operations/stored-versions.ts'
import { openSessionOn, type Session, type SessionDefinitions } from '../../../../materializations/session.ts'

/** What a command is told, beside the selection. */
export interface LabRequest extends Partial<Omit<PlanRequest, 'selected'>> {
  readonly select?: string
}

export interface Outcome {
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'nothing'
  readonly plan: PlanReport
  readonly results: readonly PartitionResult[]
  /** `key@partition` of what was made, sorted. */
  readonly made: readonly string[]
  /** `key@partition` of what was looked at and left as it was. */
  readonly unchanged: readonly string[]
  /** `key@partition: reason` of what failed, or was skipped for another reason. */
  readonly troubles: readonly string[]
}

export interface Lab {
  /** One command at a moment. */
  at<T>(now: string, use: (session: Session) => Promise<T>): Promise<T>
  plan(now: string, request?: LabRequest): Promise<PlanReport>
  materialize(now: string, request?: LabRequest): Promise<Outcome>
  /** Current versions of an asset by partition. */
  versions(now: string, key: string): Promise<ReadonlyMap<string, StoredVersion>>
  /** Data versions of an asset by partition. */
  dataVersions(now: string, key: string): Promise<Readonly<Record<string, string>>>
}

/** A lab on definitions that are loaded already. */
export function openLab(settings: Settings, definitions: SessionDefinitions): Lab {
  const lab: Lab = {
    at: async (now, use) => {
      const session = await openSessionOn(definitions, { settings, asOf: now })
      try {
        return await use(session)
      } finally {
        await session.close()
      }
    },
    plan: (now, request) =>
      lab.at(now, async (session) => {
        const { state, plan } = await makePlan(session, requestOf(session, request), new AbortController().signal)
        return describePlan(state, plan, NO_ESTIMATE)
      }),
    materialize: (now, request) =>
      lab.at(now, async (session) => {
        const { planned, run } = await materialize(session, {
          command: 'a test',
          request: requestOf(session, request),
          signal: new AbortController().signal,
          log: silent,
        })
        const results = run?.results ?? []
        return {
          status: run?.status ?? 'nothing',
          plan: describePlan(planned.state, planned.plan, NO_ESTIMATE),
          results,
          made: named(results.filter((result) => result.status === 'succeeded')),
          unchanged: named(results.filter((result) => result.skippedBecause === UNCHANGED)),
          troubles: results
            .filter((result) => result.status !== 'succeeded' && result.skippedBecause !== UNCHANGED)
            .map((result) => `${result.key}@${result.partition}: ${result.error ?? result.skippedBecause}`)
            .sort(),
        }
      }),
    versions: (now, key) =>
      lab.at(now, async (session) => {
        const known = await storedVersions(session, await session.state(), key)
        return new Map(known.map((version) => [version.partition, version]))
      }),
    dataVersions: async (now, key) =>
      Object.fromEntries([...(await lab.versions(now, key))].map(([key, { dataVersion }]) => [key, dataVersion])),
  }
  return lab
}

/** A lab on a definitions file as it is now. */
export async function openLabOn(settings: Settings, definitionsFile: string): Promise<Lab> {
  return openLab(settings, await loadDefinitions(definitionsFile))
}

/** Definitions that exist in memory only. */
export async function inMemory(folder: string, spec: Parameters<typeof defineGraph>[0]): Promise<SessionDefinitions> {
  return { graph: defineGraph(spec), root: folder, cacheDir: await mkdtemp(join(folder, 'cache-')), module: {} }
}

/** Days from `from` to `to`, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let time = Date.parse(from); time <= Date.parse(to); time += 86_400_000) {
    days.push(new Date(time).toISOString().slice(0, 10))
  }
  return days
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}

/** Whether a plan has nothing to make, to look at, or that cannot be made. */
export function isEmpty({ counts }: PlanReport): boolean {
  return counts.proven + counts.possible + counts.blocked === 0
}

const NO_ESTIMATE = { durationMs: 0, unknown: [] }
const UNCHANGED = 'inputs unchanged'
const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

function named(results: readonly PartitionResult[]): string[] {
  return results.map(({ key, partition }) => `${key}@${partition}`).sort()
}

function requestOf(session: Session, { select = '*', ...request }: LabRequest = {}): PlanRequest {
  return { selected: session.graph.select(select), request: { kind: 'all' }, restate: false, look: true, ...request }
}
