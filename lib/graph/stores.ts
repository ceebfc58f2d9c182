/** Where an asset's partitions live. Tokens only: the stores' code belongs to the materializer. */
export type StoreToken = WarehouseStore | ObjectsStore | PublishedStore | ValueStore

export const storeKinds: ReadonlySet<string | undefined> = new Set<StoreToken['kind']>([
  'warehouse',
  'objects',
  'published',
  'value',
])

/** A ClickHouse table; the asset returns rows, or a SQL asset selects them. */
export interface WarehouseStore {
  readonly kind: 'warehouse'
}

/** One immutable file per partition in the object store. */
export interface ObjectsStore {
  readonly kind: 'objects'
  readonly extension: string
  /**
   * Set when SQL assets may read the files: ClickHouse format and optional column structure. With a structure, the
   * partition columns that it lacks are added when the files are read.
   */
  readonly format: string | undefined
  readonly structure: string | undefined
}

/** A small JSON value kept in the lineage store. */
export interface ValueStore {
  readonly kind: 'value'
}

export interface PublishedColumn {
  readonly name: string
  /** PostgreSQL type. */
  readonly type: string
  readonly comment: string
}

/** Relations that a view of a published table may read, quoted; `assetKey` is a literal. */
export interface PublishedRelations {
  /** The table as readers see it. */
  readonly current: string
  /** Every partition by its current load. */
  readonly allDays: string
  /** One row: `load_id`, `partition`, `rows`, `loaded_at` of what `current` shows. */
  readonly pointer: string
  /** `asset_key`, `partition`, `state`, `stale_since`, `blocked_by`, `looked_at` of published assets' newest partitions. */
  readonly status: string
  readonly assetKey: string
}

/** A view beside a published table, in the same schema. */
export interface PublishedView {
  readonly name: string
  readonly comment: string
  /** What its columns mean, by name. */
  readonly columns?: Readonly<Record<string, string>>
  /** A SELECT. */
  readonly sql: (relations: PublishedRelations) => string
}

/**
 * A PostgreSQL table for readers outside: a stable view over a history partitioned by load. Content,
 * pointer and lineage move in one transaction; the pointer never moves to an older partition.
 */
export interface PublishedStore {
  readonly kind: 'published'
  /** Schema in production; other environments get `<schema>_<environment>`. */
  readonly schema: string
  readonly table: string
  readonly comment: string
  readonly columns: readonly PublishedColumn[]
  readonly key: readonly string[]
  /** What the view named like the table shows: the newest partition (default), or all of them. */
  readonly shows: 'newest' | 'all'
  readonly views: readonly PublishedView[]
}

export const warehouse: WarehouseStore = Object.freeze({ kind: 'warehouse' })
export const value: ValueStore = Object.freeze({ kind: 'value' })

export function objects(options: { extension: string; format?: string; structure?: string }): ObjectsStore {
  return Object.freeze({
    kind: 'objects',
    extension: options.extension,
    format: options.format,
    structure: options.structure,
  })
}

export function published(
  options: Omit<PublishedStore, 'kind' | 'shows' | 'views'> & Partial<Pick<PublishedStore, 'shows' | 'views'>>,
): PublishedStore {
  return Object.freeze({ kind: 'published', shows: 'newest', views: [], ...options })
}
