import type { Condition } from '../automation/conditions.ts'
import type { Check, TableCheck } from '../checks.ts'
import type { AssetKey } from '../key.ts'
import type { PartitionMapping } from '../mappings/mapping.ts'
import type { PartitionsDefinition } from '../partitions/definitions.ts'
import type { PublishedStore, StoreToken, WarehouseStore } from '../stores.ts'
import type { EffectContext, MaterializeContext, ObserveContext } from './context.ts'
import type { Execution } from './execution.ts'

/** Where an asset was declared; given by the loader of definitions at each factory call. */
export interface AssetSource {
  /** Relative to the definitions file's folder. */
  readonly file: string
  readonly line: number
  /** Top-level constant that holds the asset; null inside a function or loop. */
  readonly binding: string | null
  readonly exported: boolean
}

/** Which upstream and which of its partitions. `TAsset` is phantom: it types the context's `inputs`. */
export interface Dep<TAsset extends Asset = Asset> {
  readonly asset: TAsset
  readonly mapping: PartitionMapping
}

/** The asset itself: its own earlier partitions. */
export interface SelfDep {
  readonly kind: 'self'
  readonly mapping: PartitionMapping
}

export type DepsSpec = Readonly<Record<string, Asset | Dep | SelfDep>>

/** How a stored partition is identified: by content, or by code and inputs (models, scores). */
export type DataVersionMode = 'content' | 'inputs'

interface AssetCommon extends Execution {
  readonly key: AssetKey
  readonly description: string | undefined
  readonly group: string
  readonly tags: Readonly<Record<string, string>>
  readonly owners: readonly string[]
  readonly kinds: readonly string[]
  readonly partitions: PartitionsDefinition
  readonly deps: Readonly<Record<string, Dep>>
  /** Given by hand; derived from the code when absent. */
  readonly codeVersion: string | undefined
  /** Parameters of a factory; part of the code version. */
  readonly params: unknown
  /** Files and folders whose content is part of the code version, from the folder of the definitions. */
  readonly files: readonly string[]
  /** When automation requests its partitions; null: never; undefined: as the graph says. */
  readonly automation: Condition | null | undefined
  readonly source: AssetSource | undefined
}

/** A table partition made by one SELECT. */
export interface SqlAsset extends AssetCommon {
  readonly kind: 'sql'
  readonly store: WarehouseStore
  /** The SELECT, with markers for inputs; see `renderSql`. */
  readonly sqlTemplate: string
  readonly orderBy: readonly string[]
  readonly checks: readonly TableCheck[]
  readonly dataVersion: DataVersionMode
  /** Columns left out of the content fingerprint, such as `scored_at`. */
  readonly uncounted: readonly string[]
  /** Most partitions that one statement makes; 1 = one at a time. At most 100. */
  readonly range: number
}

/** A partition made by a TypeScript function. */
export interface FunctionAsset extends AssetCommon {
  readonly kind: 'function'
  readonly store: StoreToken
  /** Column types of a warehouse table, in order. */
  readonly columns: Readonly<Record<string, string>> | undefined
  readonly orderBy: readonly string[]
  readonly checks: readonly Check[]
  readonly dataVersion: DataVersionMode
  readonly uncounted: readonly string[]
  /** Most partitions that one call makes; 1 for published tables. At most 100 for warehouse tables, else 1000. */
  readonly range: number
  readonly materialize: (context: MaterializeContext) => Promise<Materialized>
}

/** Something that others make: observed, never made. */
export interface ExternalAsset extends AssetCommon {
  readonly kind: 'external'
  readonly observe: (context: ObserveContext) => Promise<ReadonlyMap<string, Observed>>
  /** Days after its window's end at which a partition is looked at for the last time; null: for ever. */
  readonly settlesAfterDays: number | null
}

/** An act on the outside world; see ARCHITECTURE 4.6. */
export interface EffectAsset extends AssetCommon {
  readonly kind: 'effect'
  readonly act: (context: EffectContext) => Promise<{ readonly metadata?: Metadata }>
}

export type Asset = SqlAsset | FunctionAsset | ExternalAsset | EffectAsset

export type Metadata = Readonly<Record<string, unknown>>

export interface Observed {
  /** Identity of what is there now: etags, or count and greatest change time. */
  readonly version: string
  readonly metadata?: Metadata
}

export interface OutputFacts {
  readonly metadata?: Metadata
  /** Identity that the maker gives to what it made: equal texts mean equal data, and nothing downstream is remade. */
  readonly dataVersion?: string
}

/** One partition of an `objects` or a `value` store. */
export type MaterializedOne =
  | ({ readonly kind: 'bytes'; readonly bytes: Uint8Array } & OutputFacts)
  | ({ readonly kind: 'value'; readonly value: unknown } & OutputFacts)

/** What a function asset returns, by its store. */
export type Materialized =
  | MaterializedOne
  /** All of `context.partitions`, by key: objects or values of an asset with a range. */
  | { readonly kind: 'each'; readonly outputs: ReadonlyMap<string, MaterializedOne>; readonly metadata?: undefined }
  /** Rows in the order of the declared columns (warehouse, published). */
  | ({ readonly kind: 'rows'; readonly rows: Iterable<readonly unknown[]> } & OutputFacts)
  /** Rows as one Parquet file, with the declared columns by name (warehouse). */
  | ({ readonly kind: 'parquet'; readonly bytes: Uint8Array } & OutputFacts)
  /** A SELECT whose rows go into the partition. */
  | ({
      readonly kind: 'select'
      readonly sql: string
      readonly params?: Record<string, unknown>
    } & OutputFacts)

export function isPublished(store: StoreToken): store is PublishedStore {
  return store.kind === 'published'
}
