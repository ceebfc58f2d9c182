import { OttokError, readHomeClock, type Settings } from '../lib/config/index.ts'
import { type AssetKey, dynamicNames, type Graph, withDynamicPartitions } from '../lib/graph/index.ts'
import { openPostgres, type Postgres } from '../lib/postgres/index.ts'
import { type LoadedDefinitions, loadDefinitions } from './definitions/index.ts'
import { readDynamicKeys } from './lineage/dynamic-partitions.ts'
import { type Lineage, openLineage } from './lineage/lineage.ts'
import { loadState } from './lineage/load-state.ts'
import { GraphState } from './planner/graph-state.ts'
import { openStores, type Stores } from './stores/open-stores.ts'
import { codeVersions } from './versions/code-version.ts'
import { openLazyFormatter } from './versions/lazy-formatter.ts'

/** What a session needs of loaded definitions. */
export type SessionDefinitions = Pick<LoadedDefinitions, 'graph' | 'root' | 'cacheDir' | 'module'> & {
  /** Absent for a graph built in memory. */
  readonly file?: string
}

/** One command's view of the project: the graph, today's code, the stores, and "now". */
export interface Session {
  readonly settings: Settings
  readonly definitions: SessionDefinitions
  readonly graph: Graph
  /** Today's code versions, derived at first use. */
  readonly code: () => Promise<ReadonlyMap<AssetKey, string>>
  readonly lineage: Lineage
  readonly stores: Stores
  readonly now: Date
  /**
   * Recorded state as of this moment; each call reads it anew. "Fresh" means nothing against stores that were emptied or
   * are somebody else's: then it throws ForeignStore, unless `anyStores`.
   */
  readonly state: (options?: { readonly restate?: boolean; readonly anyStores?: boolean }) => Promise<GraphState>
  close(): Promise<void>
}

export interface SessionOptions {
  readonly settings: Settings
  readonly definitionsFile: string
  /** ISO time of `--as-of`; else the home's own clock, else the wall clock. */
  readonly asOf?: string | undefined
  /** How long to wait for another process that holds the embedded warehouse. */
  readonly waitMs?: number
}

export async function openSession(options: SessionOptions): Promise<Session> {
  return openSessionOn(await loadDefinitions(options.definitionsFile), options)
}

/** A session on definitions that are already loaded, or on a graph built in memory. */
export async function openSessionOn(
  definitions: SessionDefinitions,
  options: Omit<SessionOptions, 'definitionsFile'>,
): Promise<Session> {
  const { settings } = options
  const now = await nowOf(settings.home, options.asOf)
  const postgres = await openPostgres(settings)
  const { lineage, graph } = await openBound(postgres, settings.environment, definitions.graph).catch(
    async (error: unknown) => {
      await postgres.close()
      throw error
    },
  )
  const stores = openStores(settings, lineage, { waitMs: options.waitMs ?? 0 })
  let code: Promise<ReadonlyMap<AssetKey, string>> | undefined
  const codeOf = () => {
    code ??= deriveCode(definitions)
    return code
  }
  return {
    settings,
    definitions,
    graph,
    code: codeOf,
    lineage,
    stores,
    now,
    state: async (stateOptions = {}) => {
      if (!stateOptions.anyStores) await stores.requireKnown('noted')
      return new GraphState(graph, { code: await codeOf() }, await loadState(lineage, graph), now, stateOptions)
    },
    close: async () => {
      await stores.close()
      await postgres.close()
    },
  }
}

/** The lineage, and the graph with the keys that its dynamic partitions have now. */
async function openBound(postgres: Postgres, environment: string, graph: Graph) {
  const lineage = await openLineage(postgres, environment)
  const names = dynamicNames(graph)
  if (names.length === 0) return { lineage, graph }
  return { lineage, graph: withDynamicPartitions(graph, await readDynamicKeys(lineage, names)) }
}

/** Today's code versions; starts the engine only for SQL that was never normalised on this machine. */
export async function deriveCode(definitions: SessionDefinitions): Promise<ReadonlyMap<AssetKey, string>> {
  const formatter = openLazyFormatter()
  try {
    const versions = await codeVersions(definitions.graph, {
      root: definitions.root,
      formatter,
      cacheDir: definitions.cacheDir,
    })
    return new Map([...versions].map(([key, { version }]) => [key, version]))
  } finally {
    await formatter.close()
  }
}

async function nowOf(home: string, asOf: string | undefined): Promise<Date> {
  if (asOf === undefined) return (await readHomeClock(home)) ?? new Date()
  const now = new Date(asOf)
  if (!Number.isNaN(now.getTime())) return now
  throw new OttokError({
    what: `--as-of '${asOf}' is not a time`,
    cause: 'It cannot be read as ISO 8601.',
    mend: "Write it like '2026-09-01T07:00:00+03:00'.",
    exitCode: 2,
  })
}
