import type { Command } from 'commander'
import type { Settings } from '../../lib/config/index.ts'
import type { Session } from '../session.ts'
import type { GlobalOptions } from './global-options.ts'
import type { Output } from './output.ts'

/** What a command found: printed as text, or as the one JSON document of `--json`. */
export interface Result {
  readonly json: unknown
  readonly text: string
  /** 0 when absent. */
  readonly exitCode?: number
}

/** What a command works with. */
export interface CommandContext {
  readonly globals: GlobalOptions
  readonly output: Output
  readonly env: NodeJS.ProcessEnv
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal
  /** The command as people typed it, kept with the runs that it starts. */
  readonly typed: string
  /** Settings of the home, checked. */
  settings(): Promise<Settings>
  /** Opens a session, which the caller closes. */
  openSession(): Promise<Session>
  /** Opens a session for the time of `use`. */
  session<T>(use: (session: Session) => Promise<T>): Promise<T>
}

export type Handler = (
  context: CommandContext,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<Result>

/** Joins a command to the program: `on(program.command('status [selection]'), handler)`. */
export type On = (command: Command, handler: Handler) => Command

export type Register = (program: Command, on: On) => void
