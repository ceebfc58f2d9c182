import {
  type CurrentMaterialization,
  type ModuleContext,
  type ModuleRequest,
  type ModuleRun,
  OttokError,
  type Settings,
  writeHomeClock,
} from '../../lib/config/index.ts'
import type { Graph, Logger } from '../../lib/graph/index.ts'
import type { RunProgress, RunResult } from '../executor/run.ts'
import { currentVersion } from '../lineage/trace.ts'
import type { StoredLocation } from '../planner/recorded.ts'
import type { Session } from '../session.ts'
import { environmentSchema } from '../stores/published-table.ts'
import { materialize } from './materialize.ts'
import { addressText } from './partition-ranges.ts'
import { selectAssets } from './select-assets.ts'
import { traceLineage } from './trace-lineage.ts'

export interface ModuleSurroundings {
  readonly settings: Settings
  readonly graph: Graph
  readonly command: string
  readonly json: boolean
  readonly signal: AbortSignal
  readonly log: Logger
  readonly progress: (message: string) => void
  readonly onProgress: (progress: RunProgress) => void
  readonly openSession: () => Promise<Session>
}

/** What a command of the project is given, over a session that is opened at first use. */
export function moduleContext(around: ModuleSurroundings): ModuleContext & { close(): Promise<void> } {
  let opened: Promise<Session> | undefined
  const session = (): Promise<Session> => {
    opened ??= around.openSession()
    return opened
  }
  const close = async (): Promise<void> => {
    const closing = opened
    opened = undefined
    await (await closing)?.close()
  }
  return {
    settings: around.settings,
    graph: around.graph,
    json: around.json,
    signal: around.signal,
    progress: around.progress,
    now: async () => (await session()).now,
    setNow: async (now) => {
      // A session keeps the "now" that it was opened at.
      await close()
      await writeHomeClock(around.settings.home, now)
    },
    materialize: async (request = {}) => materializeFor(await session(), around, request),
    warehouse: async () => (await session()).stores.warehouse(),
    query: async <T extends object>(sql: string, values: readonly unknown[] = []) => {
      const found = await (await session()).lineage.pool.query<T>(sql, [...values])
      return found.rows
    },
    publishedSchema: (schema) => environmentSchema(schema, around.settings.environment),
    lineage: async (request) => traceLineage(await session(), request),
    current: async (key, partition) => currentOf(await session(), key, partition),
    bytes: async (key, partition) => bytesOf(await session(), key, partition),
    close,
  }
}

async function materializeFor(
  session: Session,
  around: ModuleSurroundings,
  request: ModuleRequest,
): Promise<ModuleRun> {
  const { run } = await materialize(session, {
    command: around.command,
    request: {
      selected: await selectAssets(session, request.selection ?? '*'),
      request: request.partitions ?? { kind: 'all' },
      restate: false,
      look: true,
    },
    signal: around.signal,
    log: around.log,
    onProgress: around.onProgress,
  })
  return summaryOf(run)
}

function summaryOf(run: RunResult | undefined): ModuleRun {
  const counts = { succeeded: 0, failed: 0, skipped: 0, cancelled: 0 }
  if (!run) return { runId: undefined, status: 'succeeded', counts, failures: [] }
  for (const result of run.results) counts[result.status]++
  const failures = run.results
    .filter((result) => result.status === 'failed')
    .slice(0, 10)
    .map(({ key, partition, error }) => ({ key, partition, error: error ?? '' }))
  return { runId: run.runId, status: run.status, counts, failures }
}

async function currentOf(
  session: Session,
  key: string,
  partition: string,
): Promise<CurrentMaterialization | undefined> {
  const version = await currentVersion(session.lineage, session.graph.asset(key).key, partition)
  if (!version) return undefined
  const { runId, madeAt, codeVersion, dataVersion, metadata, location } = version
  return {
    runId,
    madeAt,
    codeVersion,
    dataVersion,
    metadata,
    ...(location.kind === 'value' && { value: location.value }),
  }
}

async function bytesOf(session: Session, key: string, partition: string): Promise<Uint8Array> {
  const version = await currentVersion(session.lineage, session.graph.asset(key).key, partition)
  const location: StoredLocation | undefined = version?.location
  if (location?.kind === 'objects') return (await session.stores.objects()).get(location.object)
  throw new OttokError({
    what: `cannot read the bytes of ${addressText(key, partition)}`,
    cause: location ? `It is stored as '${location.kind}'.` : 'It was never made.',
    mend: location ? 'Read it the way its store offers.' : `Make it with \`ottok materialize ${key}\`.`,
  })
}
