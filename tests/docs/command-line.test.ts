import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { buildProgram } from '../../materializations/cli/program.ts'

/* The pages know every command, and name no option that a command does not have. */

const root = resolve(import.meta.dirname, '../..')
const names = [
  'README.md',
  ...(await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
]
const pages = new Map(
  await Promise.all(names.map(async (name) => [name, await readFile(join(root, name), 'utf8')] as const)),
)
const silent = { out: String, err: String, outIsTerminal: false, errIsTerminal: false, inIsTerminal: false }
const program = buildProgram((command) => command, silent)
/** `plan`, `backfill create`; a command with others below it may also run by itself. */
const commands = program.commands.flatMap((command) => [
  [command.name(), command] as const,
  ...command.commands.map((one): [string, Command] => [`${command.name()} ${one.name()}`, one]),
])

/** Options beside the command that they are written with, in code of any page. */
function* optionsUsed(): Generator<readonly [page: string, command: string, option: string, Command]> {
  for (const [page, text] of pages) {
    for (const [whole, words] of text.matchAll(/(?:ottok |`)([a-z]+(?: [a-z]+)?)[^`\n|;]*/g)) {
      const [name, command] = commands.filter(([one]) => words === one || words!.startsWith(`${one} `)).at(-1) ?? []
      for (const [option] of whole.matchAll(/(?<= |\[)--[a-z-]+/g)) if (command) yield [page, name!, option, command]
    }
  }
}

test.each(program.commands.map((command) => command.name()))('docs/command-line.md tells of %s', (name) => {
  expect(pages.get('docs/command-line.md')).toMatch(new RegExp(`\`${name}[ \`]`))
})

describe('options that the pages name', () => {
  const used = [...optionsUsed()]
  test('are found', () => expect(used.length).toBeGreaterThan(35))
  test.each(used)('%s: %s has %s', (_page, _command, option, command) => {
    const known = [...program.options, ...(command.parent?.options ?? []), ...command.options].map((one) => one.long)
    expect(known).toContain(option)
  })
})
