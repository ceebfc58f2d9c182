/** What an outside system is to an asset: days of rows that arrive over time. */

/** What had arrived of a day by some moment. Equal versions mean equal rows. */
export interface DayVersion {
  readonly day: string
  /** Hash of the count and the greatest arrival time of the rows that had arrived, and of nothing that came later. */
  readonly version: string
  readonly rows: number
}

/**
 * - `TSV`: a line of field names, then a line for each row; ClickHouse's escapes
 * - `JSON`: one document `{"data":[row,row]}`
 * - `JSONLines`: one document a line
 */
export type SourceFormat = 'Parquet' | 'TSV' | 'JSON' | 'JSONLines'

export interface SourceColumn {
  readonly name: string
  /** ClickHouse type of the column as it is read. */
  readonly type: string
}

/** Rows of some days as they had arrived by a moment. */
export interface SourceRows {
  /** Parquet files of the days, in the order asked for. Unless `complete`, they hold rows that arrived later: apply `arrived`. */
  readonly files: readonly { readonly day: string; readonly path: string; readonly complete: boolean }[]
  /** ClickHouse condition on a file's row: it had arrived. */
  readonly arrived: string
  /**
   * ClickHouse subquery with `day Date` and the source's columns, holding exactly the rows that had arrived. For an
   * engine that sees this machine's files; a server is sent the files' bytes instead.
   */
  readonly table: string
}

export interface DaySource {
  readonly name: string
  /** The form in which its days come: Parquet files for `read`, everything else as bytes of `payload`. */
  readonly format: SourceFormat
  /** Of a text source the one column `line`: a row as it was sent. */
  readonly columns: readonly SourceColumn[]
  /**
   * Versions of `days` ('YYYY-MM-DD') as they had arrived by `now`, in the order given. Days that the source does not
   * have are left out. One look at an index, however many the days.
   */
  observe(days: readonly string[], now: Date): Promise<DayVersion[]>
  /**
   * Where to read `days` of a Parquet source as they had arrived by `now`. Throws an OttokError for a day that the
   * source does not have, and for a source of text.
   */
  read(days: readonly string[], now: Date): Promise<SourceRows>
  /**
   * What the system would answer at `now` when asked for `day`: head, rows in the order of arrival, tail. Throws an
   * OttokError for a day that the source does not have, and for a Parquet source.
   */
  payload(day: string, now: Date): Promise<Uint8Array>
}
