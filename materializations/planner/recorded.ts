import type { RecordedColumns } from './recorded-columns.ts'
import type { CombinedVersion } from './version-index.ts'

/** A block of upstream partitions as recorded: time ordinals `[from, to)` x key names (null: all). */
export interface RecordedBox {
  readonly from: number
  readonly to: number
  readonly keys: readonly string[] | null
}

/** One input of one materialization. */
export interface RecordedInput {
  readonly name: string
  readonly upstream: string
  /** Canonical text of the mapping. */
  readonly mapping: string
  readonly box: RecordedBox
  readonly version: CombinedVersion
  /** Sequence number up to which the upstream was known when the version was taken. */
  readonly asOfSeq: number
  /** An `asOf` input that `--restate` moved on purpose: it holds until moved again. */
  readonly restated: boolean
}

/** What lineage holds of one partition: its current version, and the last attempt when that failed. */
export interface PartitionRecord {
  readonly partition: string
  readonly current: CurrentVersion | undefined
  readonly failure: RecordedFailure | undefined
  /** An intent is open: the swap was begun and not recorded. Neither fresh nor readable. */
  readonly unfinished: boolean
}

/** What planning needs of a version; the rest of it is a `VersionDetail`. */
export interface CurrentVersion {
  readonly seq: number
  readonly runId: string
  readonly madeAt: Date
  /** The run's "now". */
  readonly asOf: Date
  readonly codeVersion: string
  /** H(partition, data version), see `memberHash`. */
  readonly hash: Uint32Array
  readonly partitionsSignature: string
  readonly inputs: readonly RecordedInput[]
}

export interface RecordedFailure {
  readonly at: Date
  readonly message: string
  readonly runId: string
}

/** What using a version needs beyond planning; read when it is used. */
export interface VersionDetail {
  readonly dataVersion: string
  readonly location: StoredLocation
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Where the version lies, by kind of store. */
export type StoredLocation =
  | { readonly kind: 'warehouse'; readonly table: string; readonly schema: string; readonly rows: number }
  | { readonly kind: 'objects'; readonly object: string; readonly bytes: number }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'published'; readonly table: string; readonly load: string; readonly rows: number }
  | { readonly kind: 'observed' }
  | { readonly kind: 'effect' }

/** One past version of an upstream that is read `asOf`. */
export interface HistoryEntry {
  readonly partition: string
  readonly seq: number
  /** The run's "now": from then on this version is in force. */
  readonly effectiveAt: Date
  readonly dataVersion: string
  readonly location: StoredLocation
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface RecordedRows {
  readonly columns: RecordedColumns
  readonly from: number
  readonly to: number
}

/** Recorded state of one asset. */
export interface RecordedAsset {
  /** Rows of its current versions: those from `from` to before `to` of columns that many assets share. */
  readonly rows: RecordedRows | undefined
  /** Last attempts that failed, by partition. */
  readonly failures: ReadonlyMap<string, RecordedFailure>
  /** Partitions with an open intent. */
  readonly unfinished: ReadonlySet<string>
}

export interface RecordedState {
  readonly assets: ReadonlyMap<string, RecordedAsset>
  readonly history: ReadonlyMap<string, readonly HistoryEntry[]>
  readonly seq: number
}
