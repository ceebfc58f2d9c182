/** Where an asset's partitions live. Tokens only: the stores' code belongs to the materializer. */
export type StoreToken = WarehouseStore | ObjectsStore | PublishedStore | ValueStore

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

export function published(options: Omit<PublishedStore, 'kind'>): PublishedStore {
  return Object.freeze({ kind: 'published', ...options })
}
