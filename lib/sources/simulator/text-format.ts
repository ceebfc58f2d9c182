/** How the rows of a text source stand in one day's answer of the outside system. */

export interface TextFormat {
  readonly format: 'TSV' | 'JSON' | 'JSONLines'
  readonly extension: 'tsv' | 'json' | 'jsonl'
  /** Before the first row. */
  readonly head: string
  /** Between two rows. */
  readonly separator: string
  /** After each row. */
  readonly terminator: string
  /** After the last row. */
  readonly tail: string
}

/** One JSON document a line. */
export const jsonLines: TextFormat = {
  format: 'JSONLines',
  extension: 'jsonl',
  head: '',
  separator: '',
  terminator: '\n',
  tail: '',
}

/** One document `{"data":[row,row]}`. */
export const jsonData: TextFormat = {
  format: 'JSON',
  extension: 'json',
  head: '{"data":[',
  separator: ',',
  terminator: '',
  tail: ']}',
}

/** Tab-separated values under a line of exact field names. */
export function tsv(fields: readonly string[]): TextFormat {
  return {
    format: 'TSV',
    extension: 'tsv',
    head: `${fields.join('\t')}\n`,
    separator: '',
    terminator: '\n',
    tail: '',
  }
}
