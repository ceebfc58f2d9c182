import type { Graph, QueryEngine } from '../graph/index.ts'
import type { Settings } from './settings.ts'

/**
 * A command that a project adds to the command line: `definitions.ts` exports `commands: ModuleCommand[]`.
 * It returns what it found; the command line prints it, as text or as the one JSON document of `--json`.
 */
export interface ModuleCommand {
  readonly name: string
  /** Arguments in commander's notation, e.g. `<user-id>`; none when absent. */
  readonly arguments?: string
  readonly description: string
  readonly options: readonly ModuleOption[]
  /** `options` holds values by camel-cased name: text, or true for a flag. */
  run(
    context: ModuleContext,
    args: readonly string[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<ModuleOutput>
}

export interface ModuleOption {
  /** Commander's notation, e.g. `--users <n>`. */
  readonly flags: string
  readonly description: string
  readonly default?: string | boolean
}

export interface ModuleOutput {
  readonly json: unknown
  /** For people; readable at 80 columns. */
  readonly text: string
  /** 0 when absent; see the exit codes of the command line. */
  readonly exitCode?: number
}

/** What a module command may use of the materializer. Stores are opened at first use and closed after `run`. */
export interface ModuleContext {
  readonly settings: Settings
  readonly graph: Graph
  /** True with `--json`: the text will not be shown. */
  readonly json: boolean
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal
  /** One line about what is going on, on stderr; nothing with `--quiet`. */
  progress(message: string): void
  /** "Now" of this home: `--as-of`, else the home's clock, else the wall clock. */
  now(): Promise<Date>
  /** Sets the clock of this home; from then on everything here sees the new "now". */
  setNow(now: Date): Promise<void>
  /** Finishes what dead runs left, looks at the sources, plans and runs, with progress on stderr. */
  materialize(request?: ModuleRequest): Promise<ModuleRun>
  /** The warehouse of this environment; the embedded one may be held by another process. */
  warehouse(): Promise<QueryEngine>
  /** A query on the PostgreSQL of this environment, outside of any schema: qualify names. */
  query<T extends object>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** Where a `published` store named `schema` really lies in this environment, e.g. `mart_alice`. */
  publishedSchema(schema: string): string
  /** What one materialization was made from and what was made from it. */
  lineage(request: LineageRequest): Promise<LineageGraph>
  /** The current version of a partition (key `''` where there is only one), if it was made. */
  current(key: string, partition: string): Promise<CurrentMaterialization | undefined>
  /** The bytes of the current version of an `objects` asset; fails when there is none. */
  bytes(key: string, partition: string): Promise<Uint8Array>
}

export interface ModuleRequest {
  /** Selection expression; everything when absent. */
  readonly selection?: string
  /** All that is stale when absent. */
  readonly partitions?:
    | { readonly kind: 'all' }
    | { readonly kind: 'latest' }
    | { readonly kind: 'keys'; readonly keys: readonly string[] }
    | { readonly kind: 'range'; readonly from: string; readonly to: string }
}

/** What became of a run. */
export interface ModuleRun {
  /** Absent when there was nothing to do. */
  readonly runId: string | undefined
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  /** Partitions by what became of them. */
  readonly counts: Readonly<Record<'succeeded' | 'failed' | 'skipped' | 'cancelled', number>>
  /** The first failures, for messages. */
  readonly failures: readonly { readonly key: string; readonly partition: string; readonly error: string }[]
}

export interface CurrentMaterialization {
  readonly runId: string
  readonly madeAt: Date
  readonly codeVersion: string
  readonly dataVersion: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** JSON of a `value` asset. */
  readonly value?: unknown
}

export interface LineageRequest {
  readonly key: string
  /** Absent: the newest partition that was made. */
  readonly partition?: string | undefined
  /** Levels to follow upwards; default all. */
  readonly up?: number | undefined
  /** Levels to follow downwards; default none. */
  readonly down?: number | undefined
  /** Partitions of one input that become nodes of their own; more become one range node. Default 7. */
  readonly expand?: number | undefined
  /** Nodes at most, at least 2; default 1,000. */
  readonly limit?: number | undefined
  /** `next` of an earlier answer: goes on where that one stopped. */
  readonly after?: string | undefined
}

/** One materialization or observation of one partition, or many of them of one asset as one range node. */
export interface LineageNode {
  /** `KEY@PARTITION#SEQUENCE`, of a range `KEY@*`; unique in a graph. */
  readonly id: string
  readonly key: string
  /** Of a range: its stretches, such as `2026-01-01..2026-03-31`. */
  readonly partition: string
  /** `unknown`: no longer in the graph; `gone`: it was read, and no record of it is left. */
  readonly kind: 'materialization' | 'observation' | 'effect' | 'range' | 'unknown' | 'gone'
  readonly runId: string | null
  readonly codeVersion: string | null
  readonly dataVersion: string | null
  /** ISO 8601, UTC. Of a range: when the last of it was made. */
  readonly madeAt: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  /** Only of a range. Its `codeVersion` is null where its versions differ in it; `runId` and `dataVersion` are null. */
  readonly range?: LineageRange
}

/** What the versions of a range node have in common. */
export interface LineageRange {
  /** Recorded versions in it. */
  readonly count: number
  readonly first: string
  readonly last: string
  readonly runs: number
  /** Distinct, at most ten. */
  readonly codeVersions: readonly string[]
  /** When the first of it was made; ISO 8601, UTC. */
  readonly madeFrom: string
  /** Older partitions of the block that were not looked at, since there are too many. */
  readonly leftOut: number
}

export interface LineageEdge {
  /** Node that was read. */
  readonly from: string
  /** Node that was made from it. */
  readonly to: string
  /** Name of the input. */
  readonly input: string
  /** Where an end is a range: versions of it on this edge. */
  readonly versions?: number
}

export interface LineageGraph {
  /** Id of the node that was asked about. */
  readonly root: string
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** True when a bound cut something off. */
  readonly truncated: boolean
  /** Nodes of this answer whose neighbours were not all looked at. */
  readonly leftOut: number
  /** Give it as `after` to go on; null at the end. */
  readonly next: string | null
}
