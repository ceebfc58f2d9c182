import type { Command } from 'commander'
import { type ModuleCommand, OttokError } from '../../lib/config/index.ts'
import { type LoadedDefinitions, loadDefinitions } from '../definitions/index.ts'
import { moduleContext } from '../operations/module-context.ts'
import type { Handler, On } from './command.ts'
import { showProgress } from './render/progress.ts'
import { runLog } from './run-log.ts'

/** Mounts the commands that a definitions file exports as `commands`. */
export async function registerModuleCommands(program: Command, on: On, file: string): Promise<void> {
  const definitions = await loadDefinitions(file)
  for (const module of commandsOf(definitions, program)) {
    const command = program.command(`${module.name} ${module.arguments ?? ''}`.trim()).description(module.description)
    for (const option of module.options) command.option(option.flags, option.description, option.default)
    on(command, handlerOf(module, definitions))
  }
}

function commandsOf(definitions: LoadedDefinitions, program: Command): readonly ModuleCommand[] {
  const { commands } = definitions.module
  if (commands === undefined) return []
  const wrong = (cause: string) =>
    new OttokError({
      what: `the commands of ${definitions.file} cannot be used`,
      cause,
      mend: 'Export `commands` as a list of { name, description, options, run }.',
      exitCode: 2,
    })
  if (!Array.isArray(commands)) throw wrong('`commands` is not a list.')
  const taken = new Set(program.commands.map((command) => command.name()))
  for (const command of commands as Partial<ModuleCommand>[]) {
    if (typeof command.name !== 'string' || typeof command.run !== 'function') throw wrong('One has no name or no run.')
    if (taken.has(command.name)) throw wrong(`The name '${command.name}' is taken.`)
    taken.add(command.name)
  }
  return commands as ModuleCommand[]
}

function handlerOf(module: ModuleCommand, definitions: LoadedDefinitions): Handler {
  return async ({ globals, output, signal, typed, settings, openSession }, args, options) => {
    const context = moduleContext({
      settings: await settings(),
      graph: definitions.graph,
      command: typed,
      json: globals.json,
      signal,
      log: runLog(output, globals.verbose),
      progress: (message) => output.note(message),
      onProgress: showProgress(output),
      openSession,
    })
    try {
      return await module.run(context, args, options)
    } finally {
      await context.close()
    }
  }
}
