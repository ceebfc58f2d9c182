/** What every statement may be told. */
export interface QueryOptions {
  /**
   * Values of `{name:Type}` placeholders. A JS Date binds as `Date` (its UTC day), as `DateTime` (cut to seconds) or as
   * `DateTime64` (UTC, milliseconds), alone or in an array; bigint, null, booleans, arrays of strings as expected.
   */
  readonly params?: Readonly<Record<string, unknown>>
  /** Cancels: the statement is killed in the engine, and the promise rejects with a `WarehouseError` once it is dead. */
  readonly signal?: AbortSignal | undefined
  /** Appended as a `SETTINGS` clause, so that they end with the statement; the statement must not have one itself. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Identity of the statement in a server's logs; the embedded engine makes its own. */
  readonly queryId?: string
}

/** Formats whose bytes can be read with `bytes`. */
export type OutputFormat = 'RowBinary' | 'Parquet' | 'ArrowStream' | 'TabSeparated' | 'CSVWithNames' | 'JSONEachRow'

/** Formats that `insertBytes` takes. */
export type InputFormat = 'RowBinary' | 'Parquet' | 'ArrowStream' | 'TabSeparated' | 'JSONCompactEachRow'

/**
 * One database of one engine. Unqualified table names resolve in `database`; statements run in UTC (`session_timezone`),
 * on whichever connection of the pool is free, so that nothing may rely on a `SET` before.
 * Every method throws `WarehouseError` when the engine refuses the statement.
 */
export interface Warehouse {
  readonly kind: 'embedded' | 'server'
  /** `ottok_<environment>`; made when absent. */
  readonly database: string
  /** Runs a statement without a result: DDL, `INSERT ... SELECT`. */
  command(sql: string, options?: QueryOptions): Promise<void>
  /**
   * Rows of a SELECT without a FORMAT clause. 64-bit integers, hence also `count()`, come as strings, unless
   * `settings: { output_format_json_quote_64bit_integers: 0 }` asks for numbers; Decimals come as numbers; dates and
   * times as text in UTC; NaN and infinities as null.
   */
  rows<T>(sql: string, options?: QueryOptions): Promise<T[]>
  /** Result of a SELECT without a FORMAT clause, as the bytes of a format. */
  bytes(sql: string, format: OutputFormat, options?: QueryOptions): Promise<Uint8Array>
  /**
   * Inserts rows, given as arrays in the order of `columns`, or as a stream of batches of such arrays (one insert each:
   * a failure leaves the earlier batches in). `Date` columns take `YYYY-MM-DD` text, `DateTime` columns a JS Date or
   * UTC text; bigint, NaN and infinities pass unharmed.
   */
  insertRows(
    table: string,
    columns: readonly string[],
    rows: AsyncIterable<readonly (readonly unknown[])[]> | readonly (readonly unknown[])[],
    options?: QueryOptions,
  ): Promise<void>
  /** Inserts a whole file's bytes. */
  insertBytes(
    table: string,
    columns: readonly string[],
    format: InputFormat,
    bytes: Uint8Array,
    options?: QueryOptions,
  ): Promise<void>
  /** UUID of this database, kept in its table `_ottok_store` and made at first use. */
  storeId(): Promise<string>
  /** Waits for running statements, then lets go of the engine. A second call does nothing. */
  close(): Promise<void>
}
