import { type Command, CommanderError } from 'commander'
import { loadSettings, OttokError } from '../../lib/config/index.ts'
import { nearMisses } from '../../lib/graph/index.ts'
import type { CommandContext, Handler, On, Result } from './command.ts'
import { failureOf, failureText } from './failures.ts'
import { readGlobalOptions } from './global-options.ts'
import { registerModuleCommands } from './module-commands.ts'
import { openOutput, type Streams } from './output.ts'
import { buildProgram, RESERVED_NAMES } from './program.ts'

export interface Surroundings {
  readonly streams: Streams
  readonly env: NodeJS.ProcessEnv
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal
}

/** How long `--wait` waits for the holder of the embedded warehouse: a day, longer than any run. */
const WAIT_MS = 24 * 3600 * 1000

/** Runs one command line and gives its exit code; never throws. */
export async function runCommandLine(argv: readonly string[], around: Surroundings): Promise<number> {
  const wantsJson = argv.includes('--json')
  const { streams } = around
  let exitCode = 0
  const on: On = (command, handler) =>
    command.action(async (...given: unknown[]) => {
      exitCode = await perform(command, handler, given, argv, around)
    })
  try {
    const program = buildProgram(on, streams)
    await mountModuleCommands(program, on, argv, around)
    requireKnownCommand(program, argv)
    if (argv.length === 0) {
      program.outputHelp()
      return 2
    }
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    // Help and version end the parsing too, having written what was asked for.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    return report(error, wantsJson, argv.includes('--verbose'), streams)
  }
}

async function perform(
  command: Command,
  handler: Handler,
  given: readonly unknown[],
  argv: readonly string[],
  around: Surroundings,
): Promise<number> {
  const globals = readGlobalOptions(command.optsWithGlobals(), around.env)
  const output = openOutput(around.streams, globals)
  const settings = () => loadSettings({ home: globals.home, environment: globals.env, env: around.env })
  const openSession = async () => {
    // Loaded only by commands that need it: it brings the clients of the stores along.
    const session = await import('../session.ts')
    return session.openSession({
      settings: await settings(),
      definitionsFile: globals.definitions,
      asOf: globals.asOf,
      waitMs: globals.wait ? WAIT_MS : 0,
    })
  }
  const context: CommandContext = {
    globals,
    output,
    env: around.env,
    signal: around.signal,
    typed: ['ottok', ...argv].join(' '),
    settings,
    openSession,
    session: async (use) => {
      const session = await openSession()
      try {
        return await use(session)
      } finally {
        await session.close()
      }
    },
  }
  try {
    const args = given
      .slice(0, -2)
      .flat()
      .filter((value) => value !== undefined) as string[]
    const result = await handler(context, args, command.opts())
    output.endProgress()
    print(result, globals.json, around.streams)
    return result.exitCode ?? 0
  } catch (error) {
    output.endProgress()
    const reason = around.signal.aborted ? new DOMException('stopped', 'AbortError') : error
    return report(reason, globals.json, globals.verbose, around.streams)
  }
}

function print(result: Result, json: boolean, streams: Streams): void {
  if (json) streams.out(`${JSON.stringify(result.json, null, 2)}\n`)
  else if (result.text !== '') streams.out(result.text.endsWith('\n') ? result.text : `${result.text}\n`)
}

function report(error: unknown, json: boolean, verbose: boolean, streams: Streams): number {
  const { exitCode, ...failure } = failureOf(error)
  if (json) streams.out(`${JSON.stringify({ error: failure }, null, 2)}\n`)
  streams.err(failureText({ ...failure, exitCode }))
  if (verbose && error instanceof Error) streams.err(`${stackOf(error)}\n`)
  return exitCode
}

function stackOf(error: Error): string {
  const below = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${below}`
}

/** The definitions are loaded only for a command that is not ours, or for the list of commands. */
async function mountModuleCommands(
  program: Command,
  on: On,
  argv: readonly string[],
  around: Surroundings,
): Promise<void> {
  const name = commandName(program, argv)
  const wantsList = name === undefined && (argv.length === 0 || argv.some((arg) => arg === '--help' || arg === '-h'))
  if ((name === undefined && !wantsList) || (name !== undefined && RESERVED_NAMES.has(name))) return
  const globals = readGlobalOptions(globalValues(program, argv), around.env)
  const { existsSync } = await import('node:fs')
  if (!existsSync(globals.definitions)) return
  try {
    await registerModuleCommands(program, on, globals.definitions)
  } catch (error) {
    // The list of our own commands is still worth showing beside definitions that do not load.
    if (name !== undefined) throw error
    const failure = failureOf(error)
    around.streams.err(`note: the commands of ${globals.definitions} are not listed: ${failure.what}\n`)
  }
}

/** The first argument that is neither an option nor an option's value. */
function commandName(program: Command, argv: readonly string[]): string | undefined {
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!
    if (!arg.startsWith('-')) return arg
    const option = program.options.find((one) => one.long === arg)
    if (option?.required) i++
  }
  return undefined
}

/** Global options as far as they can be read before the commands are known. */
function globalValues(program: Command, argv: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  argv.forEach((arg, i) => {
    const [name, inline] = arg.split('=', 2)
    const option = program.options.find((one) => one.long === name)
    if (option?.required) values[option.attributeName()] = inline ?? argv[i + 1]
  })
  return values
}

function requireKnownCommand(program: Command, argv: readonly string[]): void {
  const name = commandName(program, argv)
  if (name === undefined || name === 'help' || program.commands.some((command) => command.name() === name)) return
  const known = program.commands.map((command) => command.name())
  const near = nearMisses(name, known)
  throw new OttokError({
    what: `there is no command '${name}'`,
    cause: `The commands are ${known.join(', ')}.`,
    mend: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'See `ottok --help`.',
    exitCode: 2,
  })
}
