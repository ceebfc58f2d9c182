/** A program of any language that makes an asset, by the protocol of docs/external-steps.md. */
export interface ProgramSpec {
  /** Program and arguments. The program is found in PATH; one whose name holds a `/`, from `cwd`. */
  readonly command: readonly [string, ...string[]]
  /** Folder that it runs in, from the folder of the definitions; that folder when absent. */
  readonly cwd?: string
  /** Variables that it sees, beside those of the system: PATH, HOME, locale, time zone, temporary folder. */
  readonly env?: Readonly<Record<string, string>>
  /** Names of variables of our own environment that it sees too, such as keys; their values are hidden in its output. */
  readonly passEnv?: readonly string[]
  /** Whatever JSON can say, for the program's own use. */
  readonly parameters?: unknown
  /** The form of an input by its name, where the default does not do. Default: values as they are, objects by address. */
  readonly inputs?: Readonly<Record<string, InputForm>>
}

/**
 * `file`: each object is copied beside the program. Others: the rows of all mapped partitions are written to one file of
 * that format (CSV with a header, JSON lines, Parquet).
 */
export type InputForm = 'file' | 'csv' | 'jsonl' | 'parquet'
