import type { Command } from 'commander'

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly home: string | undefined
  readonly definitions: string
  readonly env: string | undefined
  readonly asOf: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly wait: boolean
  readonly yes: boolean
  readonly verbose: boolean
}

export function addGlobalOptions(program: Command): void {
  program
    .option('--home <dir>', 'where the embedded stores live (OTTOK_HOME; default ./.ottok)')
    .option('--definitions <file>', 'the graph (OTTOK_DEFINITIONS; default ./definitions.ts)')
    .option('--env <name>', "environment (OTTOK_ENV; default the user's name)")
    .option('--as-of <time>', 'what "now" is, ISO 8601')
    .option('--json', 'print one JSON document on stdout and nothing else')
    .option('--quiet', 'no progress on stderr')
    .option('--no-color', 'no colours')
    .option('--wait', 'wait for the process that holds the embedded warehouse')
    .option('--yes', 'do not ask')
    .option('--verbose', 'show what is logged, and where errors come from')
}

export function readGlobalOptions(values: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): GlobalOptions {
  return {
    home: text(values.home),
    definitions: text(values.definitions) ?? text(env.OTTOK_DEFINITIONS) ?? './definitions.ts',
    env: text(values.env),
    asOf: text(values.asOf),
    json: values.json === true,
    quiet: values.quiet === true,
    color: values.color !== false && env.NO_COLOR === undefined,
    wait: values.wait === true,
    yes: values.yes === true,
    verbose: values.verbose === true,
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
