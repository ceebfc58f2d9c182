import { GraphError } from '../errors.ts'

/** An expression that breaks the grammar: a caret under the place, and what to write instead. */
export function syntaxError(text: string, at: number, problem: string, mend: string): GraphError {
  // The caret stands right only under text of one line.
  const shown = text.replaceAll(/\s/g, ' ')
  return new GraphError([
    {
      code: 'bad-selection',
      message: `The selection cannot be read: ${problem}\n  ${shown}\n  ${' '.repeat(at)}^\n`,
      places: [],
      mend,
    },
  ])
}
