import type { Readable } from 'node:stream'

/** What is known of a stored object without reading it. */
export interface ObjectInfo {
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Changes when the content changes. */
  readonly etag: string
}

/** Files by key: a folder or an S3 bucket, each with its own prefix per environment. */
export interface ObjectStore {
  readonly kind: 'folder' | 's3'
  /** Writes the whole object or nothing; replaces one of the same key. */
  put(key: string, content: Uint8Array | Readable): Promise<ObjectInfo>
  /** Throws an OttokError when there is no such object. */
  get(key: string): Promise<Uint8Array>
  stream(key: string): Promise<Readable>
  head(key: string): Promise<ObjectInfo | undefined>
  /** Objects whose key begins with the prefix, in key order. */
  list(prefix: string): AsyncIterable<ObjectInfo>
  /** Does nothing when there is no such object. */
  delete(key: string): Promise<void>
  /** UUID of this store, made at first use. */
  storeId(): Promise<string>
  /** Path or s3:// URL, for people. */
  address(key: string): string
  /** ClickHouse table function that reads exactly these objects, without brackets. */
  tableFunction(keys: readonly string[], format: string, structure?: string): string
}
