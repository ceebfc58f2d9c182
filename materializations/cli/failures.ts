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

/** What an error means to the user. Mistakes in the graph and in usage exit with 2, failed work with 1. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OttokError) {
    return { what: error.what, cause: error.reason, mend: error.mend, exitCode: error.exitCode }
  }
  if (isGraphError(error)) {
    const [first, ...others] = error.diagnostics
    const where = first!.places.length > 0 ? `Declared at ${first!.places.join(', ')}.` : ''
    const rest = others.map((one) => `${one.message} (${one.places.join(', ')}): ${one.mend}`)
    return {
      what: first!.message,
      cause: [where, ...(rest.length > 0 ? [`Also: ${rest.join('; ')}`] : [])].filter(Boolean).join(' '),
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

/** Definitions may load the graph library from another path than we do; the class is told by its shape too. */
function isGraphError(error: unknown): error is GraphError {
  return (
    error instanceof GraphError ||
    (error instanceof Error &&
      error.name === 'GraphError' &&
      'diagnostics' in error &&
      Array.isArray(error.diagnostics))
  )
}

/** Lines for stderr. */
export function failureText(failure: Failure): string {
  const lines = [`error: ${failure.what}`]
  if (failure.cause !== '') lines.push(`cause: ${failure.cause}`)
  lines.push(`mend:  ${failure.mend}`)
  return `${lines.join('\n')}\n`
}
