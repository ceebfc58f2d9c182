import type { Partition } from '../partitions/partition.ts'
import type { ProgramSpec } from './program.ts'
import type { Materialized, Metadata } from './types.ts'

/** Queries that an asset may run; the warehouse of this environment. */
export interface QueryEngine {
  command(sql: string, options?: StatementOptions): Promise<void>
  rows<T>(sql: string, options?: StatementOptions): Promise<T[]>
  bytes(
    sql: string,
    format: 'RowBinary' | 'Parquet' | 'ArrowStream' | 'TabSeparated' | 'CSVWithNames' | 'JSONEachRow',
    options?: StatementOptions,
  ): Promise<Uint8Array>
}

/** Values of `{name:Type}` placeholders, and how to cancel. */
export interface StatementOptions {
  readonly params?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal | undefined
  readonly settings?: Readonly<Record<string, string | number>>
}

/** One recorded version of one upstream partition, as read by this step. */
export interface InputPartition {
  readonly partition: string
  readonly dataVersion: string
  readonly metadata: Metadata
  /** Bytes of an object; throws for other stores. */
  readonly bytes: () => Promise<Uint8Array>
  /** JSON of a value asset; throws for other stores. */
  readonly value: () => unknown
  /** Where an object lies: a path, or an `s3://` address; throws for other stores. */
  readonly address: () => Promise<string>
}

/** One declared input: exactly the mapped partitions, nothing else. */
export interface Input {
  readonly key: string
  readonly partitions: readonly InputPartition[]
  /** The only partition; throws when the mapping gave none or several. */
  readonly only: () => InputPartition
  /** Table expression over exactly the mapped partitions, for queries (warehouse tables, readable objects). */
  readonly table: string
}

export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** Things the graph is given: clients of outside systems and the like, by name. */
export type Resources = Readonly<Record<string, unknown>>

/** What a graph's resources may be made from: where this run lives. */
export interface ResourceSettings {
  readonly home: string
  readonly environment: string
  readonly timezone: string
  readonly publishLagHours: number
  readonly xgboostLib?: string | undefined
  /** How decisions are delivered; `mode` is `dry` or `live`, which has all the others. */
  readonly altcraft?:
    | {
        readonly mode: string
        readonly url?: string | undefined
        readonly token?: string | undefined
        readonly databaseId?: number | undefined
        readonly userField: string
      }
    | undefined
  readonly offersFile?: string | undefined
}

interface StepContext {
  readonly partition: Partition
  /** All partitions that this step makes, in order: more than `partition` only for an asset with a range. */
  readonly partitions: readonly Partition[]
  readonly inputs: Readonly<Record<string, Input>>
  readonly warehouse: QueryEngine
  readonly resources: Resources
  readonly log: Logger
  readonly signal: AbortSignal
  /** The run's "now"; the only clock an asset may read. */
  readonly now: Date
  readonly runId: string
  /** Adds keys to dynamic partitions when the step is recorded; the next plan sees them. */
  readonly addPartitions: (name: string, keys: readonly string[]) => void
  /** Takes keys away when the step is recorded; what was made of them stays. */
  readonly removePartitions: (name: string, keys: readonly string[]) => void
}

export interface MaterializeContext extends StepContext {
  /** The version of `partition` that is current before this step, if any. */
  readonly previous: InputPartition | undefined
  /** Runs a program of any language, and gives what it made for the asset's store; see docs/external-steps.md. */
  readonly runProgram: (spec: ProgramSpec) => Promise<Materialized>
}

/** What an act on the outside world may use beside its inputs: to remember what it did, and to leave what it made. */
export interface EffectContext extends StepContext {
  /** A query on the PostgreSQL of this environment, outside of any schema: qualify names. */
  readonly query: <T extends object>(sql: string, values?: readonly unknown[]) => Promise<T[]>
  /** Where a `published` store named `schema` lies in this environment. */
  readonly publishedSchema: (schema: string) => string
  /** Writes an object under `effects/` of this environment and returns its address. */
  readonly putObject: (key: string, bytes: Uint8Array) => Promise<string>
  /** Runs a program of any language that acts, and gives what it said of it; see docs/external-steps.md. */
  readonly runProgram: (spec: ProgramSpec) => Promise<{ readonly metadata: Metadata }>
}

export interface ObserveContext {
  /** Keys of the partitions to look at. */
  readonly partitions: readonly string[]
  readonly resources: Resources
  readonly now: Date
  readonly signal: AbortSignal
}
