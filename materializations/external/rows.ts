import { OttokError } from '../../lib/config/index.ts'
import type { ProgramStep } from './step.ts'

/**
 * Rows of JSON lines in the order of the asset's columns; each line is an object by column name, or a list in that order.
 * @throws OttokError while it is read, with the number of the line
 */
export function* rowsOfLines(
  { key, columns }: Pick<ProgramStep, 'key' | 'columns'>,
  file: string,
  bytes: Uint8Array,
): Generator<readonly unknown[]> {
  const known = new Set(columns)
  let number = 0
  for (const line of linesOf(bytes)) {
    number++
    if (line.trim() === '') continue
    const refuse = (cause: string, mend: string, underlying?: unknown) =>
      new OttokError({
        what: `line ${number} of ${file}, the rows of '${key}', cannot be used`,
        cause,
        mend,
        underlying,
      })
    yield rowOf(parsed(line, refuse), columns, known, refuse)
  }
}

type Refuse = (cause: string, mend: string, underlying?: unknown) => Error

function parsed(line: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw refuse(`It is not JSON (${reason}).`, 'Write one JSON object or list a line.', error)
  }
}

function rowOf(row: unknown, columns: readonly string[], known: ReadonlySet<string>, refuse: Refuse): unknown[] {
  const named = `The columns are ${columns.join(', ')}.`
  if (Array.isArray(row)) {
    if (row.length === columns.length) return row
    throw refuse(`It has ${row.length} values for ${columns.length} columns.`, named)
  }
  if (typeof row !== 'object' || row === null) {
    throw refuse('It is neither an object nor a list.', 'Write one JSON object or list a line.')
  }
  const values = row as Record<string, unknown>
  const absent = columns.find((column) => values[column] === undefined)
  if (absent !== undefined) throw refuse(`It has no column '${absent}'.`, `${named} Write null where there is none.`)
  const foreign = Object.keys(values).find((column) => !known.has(column))
  if (foreign !== undefined) throw refuse(`The asset has no column '${foreign}'.`, named)
  return columns.map((column) => values[column])
}

/** Lines of a text, one at a time: the whole of it may be longer than a string can be. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder()
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    const to = end < 0 ? bytes.length : end
    yield decoder.decode(bytes.subarray(from, to))
    from = to + 1
  }
}
