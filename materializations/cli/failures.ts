import { CommanderError } from 'commander'
import { OttokError } from '../../lib/config/index.ts'
import { GraphError } from '../../lib/graph/index.ts'

/** An error as people and programs are told of it. */
export interface Failure {
  readonly what: string
  readonly cause: string
  readonly mend: string
  readonly exitCode: number
}

/** Why, for mistakes that have no place in the definitions. */
const CAUSES: Readonly<Record<string, string>> = {
  'nothing-selected': 'No asset of the graph fits the expression.',
  'unknown-asset': 'The graph has no such asset.',
  'unknown-partition': 'The partitions there have other keys.',
  'partition-outside': 'A partition exists from the start of its asset until its window, with its delay, has ended.',
  'bad-partition': 'A partition key of that form is not known.',
  'empty-range': 'It ends before it begins.',
  'bad-selection': 'The expression breaks the grammar.',
  'facts-needed': 'Recorded state and revisions are not part of a graph.',
}

/** What an error means to the user. Mistakes in the graph and in usage exit with 2, failed work with 1. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OttokError) {
    return { what: error.what, cause: error.reason, mend: error.mend, exitCode: error.exitCode }
  }
  if (error instanceof GraphError) {
    const [first, ...others] = error.diagnostics
    const where =
      first!.places.length > 0
        ? `It is declared at ${first!.places.join(', ')}.`
        : (CAUSES[first!.code] ?? 'The graph does not allow it.')
    const rest = others.map((one) => `${one.message} (${one.places.join(', ')}): ${one.mend}`)
    return {
      // A message may end with a line that points at the place.
      what: first!.message.trimEnd(),
      cause: [where, ...(rest.length > 0 ? [`Also: ${rest.join('; ')}`] : [])].join(' '),
      mend: first!.mend,
      exitCode: 2,
    }
  }
  if (error instanceof CommanderError) return usageFailure(error)
  if (error instanceof Error && error.name === 'AbortError') {
    return { what: 'interrupted', cause: 'It was stopped from the keyboard.', mend: 'Run it again.', exitCode: 130 }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    what: 'the command failed',
    cause: message === '' ? 'No reason was given.' : message,
    mend: 'Run it again with --verbose to see where this comes from.',
    exitCode: 1,
  }
}

function usageFailure(error: CommanderError): Failure {
  if (error.code === 'commander.help') {
    return { what: 'a command is missing', cause: 'This one has several.', mend: 'See its `--help`.', exitCode: 2 }
  }
  // commander writes "error: unknown option '--x'\n(Did you mean --y?)".
  const [message, ...hints] = error.message.replace(/^error: /, '').split('\n')
  const hint = hints.join(' ').replace(/[()]/g, '').trim()
  return {
    what: message!,
    cause: 'The command line does not allow it.',
    mend: hint === '' ? 'See `ottok --help`, or `ottok COMMAND --help`.' : hint,
    exitCode: 2,
  }
}

/** Lines for stderr. */
export function failureText(failure: Failure): string {
  const lines = [`error: ${failure.what}`]
  if (failure.cause !== '') lines.push(`cause: ${failure.cause}`)
  lines.push(`mend:  ${failure.mend}`)
  return `${lines.join('\n')}\n`
}
